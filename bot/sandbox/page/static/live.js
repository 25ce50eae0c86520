// Keeps the store true: asks for the world once, then hears every change of it.
import { act, get, Refusal } from "./api.js";
import * as store from "./store.js";

const PAGE = 50;
const ANSWER_WITHIN = 3000;
let socket = null;

// Listeners of the stream by kind; the inspector and others add theirs.
const hearers = {};
export function hear(kind, hearer) {
  (hearers[kind] ??= new Set()).add(hearer);
  return () => hearers[kind].delete(hearer);
}
export const tell = (words) => socket?.readyState === WebSocket.OPEN && socket.send(JSON.stringify(words));

export async function start() {
  const asked = new URLSearchParams(location.search);
  await actAs(asked.get("as") ?? "member");
  open();
}

// Look at the world through another member's eyes.
export async function actAs(user) {
  const scene = await get("/scene", { user });
  const reachable = store.channels(scene).map((each) => each.id);
  const same = reachable.includes(store.read().place);
  store.change({
    scene, me: scene.me.id, connected: scene.connected, skew: scene.now - Date.now() / 1000,
    messages: {}, complete: {}, notices: same ? store.read().notices : {}, offered: {}, unread: {},
    modal: null, replyingTo: null, pending: {}, failed: {},
  });
  tell({ as: scene.me.id });
  await show(same ? store.read().place : reachable[0]);
}

export async function show(place) {
  store.change({ place, replyingTo: null, unread: { ...store.read().unread, [place]: 0 } });
  await Promise.all([older(place, true), offer(place)]);
}

// The messages before those that are there; `anew` begins with the latest.
export async function older(place, anew = false) {
  const oldest = anew ? undefined : store.read().messages[place]?.[0]?.id;
  const me = store.read().me;
  const found = await get("/messages", { user: me, channel: place, before: oldest, limit: PAGE });
  if (store.read().me === me) store.keepMessages(place, found, found.length < PAGE);
}

export async function offer(place) {
  const me = store.read().me;
  const found = await get("/offered", { user: me, channel: place });
  if (store.read().me === me) store.change({ offered: { ...store.read().offered, [place]: found } });
}

// Do something as the member; the answer is the interaction's record, or what was said.
// What the sandbox's client refuses is thrown as a `Refusal`, for the part that asked.
export async function perform(deed, about) {
  const { me, place } = store.read();
  const record = await act(me, place, deed);
  if (record?.interaction_id === undefined) return record;
  store.waitFor(record.interaction_id, { ...about, place, since: Date.now() });
  setTimeout(() => overdue(record.interaction_id), ANSWER_WITHIN);
  heard(record);
  return record;
}

function heard(record) {
  if (!record.answered) return;
  const about = store.settle(record.interaction_id);
  if (about !== undefined && record.modal !== null) {
    store.change({ modal: { interaction_id: record.interaction_id, modal: record.modal } });
  }
}

function overdue(id) {
  const about = store.settle(id);
  if (about?.component !== undefined) store.fail(about, "This interaction failed");
  else if (about !== undefined) {
    store.notice(about.place, { text: "The application did not respond", tone: "error", about });
  }
}

function open() {
  const address = new URL("/sandbox/stream", location.href);
  address.protocol = "ws:";
  socket = new WebSocket(address);
  socket.onopen = async () => {
    tell({ as: store.read().me });
    store.change({ streaming: true });
    await again().catch((error) => {
      if (!(error instanceof Refusal)) throw error;
    });
  };
  socket.onmessage = (frame) => receive(JSON.parse(frame.data));
  socket.onclose = () => {
    store.change({ streaming: false, connected: false });
    setTimeout(open, 1000);
  };
}

// After a connection: what happened before the stream began to tell.
async function again() {
  const { me, place } = store.read();
  const scene = await get("/scene", { user: me });
  store.change({ scene, connected: scene.connected, skew: scene.now - Date.now() / 1000 });
  const reachable = store.channels(scene).map((each) => each.id);
  await show(reachable.includes(place) ? place : reachable[0]);
}

function receive(told) {
  const { me, place } = store.read();
  if (told.kind === "message") store.hearMessage(told.change, told.message);
  else if (told.kind === "interaction") heard(told.record);
  else if (told.kind === "bot") store.change({ connected: told.connected });
  else if (told.kind === "clock") store.change({ skew: told.now - Date.now() / 1000 });
  else if (told.kind === "typing") {
    store.change({ typing: { ...store.read().typing, [told.channel_id]: Date.now() + 10_000 } });
  } else if (told.kind === "commands") offer(place);
  else if (told.kind === "world") again();
  for (const hearer of hearers[told.kind] ?? []) hearer(told, me);
}
