// What a select menu offers, and how what was chosen is told. A choice is known by a key: an
// option's value, or "user:1", "role:2", "channel:3".
import { channel, guildOf, isThread, nameOf, read } from "../store.js";

const STRINGS = 3;
const USERS = 5;
const ROLES = 6;
const MENTIONABLES = 7;
const CHANNELS = 8;

const WORDS = {
  [STRINGS]: "Choose", [USERS]: "Choose a member", [ROLES]: "Choose a role",
  [MENTIONABLES]: "Choose a member or a role", [CHANNELS]: "Choose a channel",
};

// What a menu without a placeholder says.
export const invitation = (component) => component.placeholder ?? WORDS[component.type];

// Everything that can be chosen, as the options of a list.
export function choicesOf(component) {
  const guild = guildOf();
  if (component.type === STRINGS) return component.options.map(option);
  if (component.type === USERS) return people(guild);
  if (component.type === ROLES) return roles(guild).filter((each) => each.value !== `role:${guild.id}`);
  if (component.type === MENTIONABLES) return [...people(guild), ...roles(guild)];
  return channels(guild, component.channel_types ?? []);
}

// The keys of what a bot has chosen beforehand.
export function defaultsOf(component) {
  if (component.type === STRINGS) {
    return component.options.filter((each) => each.default).map((each) => each.value);
  }
  return (component.default_values ?? []).map((each) => `${each.type}:${each.id}`);
}

// A key as the sandbox takes it.
export function told(component, key) {
  if (component.type === STRINGS) return key;
  const [kind, id] = key.split(":");
  return { [kind]: id };
}

// A choice that is offered, or what can be said of one that is not there any more.
export const choice = (choices, key) =>
  choices.find((each) => each.value === key) ?? { value: key, label: `Unknown ${key.split(":")[0]}` };

const option = ({ value, label, description, emoji }) => ({
  value, label, description, emoji: emoji?.id ? { name: `:${emoji.name}:` } : emoji,
});

function people(guild) {
  const { me, scene } = read();
  const users = guild ? guild.members.map((each) => each.user) : [scene.bot, scene.me];
  return users.map((user) => ({
    value: `user:${user.id}`, label: nameOf(user, guild), emoji: { name: "@" },
    description: nameOf(user, guild) === user.username ? null : user.username,
    mark: user.id === me ? "you" : user.bot ? "app" : null,
  }));
}

const roles = (guild) => [...(guild?.roles ?? [])]
  .sort((a, b) => b.position - a.position)
  .map((role) => ({ value: `role:${role.id}`, label: role.name, emoji: { name: "◆" }, mark: "role" }));

const channels = (guild, types) => (guild?.channels ?? [])
  .filter((each) => types.length === 0 || types.includes(each.type))
  .map((each) => ({
    value: `channel:${each.id}`, label: each.name, emoji: { name: isThread(each) ? "↳" : "#" },
    mark: isThread(each) ? channel(each.parent_id)?.name : null,
  }));
