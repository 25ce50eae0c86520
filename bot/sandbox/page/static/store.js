// The one place that holds what the page knows. Parts read it with `useStore`, and change it by
// `change` or by the verbs below; nothing else keeps a copy.
import { useLayoutEffect, useState } from "./html.js";

const state = {
  scene: null,          // what /sandbox/scene answers
  me: null,             // the id of the user acted as
  place: null,          // the id of the channel that is shown
  skew: 0,              // the sandbox's clock minus this computer's, in seconds
  streaming: false,     // whether the sandbox can be reached
  connected: false,     // whether a bot is signed in
  messages: {},         // by channel: a list, the oldest first; a message is replaced, never changed
  complete: {},         // by channel: whether the oldest message is there
  notices: {},          // by channel: what only this page says, such as "did not respond"
  typing: {},           // by channel: until when (this computer's milliseconds) the bot types
  pending: {},          // interactions this page waits for: id -> {name, channel, since}, or of a component
                        // {message, component, since}
  failed: {},           // by message: {component, text} of the control that was used in vain
  offered: {},          // by channel: the commands that may be used there
  modal: null,          // {interaction_id, modal} while a modal is open
  menu: null,           // {about, opener, x, y} while a context menu is open
  replyingTo: null,     // a message, while one is answered
  panel: null,          // "people", "places" (narrow screens), "inspector" or null
  inspecting: null,     // the message or interaction that the inspector is narrowed to
  unread: {},           // by channel: how many messages came while another one was shown
};

const listeners = new Set();

export const read = () => state;

export function change(patch) {
  Object.assign(state, patch);
  for (const listener of [...listeners]) listener();
}

// What `pick` finds in the state; the part is drawn again when that is no longer the same.
export function useStore(pick) {
  const [, again] = useState(0);
  const found = pick(state);
  useLayoutEffect(() => {
    let last = found;
    const listener = () => {
      const next = pick(state);
      if (!Object.is(next, last)) {
        last = next;
        again((count) => count + 1);
      }
    };
    listener();
    listeners.add(listener);
    return () => listeners.delete(listener);
  });
  return found;
}

export const now = () => Date.now() / 1000 + state.skew;

const put = (key, at, value) => change({ [key]: { ...state[key], [at]: value } });

// -- the world ------------------------------------------------------------------------------

export const channels = (scene = state.scene) =>
  scene === null ? [] : [...scene.guilds.flatMap((guild) => guild.channels), scene.direct];
export const channel = (id = state.place) => channels().find((each) => each.id === id) ?? null;
export const guildOf = (id = state.place) =>
  state.scene?.guilds.find((guild) => guild.channels.some((each) => each.id === id)) ?? null;
export const memberOf = (userId, guild = guildOf()) =>
  guild?.members.find((each) => each.user.id === userId) ?? null;
export const userById = (id) =>
  [...(state.scene?.users ?? []), state.scene?.bot].find((each) => each?.id === id) ?? null;
export const may = (bit, place = channel()) => (BigInt(place?.granted ?? 0) & (1n << BigInt(bit))) !== 0n;
export const nameOf = (user, guild = guildOf()) =>
  memberOf(user.id, guild)?.nick ?? user.global_name ?? user.username;

// The colour of a member's highest coloured role, or none.
export function colourOf(userId, guild = guildOf()) {
  const mine = new Set(memberOf(userId, guild)?.roles ?? []);
  const coloured = (guild?.roles ?? []).filter((role) => mine.has(role.id) && role.color);
  const highest = coloured.sort((a, b) => b.position - a.position)[0];
  return highest ? `#${highest.color.toString(16).padStart(6, "0")}` : null;
}

// -- messages -------------------------------------------------------------------------------

const byId = (a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1);

export function keepMessages(place, found, complete) {
  const known = new Map((state.messages[place] ?? []).map((each) => [each.id, each]));
  for (const each of found) known.set(each.id, each);
  put("messages", place, [...known.values()].sort(byId));
  if (complete !== undefined) put("complete", place, complete);
}

export function hearMessage(kind, message) {
  const list = state.messages[message.channel_id];
  if (kind === "deleted") {
    if (list) dropMessage(message.channel_id, message.id);
    return;
  }
  if (kind === "created" && message.channel_id !== state.place) {
    put("unread", message.channel_id, (state.unread[message.channel_id] ?? 0) + 1);
  }
  if (list) keepMessages(message.channel_id, [message]);
}

export function dropMessage(place, id) {
  put("messages", place, (state.messages[place] ?? []).filter((each) => each.id !== id));
}

// Something that only this page says: {id, text, tone: "error" | "note", about}.
export function notice(place, given) {
  const entry = { id: `notice-${Date.now()}-${Math.random()}`, at: now(), ...given };
  put("notices", place, [...(state.notices[place] ?? []), entry]);
}

export const dismiss = (place, id) =>
  put("notices", place, (state.notices[place] ?? []).filter((each) => each.id !== id));

// A control of a message was used in vain; the next use of one forgives that.
export const fail = ({ message, component }, text) => put("failed", message, { component, text });
export function forgive(message) {
  const { [message]: _, ...rest } = state.failed;
  change({ failed: rest });
}

export const waitFor = (id, about) => put("pending", id, about);
export function settle(id) {
  const { [id]: about, ...rest } = state.pending;
  change({ pending: rest });
  return about;
}
