// What Discord's bits of a message's flags say.
export const EPHEMERAL = 1 << 6;
export const LOADING = 1 << 7;
export const OF_COMPONENTS = 1 << 15;
