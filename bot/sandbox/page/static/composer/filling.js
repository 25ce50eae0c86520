// A command being filled in, as a value: each verb answers the command as it is afterwards.
import { offersOf } from "./suggestions.js";
import { EMPTY, Type, isEmpty, reading } from "./values.js";

export const entryOf = (command, name) => command.entries[name] ?? EMPTY;
export const optionOf = (leaf, name) => leaf.options.find((each) => each.name === name) ?? null;
export const unshown = (leaf, command) => leaf.options.filter((each) => !command.shown.includes(each.name));

const without = (record, name) => Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));

export const withEntry = (command, name, entry) => ({
  ...command, entries: { ...command.entries, [name]: entry }, faults: without(command.faults, name),
});

export const withOption = (command, name) =>
  command.shown.includes(name) ? command : { ...command, shown: [...command.shown, name] };

export const withoutOption = (command, name) => ({
  ...command,
  shown: command.shown.filter((each) => each !== name),
  entries: without(command.entries, name),
  faults: without(command.faults, name),
});

const read = (option, entry) => reading(option, entry, offersOf(option) ?? []);

// The command with a sentence at what was left wrong; nothing is said of what is still empty.
export function withFaultOf(leaf, command, name) {
  const option = optionOf(leaf, name);
  if (option === null || isEmpty(entryOf(command, name))) return command;
  const { fault } = read(option, entryOf(command, name));
  return fault ? { ...command, faults: { ...command.faults, [name]: fault } } : command;
}

// {values} where the command can be sent; otherwise {command} with its faults, and `wrong`, which says anew each time
// where the first one is.
export function judged(leaf, command) {
  const missing = unshown(leaf, command).filter((each) => each.required).map((each) => each.name);
  const shown = [...command.shown, ...missing];
  const found = shown.map((name) => [name, read(optionOf(leaf, name), entryOf(command, name))]);
  const faults = Object.fromEntries(found.filter(([, each]) => each.fault).map(([name, each]) => [name, each.fault]));
  const first = shown.find((name) => faults[name]);
  if (first !== undefined) return { command: { ...command, shown, faults, wrong: { name: first } } };
  return { values: Object.fromEntries(found.map(([name, each]) => [name, each.value])) };
}

// What is filled in so far beside one option, for the bot to go by; files are not sent for that.
export function others(leaf, command, name) {
  const kept = command.shown.filter((each) => each !== name && optionOf(leaf, each)?.type !== Type.ATTACHMENT);
  const found = kept.map((each) => [each, read(optionOf(leaf, each), entryOf(command, each)).value]);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}

// Where to go on: the first empty option that has to be filled, then the first empty one; none where all are full.
export function nextEmpty(leaf, command) {
  const empty = command.shown.filter((name) => isEmpty(entryOf(command, name)));
  return empty.find((name) => optionOf(leaf, name).required) ?? empty[0] ?? null;
}

// Files go to the option that has the focus, then to empty ones, shown or not; {refusal} where there is none.
export function withFiles(leaf, command, files, focused) {
  const slots = leaf.options.filter((each) => each.type === Type.ATTACHMENT).map((each) => each.name);
  if (slots.length === 0) return { refusal: `/${leaf.name} takes no file.` };
  const shown = [...slots].sort((a, b) => command.shown.includes(b) - command.shown.includes(a));
  const free = shown.filter((name) => name !== focused && isEmpty(entryOf(command, name)));
  const targets = slots.includes(focused) ? [focused, ...free] : free;
  if (targets.length < files.length) return { refusal: `/${leaf.name} takes no more files.` };
  const put = (now, file, index) => withFile(withOption(now, targets[index]), targets[index], file);
  return { command: files.reduce(put, command) };
}

export const withFile = (command, name, file) => withEntry(command, name, { text: file.name, file });
