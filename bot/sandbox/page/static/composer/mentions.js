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

// What to write for one that was chosen: its name, unless that is another's as well.
export function naming(offer) {
  const name = `${offer.sign}${offer.text}`;
  return mentioning(name) === offer.written ? name : offer.written;
}

// A text with the names in it written as a message carries them, the longest names first.
export function mentioning(text) {
  if (!/[@#]/.test(text)) return text;
  const known = new Map();
  for (const { sign, text: shown, also, written } of named()) {
    for (const name of [shown, also]) if (name && !known.has(sign + name)) known.set(sign + name, written);
  }
  if (known.size === 0) return text;
  const longest = [...known.keys()].sort((a, b) => b.length - a.length);
  const names = longest.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return text.replace(new RegExp(`(?<![\\w<])(${names.join("|")})(?![\\w])`, "g"), (name) => known.get(name));
}
