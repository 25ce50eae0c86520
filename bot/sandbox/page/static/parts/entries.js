// What a menu offers for a message or a user, to whom it is shown to.
import { Refusal } from "../api.js";
import { EPHEMERAL } from "../flags.js";
import { inspect } from "../inspector/open.js";
import * as live from "../live.js";
import { addressOf, become, go } from "../shell/going.js";
import * as store from "../store.js";
import { leaveMessage } from "../timeline/leaving.js";
import { toast } from "./toast.js";

const TEXT = 10;
const USER_COMMAND = 2;
const MESSAGE_COMMAND = 3;

export const titleOf = ({ message, user }) =>
  message ? `Message from ${store.nameOf(message.author)}` : store.nameOf(user);

// Groups of entries: [{label, named, entries: [{label, run}]}], without empty ones.
export function groupsFor(about) {
  const found = about.message ? forMessage(about.message) : forUser(about.user);
  return found.filter((group) => group.entries.length > 0);
}

function forMessage(message) {
  const deed = { do: "message command", message: message.id };
  const copies = [
    words(message) && copying("Copy text", words(message)),
    copying("Copy link", linkTo(message)),
    copying("Copy message ID", message.id),
  ];
  const reply = { label: "Reply", run: () => store.change({ replyingTo: message }) };
  const answers = store.maySpeak() && !(message.flags & EPHEMERAL) ? [reply] : [];
  const dismiss = { label: "Dismiss message", run: () => leaveMessage(message) };
  return [
    apps(MESSAGE_COMMAND, deed),
    { label: "Message", entries: [...answers, ...copies.filter(Boolean)] },
    { label: "Behind the curtain", entries: [{ label: "Inspect", run: () => inspect({ message_id: message.id }) }] },
    { label: "Only you see this", entries: message.flags & EPHEMERAL ? [dismiss] : [] },
  ];
}

function forUser(user) {
  const { scene, me, place } = store.read();
  const turns = [];
  if (user.id === scene.bot.id) {
    if (place !== scene.direct.id) turns.push({ label: "Send a direct message", run: () => go(scene.direct.id) });
  } else if (user.id !== me) {
    turns.push({ label: `Act as ${store.nameOf(user)}`, run: () => become(user.id) });
  }
  return [
    { label: "Person", entries: turns },
    apps(USER_COMMAND, { do: "user command", target: user.id }),
    { label: "Copy", entries: [copying("Copy user ID", user.id)] },
  ];
}

// The bot's own commands of this kind that the member may use here.
function apps(type, deed) {
  const offered = store.read().offered[store.read().place] ?? [];
  const entry = ({ name }) => ({ label: name, run: () => trying(live.perform({ ...deed, name }, { name })) });
  return { label: "Apps", named: true, entries: offered.filter((each) => each.type === type).map(entry) };
}

// All that a message says, in components too.
function words(message) {
  const inside = (each) => [each.type === TEXT ? each.content : "", ...(each.components ?? []).map(inside)];
  return [message.content, ...message.components.map(inside)].flat(Infinity).filter(Boolean).join("\n");
}

const copying = (label, text) => ({ label, run: () => trying(copy(text)) });

async function copy(text) {
  await navigator.clipboard.writeText(text);
  toast("Copied.");
}

function linkTo(message) {
  const { scene } = store.read();
  return `${location.origin}${addressOf(scene.me, store.channel(message.channel_id))}#message-${message.id}`;
}

async function trying(deed) {
  const { place } = store.read();
  try {
    await deed;
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof DOMException)) throw error;
    store.notice(place, { text: error.message, tone: "error" });
  }
}
