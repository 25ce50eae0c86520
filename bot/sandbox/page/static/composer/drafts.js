// What was begun in each place, for as long as the page is open.
import { useState } from "../html.js";
import { useStore } from "../store.js";

// `command` is what written.js makes of a command, or null while plain words are written. `plain` says that a text
// with a slash is meant as words, `hidden` where a name begins whose list was closed; `refused` is a sentence.
const NOTHING = { text: "", files: [], command: null, plain: false, hidden: null, refused: null };
const drafts = new Map();

export function useDraft() {
  const key = useStore((state) => `${state.me}/${state.place}`);
  const [, again] = useState(0);
  // Takes what changes, or makes it of the draft as it stands; keeps to the place it was made for.
  const change = (patch) => {
    const now = drafts.get(key) ?? NOTHING;
    drafts.set(key, { ...now, ...(typeof patch === "function" ? patch(now) : patch) });
    again((count) => count + 1);
  };
  return { key, draft: drafts.get(key) ?? NOTHING, change };
}

// The last command each member sent, to be brought back.
const sent = new Map();
export const remember = (me, command) => sent.set(me, command);
export const recalled = (me) => sent.get(me) ?? null;
