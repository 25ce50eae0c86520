// What stands in the timeline, from above to below: days, messages and notices.
import { EPHEMERAL } from "../flags.js";
import { isLater } from "../store.js";

const TOGETHER = 7 * 60_000;
const REPLY = 19;

export const moment = (message) => Date.parse(message.timestamp);
const day = (at) => new Date(at).toDateString();

// A list of {kind: "day", at} | {kind: "new"} | {kind: "message", message, first} | {kind: "notice", notice};
// `first` says that it begins a group of one author's messages.
export function rows(messages, notices, newFrom = null) {
  const found = [];
  let before = null;
  for (const entry of inOrder(messages, notices)) {
    if (before === null || day(before.at) !== day(entry.at)) found.push({ kind: "day", key: `day-${entry.key}`, at: entry.at });
    const fresh = entry.key === newFrom;
    if (fresh) found.push({ kind: "new", key: "new" });
    found.push({ ...entry, first: fresh || !continues(entry, before) });
    before = entry;
  }
  return found;
}

// Messages as they are; a notice before the first that was not yet there when it came.
function inOrder(messages, notices) {
  const found = messages.map((message) => ({ kind: "message", key: message.id, at: moment(message), message }));
  for (const notice of notices) {
    const next = found.findIndex(({ message }) => message !== undefined && came(message, notice));
    found.splice(next < 0 ? found.length : next, 0, { kind: "notice", key: notice.id, at: notice.at * 1000, notice });
  }
  return found;
}

// Where no message was known when the notice came, their times say it.
const came = (message, { after, at }) =>
  after === null ? moment(message) > at * 1000 : isLater(message.id, after);

// Whether a message goes on where the one before it ended.
function continues(entry, before) {
  if (entry.kind !== "message" || before?.kind !== "message") return false;
  const [one, other] = [entry.message, before.message];
  return one.author.id === other.author.id
    && entry.at - before.at < TOGETHER && day(entry.at) === day(before.at)
    && (one.flags & EPHEMERAL) === (other.flags & EPHEMERAL)
    && !answers(one);
}

// Whether a line above the message says what it answers.
export const answers = (message) => message.type === REPLY || message.interaction_metadata !== undefined;
