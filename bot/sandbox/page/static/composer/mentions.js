// Members, roles and channels named in plain words.
import { guildOf } from "../store.js";
import { closest } from "./closest.js";
import { channels, members, roles } from "./people.js";

const named = () => {
  const everyone = guildOf()?.id;
  return [...members(), ...roles().filter((each) => each.id !== everyone), ...channels()];
};

// The name being written before the caret, {from, sign, sought}, or null.
export function nameAt(text, caret) {
  const found = text.slice(0, caret).match(/(?:^|\s)([@#])([^\s@#]*)$/);
  return found && { from: caret - found[2].length - 1, sign: found[1], sought: found[2] };
}

export const offersFor = ({ sign, sought }) =>
  closest(named().filter((each) => each.sign === sign), sought, (each) => [each.text, each.also]).slice(0, 10);

// A text with the names in it written as a message carries them, the longest names first.
export function mentioning(text) {
  const all = named().flatMap((each) => [each.text, each.also].filter(Boolean).map((name) => [`${each.sign}${name}`, each.written]));
  const known = new Map(all.sort(([a], [b]) => b.length - a.length));
  if (known.size === 0) return text;
  const names = [...known.keys()].map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return text.replace(new RegExp(`(?<![\\w<])(${names.join("|")})(?![\\w])`, "g"), (name) => known.get(name));
}
