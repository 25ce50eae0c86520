// Sends what was written; what the sandbox refuses stays in the composer, with its sentence.
import { Refusal, encoded } from "../api.js";
import { perform } from "../live.js";
import { change as changeStore, read } from "../store.js";
import { named } from "./attachments.js";
import { remember } from "./drafts.js";
import { judged } from "./filling.js";
import { mentioning } from "./mentions.js";
import { written } from "./written.js";

// What was begun is sent in its order, and to where it was written: a person may have moved on meanwhile.
let last = Promise.resolve();

// Empties the draft and does `deed`; a refusal brings back what was written, unless something else was begun.
function attempt(draft, change, deed) {
  const { me, place } = read();
  const { text, files, command, plain } = draft;
  const kept = command ? { command } : { text, files, plain };
  change({ ...EMPTIED, ...(command ? {} : { files: [] }) });
  last = last.then(() => deed({ me, place })).catch((error) => {
    change((now) => ({ refused: error.message, ...(isUntouched(now) ? kept : {}) }));
    if (!(error instanceof Refusal)) throw error;
  }).catch(reportError);
}

const EMPTIED = { text: "", command: null, plain: false, hidden: null, refused: null };
const isUntouched = (draft) => draft.text === "" && draft.command === null && draft.files.length === 0;

export function say(draft, change, answered) {
  const content = mentioning(draft.text).trim();
  if (!content && draft.files.length === 0) return;
  attempt(draft, change, async (where) => {
    const files = await Promise.all(draft.files.map(asFile));
    await perform({ do: "say", content, files, reply_to: answered?.id }, undefined, where);
    if (read().replyingTo === answered) changeStore({ replyingTo: null });
  });
}

const asFile = async (entry) =>
  ({ ...(await encoded(named(entry))), description: entry.description.trim() || undefined });

export function run(leaf, draft, change) {
  const verdict = judged(leaf, draft.command);
  if (verdict.command) {
    change({ command: verdict.command });
    return;
  }
  attempt(draft, change, async (where) => {
    remember(where.me, { ...draft.command, faults: {}, wrong: null });
    const options = await writtenOut(verdict.values);
    const about = { name: `/${leaf.name}`, text: written(draft.command) };
    await perform({ do: "slash", name: leaf.name, options }, about, where);
  });
}

async function writtenOut(values) {
  const write = async ([name, value]) => [name, value instanceof File ? await encoded(value) : value];
  return Object.fromEntries(await Promise.all(Object.entries(values).map(write)));
}
