// A command as text and back: "/imagine prompt: a horse seed: 7".
import { EMPTY, Type, isEmpty } from "./values.js";

export const fresh = (leaf) => ({
  name: leaf.name,
  shown: leaf.options.filter((each) => each.required).map((each) => each.name),
  entries: {},
  faults: {},
});

export function written(command) {
  const parts = command.shown
    .map((name) => [name, command.entries[name] ?? EMPTY])
    .filter(([, entry]) => !isEmpty(entry) && !entry.file)
    .map(([name, entry]) => `${name}: ${entry.text}`);
  return [`/${command.name}`, ...parts].join(" ");
}

// The command that a text is, with its values; null where it is none of these.
export function parsed(text, leaves) {
  const line = text.replace(/\s+/g, " ");
  const fits = leaves.filter((each) => line === `/${each.name}` || line.startsWith(`/${each.name} `));
  const leaf = fits.sort((a, b) => b.name.length - a.name.length)[0];
  if (leaf === undefined) return null;
  const command = fresh(leaf);
  for (const [name, value] of valuesIn(leaf, line.slice(leaf.name.length + 1))) {
    if (!command.shown.includes(name)) command.shown.push(name);
    command.entries[name] = { text: value };
  }
  return command;
}

// What stands behind each option's name. Words before the first name belong to the first option that takes words.
function valuesIn(leaf, rest) {
  const marks = marksIn(leaf, rest);
  const before = rest.slice(0, marks[0]?.at ?? rest.length).trim();
  const first = leaf.options.find((each) => each.type === Type.STRING);
  const found = marks.map((mark, index) =>
    [mark.name, rest.slice(mark.end, marks[index + 1]?.at ?? rest.length).trim()]);
  const named = marks.some((mark) => mark.name === first?.name);
  return before && first && !named ? [[first.name, before], ...found] : found;
}

// Where each option's name stands first with its colon; what repeats it is part of a value.
function marksIn(leaf, rest) {
  const known = new Set(leaf.options.filter((each) => each.type !== Type.ATTACHMENT).map((each) => each.name));
  const marks = [];
  for (const found of rest.matchAll(/(?:^|\s)([^\s:]+):/g)) {
    if (!known.delete(found[1])) continue;
    marks.push({ name: found[1], at: found.index, end: found.index + found[0].length });
  }
  return marks;
}
