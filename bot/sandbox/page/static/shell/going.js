// Moving about: to a place, to the next one, to a server. What cannot be reached says so there.
import { Refusal } from "../api.js";
import * as live from "../live.js";
import { change, channel, channels, guildOf, isThread, notice, read } from "../store.js";

// By server, or "@me": the place shown there last.
const visited = new Map();
const serverOf = (place) => guildOf(place)?.id ?? "@me";

// The places of a server as they are listed: threads stand below their channel.
export function listed(guild) {
  const above = guild.channels.filter((each) => !isThread(each)).sort((a, b) => a.position - b.position);
  const below = (parent) => guild.channels.filter((each) => isThread(each) && each.parent_id === parent.id);
  return above.flatMap((each) => [each, ...below(each)]);
}

export async function go(place) {
  visited.set(serverOf(place), place);
  if (read().panel === "places") change({ panel: null });
  await trying(live.show(place));
}

export async function become(user) {
  await trying(live.actAs(user));
}

async function trying(deed) {
  try {
    await deed;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    notice(read().place, { text: error.message, tone: "error" });
  }
}

// A server, where one left it; `id` may be "@me" for the direct messages.
export function enter(id) {
  visited.set(serverOf(), read().place);
  const guild = read().scene.guilds.find((each) => each.id === id);
  const reachable = guild ? listed(guild).map((each) => each.id) : [read().scene.direct.id];
  const last = visited.get(id);
  return go(reachable.includes(last) ? last : reachable[0]);
}

const beside = (list, one, by) => list[(list.indexOf(one) + by + list.length) % list.length];

export function step(by) {
  const guild = guildOf();
  if (guild) go(beside(listed(guild).map((each) => each.id), read().place, by));
}

export function stepServer(by) {
  enter(beside(["@me", ...read().scene.guilds.filter((each) => each.channels.length).map((each) => each.id)], serverOf(), by));
}

// Where this window stands, so that a reload or another window comes to the same place.
export function addressOf(user, place = channel()) {
  const named = channels().find((each) => each.name === place.name);
  const where = place.name === undefined ? "@me" : named === place ? place.name : place.id;
  return `/?${new URLSearchParams({ as: user.username, in: where })}`;
}
