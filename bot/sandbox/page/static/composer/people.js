// Members, roles and channels of a place, as what can be chosen.
import { guildOf, isThread, read } from "../store.js";

export function members() {
  const guild = guildOf();
  const alone = [read().scene.me, read().scene.bot].map((user) => ({ user }));
  return (guild?.members ?? alone).map(({ user, nick }) => ({
    text: nick ?? user.global_name ?? user.username, also: user.username, id: user.id, mark: user.bot ? "bot" : undefined,
    key: `user:${user.id}`, value: { user: user.id }, sign: "@", written: `<@${user.id}>`,
  }));
}

export const roles = () =>
  [...(guildOf()?.roles ?? [])].sort((a, b) => b.position - a.position).map((role) => ({
    text: role.name, id: role.id, mark: "role",
    key: `role:${role.id}`, value: { role: role.id }, sign: "@", written: `<@&${role.id}>`,
  }));

export const channels = (types) =>
  (guildOf()?.channels ?? []).filter((each) => !types?.length || types.includes(each.type)).map((each) => ({
    text: each.name, id: each.id, mark: isThread(each) ? "thread" : undefined,
    key: `channel:${each.id}`, value: { channel: each.id }, sign: "#", written: `<#${each.id}>`,
  }));
