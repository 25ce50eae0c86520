// Keeps the store true: asks for the world once, then hears every change of it.
import { holdsExpired } from "./addresses.js";
import { act, get, Refusal } from "./api.js";
import { EPHEMERAL } from "./flags.js";
import * as store from "./store.js";

const PAGE = 50;
const ANSWER_WITHIN = 3000;
const SHORTEST_WAIT = 500;
const LONGEST_WAIT = 8000;
let socket = null;
let failures = 0;
let waiting = null;

// Listeners of the stream by kind; the inspector and others add theirs.
const hearers = {};
export function hear(kind, hearer) {
  (hearers[kind] ??= new Set()).add(hearer);
  return () => hearers[kind].delete(hearer);
}
export const tell = (words) => socket?.readyState === WebSocket.OPEN && socket.send(JSON.stringify(words));

export async function start() {
  const asked = new URLSearchParams(location.search);
  await actAs(asked.get("as") ?? undefined, asked.get("in"));
  open();
  document.addEventListener("visibilitychange", () => document.hidden || reconnect());
}

// Nothing of another member's view, or of another sandbox, may stay.
const fresh = () => ({
  messages: {}, complete: {}, notices: {}, offered: {}, unread: {}, newFrom: {}, typing: {}, pending: {}, failed: {},
  modal: null, replyingTo: null,
});
const seen = (scene) => ({
  scene, me: scene.me.id, connected: scene.connected, skew: scene.now - Date.now() / 1000,
});

// What stands in the channels at the beginning was heard of; from then on only what was told or fetched.
const latestIn = (scene) =>
  Object.fromEntries(store.channels(scene).map((each) => [each.id, each.last_message_id ?? "0"]));

// A place by its id or name ("@me" is the direct messages); else the first there is.
function placeIn(scene, wanted) {
  const all = store.channels(scene);
  const found = all.find((each) => wanted === each.id) ?? all.find((each) => wanted === (each.name ?? "@me"));
  return (found ?? all[0]).id;
}

// Where the page stands, in words that hold for everybody: the direct messages have an id for each member.
function here() {
  const { scene, place } = store.read();
  return place === scene?.direct.id ? "@me" : place;
}

// Look at the world through another member's eyes, in the place `wanted` if they see it.
let turns = 0;
export async function actAs(user, wanted = here()) {
  const turn = ++turns;
  const scene = await get("/scene", { user });
  if (turn !== turns) return;
  store.change({ ...fresh(), ...seen(scene), heard: latestIn(scene) });
  tell({ as: scene.me.username });
  await show(placeIn(scene, wanted));
}

export async function show(place) {
  const { place: left, newFrom, replyingTo, unread } = store.read();
  store.change({
    place, replyingTo: left === place ? replyingTo : null, unread: { ...unread, [place]: 0 },
    newFrom: left === place ? newFrom : { ...newFrom, [left]: null },
  });
  await Promise.all([latest(place), offer(place)]);
}

const page = (place, before) =>
  get("/messages", { user: store.read().me, channel: place, before, limit: PAGE });

// What is told while the page is fetched needs a list to go to.
async function latest(place) {
  const { me, messages } = store.read();
  const asked = messages[place] ?? [];
  if (!messages[place]) store.keepMessages(place, []);
  const found = await page(place);
  if (store.read().me !== me) return;
  store.renewMessages(place, found, asked, found.length < PAGE);
  store.hearUpTo(place, found);
}

// The messages before those that are there; where the list begins elsewhere by then, they would leave a gap.
export async function older(place) {
  const { me, messages } = store.read();
  const asked = messages[place] ?? [];
  const found = await page(place, asked[0]?.id);
  if (store.read().me !== me) return;
  if (store.read().messages[place]?.[0]?.id !== asked[0]?.id) return older(place);
  store.takeMessages(place, found, asked);
  if (found.length < PAGE) store.change({ complete: { ...store.read().complete, [place]: true } });
}

// Files' addresses are good for a day: where the clock was moved beyond one, all are written anew.
async function readdress(place) {
  const { me, messages } = store.read();
  const asked = messages[place] ?? [];
  if (!holdsExpired(JSON.stringify(asked), store.now())) return;
  const found = await get("/messages", { user: me, channel: place, limit: asked.length });
  if (store.read().me === me) store.takeMessages(place, found, asked);
}

export async function offer(place) {
  const me = store.read().me;
  const found = await get("/offered", { user: me, channel: place });
  if (store.read().me === me) store.change({ offered: { ...store.read().offered, [place]: found } });
}

// Do something as the member; the answer is the interaction's record, or what was said.
// What the sandbox's client refuses is thrown as a `Refusal`, for the part that asked. It may wait by itself:
// `about` takes `answered` and `overdue` to call. `where` is {me, place}, for what was begun before one went elsewhere.
export async function perform(deed, about, where = store.read()) {
  const { me, place } = where;
  const record = await act(me, place, deed);
  // Who acts as somebody else by then is not told of the answer, nor waits for it.
  if (record?.interaction_id === undefined || store.read().me !== me) return record;
  store.waitFor(record.interaction_id, { ...about, place, since: Date.now() });
  setTimeout(() => overdue(record.interaction_id), ANSWER_WITHIN);
  heard(early.get(record.interaction_id) ?? record);
  return record;
}

