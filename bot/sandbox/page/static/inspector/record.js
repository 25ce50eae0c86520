// What the sandbox records of the gateway and of REST calls, kept while the inspector is open.
import { get } from "../api.js";
import { useEffect, useState } from "../html.js";
import { hear, tell } from "../live.js";

const MOST = 2000;

const record = { entries: [], rules: [] };
const listeners = new Set();
let arrived = [];
let frame = 0;
let loads = 0;
let loading = false;

// Draws its part again when `pick` finds something else than before; once a frame at most.
export function useRecord(pick) {
  const [, again] = useState(0);
  const found = pick(record);
  useEffect(() => {
    let last = found;
    const listener = () => {
      if (Object.is(pick(record), last)) return;
      last = pick(record);
      again((count) => count + 1);
    };
    listener();
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, [found]);
  return found;
}

// Listens until the answer is called; a page without an inspector asks for nothing.
export function open() {
  const ask = () => tell({ inspect: true });
  const ends = [hear("inspect", receive), hear("faults", ({ rules }) => set({ rules })), hear("hello", ask)];
  ask();
  return () => {
    ends.forEach((end) => end());
    tell({ inspect: false });
  };
}

// Once the stream tells of all that comes, what was there before; so that nothing falls between.
async function load() {
  const mine = ++loads;
  loading = true;
  arrived = [];
  const found = [];
  let page;
  do {
    page = await get("/inspection", { after: found.at(-1)?.id ?? 0 }).catch(() => ({ entries: [] }));
    found.push(...page.entries);
  } while (page.more);
  if (mine !== loads) return;
  loading = false;
  const known = new Map(record.entries.map((each) => [each.id, each]));
  const same = (each) => (known.get(each.id)?.at === each.at ? known.get(each.id) : each);
  set({ entries: found.map(same) });
  settle();
}

function receive({ entries = [], begun, cleared }) {
  if (begun || cleared) {
    load();
    return;
  }
  arrived.push(...entries);
  if (!frame) frame = requestAnimationFrame(settle);
}

// What came since the last frame, in one go.
function settle() {
  frame = 0;
  if (loading) return;
  const last = record.entries.at(-1)?.id ?? 0;
  const fresh = arrived.filter((each) => each.id > last);
  arrived = [];
  if (fresh.length) set({ entries: [...record.entries, ...fresh].slice(-MOST) });
}

function set(patch) {
  Object.assign(record, patch);
  for (const listener of [...listeners]) listener();
}

// -- what entries belong to ------------------------------------------------------------------

// The entries of a message or an interaction: those that name it, or an interaction that named it.
export function related(entries, { message_id, interaction_id }) {
  const opened = new Set(interaction_id ? [interaction_id] : []);
  if (message_id) {
    for (const { subject } of entries) {
      if (subject.message_id === message_id && subject.interaction_id) opened.add(subject.interaction_id);
    }
  }
  return entries.filter(({ subject }) =>
    opened.has(subject.interaction_id) || (message_id && subject.message_id === message_id));
}

// What of an entry can be searched for, in small letters.
const texts = new WeakMap();
export function textOf(entry) {
  let found = texts.get(entry);
  if (found === undefined) {
    const { title, method, path, status, fault, sent, got, files } = entry;
    const parts = [title, method, path, status, fault, sent?.text, got?.text, ...files.map((each) => each.name)];
    found = parts.filter((each) => each !== null && each !== undefined).join(" ").toLowerCase();
    texts.set(entry, found);
  }
  return found;
}
