// The one place that holds what the page knows. Parts read it with `useStore`, and change it by
// `change` or by the verbs below; nothing else keeps a copy.
import * as dismissed from "./dismissed.js";
import { useLayoutEffect, useState } from "./html.js";

const state = {
  scene: null,          // what /sandbox/scene answers
  me: null,             // the id of the user acted as
  place: null,          // the id of the channel that is shown
  skew: 0,              // the sandbox's clock minus this computer's, in seconds
  streaming: null,      // whether the sandbox can be reached; null until that is known
  connected: false,     // whether a bot is signed in
  messages: {},         // by channel: a list, the oldest first; a message is replaced, never changed
  dropped: Object.fromEntries(dismissed.recall().map((id) => [id, true])),
                        // by message: whether it was deleted or dismissed
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
  overlay: null,        // what lies over the frame: "acting", "switcher", "shortcuts", "connect" or null
  unread: {},           // by channel: how many messages came while another one was shown
  heard: {},            // by channel: the latest message that was told of or fetched
  newFrom: {},          // by channel: the first of these messages, until the channel is left
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
const THREADS = [10, 11, 12];
export const isThread = (place) => THREADS.includes(place?.type);
// Threads have a permission of their own for what is said in them.
const [SEND, SEND_IN_THREADS] = [11, 38];
export const maySpeak = (place = channel()) => may(isThread(place) ? SEND_IN_THREADS : SEND, place);
export const nameOf = (user, guild = guildOf()) =>
  memberOf(user.id, guild)?.nick ?? user.global_name ?? user.username;

// What a place is called: #general, the name of a thread, @sandbox-bot.
export function placeName(place = channel()) {
  if (place === null) return "";
  if (place.name === undefined) return `@${state.scene.bot.username}`;
  return isThread(place) ? place.name : `#${place.name}`;
}
// A thread is for adults where the channel above it is.
export const ageRestricted = (place = channel()) =>
  Boolean(isThread(place) ? channel(place.parent_id)?.nsfw : place?.nsfw);

// A role's colour, as light or dark as the theme needs it.
export const readable = (color) => `oklch(from #${color.toString(16).padStart(6, "0")} var(--role-lightness) c h)`;

// The colour of a member's highest coloured role, or none.
export function colourOf(userId, guild = guildOf()) {
  const mine = new Set(memberOf(userId, guild)?.roles ?? []);
  const coloured = (guild?.roles ?? []).filter((role) => mine.has(role.id) && role.color);
  const highest = coloured.sort((a, b) => b.position - a.position)[0];
  return highest ? readable(highest.color) : null;
}

// -- messages -------------------------------------------------------------------------------

// Ids are numbers beyond JavaScript's: the longer one is the later one, or else the greater text.
const order = (one, other) => one.length - other.length || (one < other ? -1 : Number(one > other));
export const isLater = (one, other) => order(one, other) > 0;

export function keepMessages(place, found) {
  const known = state.messages[place] ?? [];
  const shown = found.filter((each) => !state.dropped[each.id]);
  put("messages", place, shown.length === 1 ? withOne(known, shown[0]) : withAll(known, shown));
}

function withAll(known, found) {
  const all = new Map([...known, ...found].map((each) => [each.id, each]));
  return [...all.values()].sort((one, other) => order(one.id, other.id));
}

// The usual case: the latest message, or one in place of how it was before.
function withOne(known, message) {
  const at = known.findLastIndex((each) => !isLater(each.id, message.id));
  return known[at]?.id === message.id ? known.with(at, message) : known.toSpliced(at + 1, 0, message);
}

// A message of a place that is there; the lists can be long, and every reply asks for one.
export function messageIn(place, id) {
  const list = state.messages[place] ?? [];
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isLater(id, list[middle].id)) low = middle + 1;
    else high = middle;
  }
  return list[low]?.id === id ? list[low] : undefined;
}

// What was fetched; what the stream told since `asked` (the list as it was then) is newer and stays.
export function takeMessages(place, found, asked) {
  const before = new Map(asked.map((each) => [each.id, each]));
  const known = new Map((state.messages[place] ?? []).map((each) => [each.id, each]));
  const gone = (each) => before.has(each.id) && !known.has(each.id);
  const newer = (each) => known.has(each.id) && known.get(each.id) !== before.get(each.id);
  keepMessages(place, found.filter((each) => !gone(each) && !newer(each)));
}

// What others said where one is not; `before` is how much was unread there already.
export function markUnread(place, said, before = state.unread[place] ?? 0) {
  const news = said.filter((each) => each.author.id !== state.me);
  if (news.length === 0 || place === state.place) return;
  if (before === 0) put("newFrom", place, news[0].id);
  put("unread", place, Math.max(state.unread[place] ?? 0, before + news.length));
}

// Of messages in order the last is the latest that was told of or fetched.
export function hearUpTo(place, said) {
  const latest = said.at(-1)?.id ?? "0";
  if (isLater(latest, state.heard[place] ?? "0")) put("heard", place, latest);
}

// The latest page anew: of what was there before, only what it still joins on to is kept.
export function renewMessages(place, found, asked, complete) {
  const joins = !complete && asked.some((each) => each.id === found[0]?.id);
  const stale = new Set(asked.filter((each) => !joins || isLater(each.id, found[0].id)));
  const ids = new Set(found.map((each) => each.id));
  const kept = (state.messages[place] ?? []).filter((each) => !stale.has(each) || ids.has(each.id));
  put("messages", place, kept);
  takeMessages(place, found, asked);
  put("complete", place, complete || (joins && Boolean(state.complete[place])));
}

export function hearMessage(kind, message) {
  const place = message.channel_id;
  const list = state.messages[place];
  if (message.author.bot && state.typing[place]) put("typing", place, 0);
  if (kind === "deleted") {
    if (list) dropMessage(place, message.id);
    return;
  }
  // What a page brought already is told once more where the stream is the slower one.
  if (kind === "created" && isLater(message.id, state.heard[place] ?? "0")) {
    hearUpTo(place, [message]);
    markUnread(place, [message]);
  }
  if (list) keepMessages(place, [message]);
}

function dropMessage(place, id) {
  put("dropped", id, true);
  put("messages", place, (state.messages[place] ?? []).filter((each) => each.id !== id));
}

// One that was dismissed stays away, though the sandbox still has it.
export function dismissMessage(place, id) {
  dismissed.keep(id);
  dropMessage(place, id);
}

// Something that only this page says: {id, text, tone: "error" | "note", about}. It stands below all that was
// said before it, whatever the sandbox's time is or comes to be: `after` is the latest message when it came.
export function notice(place, given) {
  const newest = state.messages[place]?.at(-1);
  const at = Math.max(now(), newest ? Date.parse(newest.timestamp) / 1000 : 0);
  const entry = { id: `notice-${Date.now()}-${Math.random()}`, at, after: newest?.id ?? null, ...given };
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