// Records by id whose answer the stream told before the request that asked for it came back.
const early = new Map();
const MOST_EARLY = 50;

function heard(record) {
  if (!record.answered) return;
  const about = store.settle(record.interaction_id);
  early.delete(record.interaction_id);
  if (about === undefined) early.set(record.interaction_id, record);
  if (early.size > MOST_EARLY) early.delete(early.keys().next().value);
  about?.answered?.();
  if (about !== undefined && record.modal !== null) {
    store.change({ modal: { interaction_id: record.interaction_id, modal: record.modal } });
  }
}

// The answer may have been told while the stream was cut, so the sandbox is asked for it first.
async function overdue(id) {
  if (!(id in store.read().pending)) return;
  heard(await get(`/interactions/${id}`).catch(() => ({ answered: false })));
  const about = store.settle(id);
  if (about?.overdue !== undefined) about.overdue();
  else if (about?.component !== undefined) store.fail(about, "This interaction failed");
  else if (about !== undefined) {
    store.notice(about.place, { text: "The application did not respond", tone: "error", about });
  }
}

function open() {
  const address = new URL("/sandbox/stream", location.href);
  address.protocol = "ws:";
  socket = new WebSocket(address);
  socket.onopen = opened;
  socket.onmessage = (frame) => receive(JSON.parse(frame.data));
  socket.onclose = () => {
    store.change({ streaming: false });
    waiting = setTimeout(reconnect, Math.min(LONGEST_WAIT, SHORTEST_WAIT * 2 ** failures++));
  };
}

// How things stood when the line opened, until the stream begins to tell.
let behind = null;

function opened() {
  failures = 0;
  behind = { ...store.read() };
  tell({ as: store.read().scene.me.username });
}

// Only once the stream tells all that happens: what was said between this and that would be heard of nowhere.
async function catchUp(before) {
  try {
    await again();
    await missed(before);
    store.change({ streaming: true });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    socket.close();
  }
}

// Try at once, where the next attempt is being waited for.
export function reconnect() {
  if (waiting === null) return;
  clearTimeout(waiting);
  waiting = null;
  open();
}

// After a connection, or where the world changed: what happened before the stream began to tell. A person
// may go elsewhere meanwhile, and who became somebody else has asked for all of this already.
async function again() {
  const { scene: before } = store.read();
  const scene = await sceneOf(before.me.username);
  const { me, place, messages, complete } = store.read();
  if (me !== before.me.id) return;
  const wanted = here();
  const same = scene.sandbox === before.sandbox && scene.me.id === me;
  const of = (kept) => (place in kept ? { [place]: kept[place] } : {});
  const kept = same ? { messages: of(messages), complete: of(complete) } : { ...fresh(), heard: latestIn(scene) };
  store.change({ ...kept, ...seen(scene) });
  await show(placeIn(scene, wanted));
}

// What was said elsewhere while nothing told of it, as far as one page reaches; `before` is how things stood then.
async function missed(before) {
  const { scene, place } = store.read();
  const same = () => store.read().me === before.me;
  if (scene.sandbox !== before.scene.sandbox || !same()) return;
  const since = ({ id }) => before.heard[id] ?? "0";
  const behind = store.channels().filter((each) => each.id !== place && store.isLater(each.last_message_id ?? "0", since(each)));
  await Promise.all(behind.map(async (each) => {
    const said = (await page(each.id)).filter(({ id }) => store.isLater(id, since(each)));
    if (!same()) return;
    store.markUnread(each.id, said, before.unread[each.id] ?? 0);
    store.hearUpTo(each.id, said);
  }));
}

// Another sandbox may have come to this address, in which this member is unknown.
async function sceneOf(user) {
  try {
    return await get("/scene", { user });
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 400) throw error;
    const scene = await get("/scene");
    tell({ as: scene.me.username });
    return scene;
  }
}

// Whom the stream tells what they see; for a moment that is still the one whom the page acted as before.
let listener = null;

// Where the sandbox cannot be asked the stream ends as well, and after that all is asked for anew.
const unlessCut = (asking) => asking.catch((error) => {
  if (!(error instanceof Refusal)) throw error;
});

function receive(told) {
  const { me, place } = store.read();
  if (told.kind === "hello") {
    listener = told.as;
    if (behind !== null) catchUp(behind);
    behind = null;
  } else if (told.kind === "message") {
    if (listener === me || !(told.message.flags & EPHEMERAL)) store.hearMessage(told.change, told.message);
  } else if (told.kind === "interaction") heard(told.record);
  else if (told.kind === "bot") store.change({ connected: told.connected });
  else if (told.kind === "clock") {
    store.change({ skew: told.now - Date.now() / 1000 });
    unlessCut(readdress(place));
  } else if (told.kind === "typing") {
    store.change({ typing: { ...store.read().typing, [told.channel_id]: Date.now() + 10_000 } });
  } else if (told.kind === "commands") unlessCut(offer(place));
  else if (told.kind === "world") unlessCut(again());
  for (const hearer of hearers[told.kind] ?? []) hearer(told, me);
}
