// What stands in an option, read as Discord's client reads it before anything is sent.
export const Type = {
  STRING: 3, INTEGER: 4, BOOLEAN: 5, USER: 6, CHANNEL: 7, ROLE: 8, MENTIONABLE: 9, NUMBER: 10, ATTACHMENT: 11,
};
const MOST_TEXT = 6000;
const NAMED = {
  [Type.USER]: "a member", [Type.CHANNEL]: "a channel", [Type.ROLE]: "a role",
  [Type.MENTIONABLE]: "a member or a role",
};

// An entry is {text, value?, file?}: `value` once something was picked from a list.
export const EMPTY = { text: "" };
export const isEmpty = (entry = EMPTY) => entry.text.trim() === "" && entry.value === undefined && !entry.file;

// {value} or {fault: a sentence}. `offers` are what the option's list holds: {text, value}.
export function reading(option, entry = EMPTY, offers = []) {
  if (isEmpty(entry)) return { fault: missing(option) };
  if (option.type === Type.ATTACHMENT) return { value: entry.file };
  if (entry.value !== undefined) return { value: entry.value };
  const typed = option.type === Type.STRING ? entry.text : entry.text.trim();
  const meant = offers.find((each) => means(typed, each));
  if (meant && !option.autocomplete) return { value: meant.value };
  return free(option, typed);
}

// Typed as it is listed, with its sign, or as a message would carry it.
const means = (typed, offer) =>
  [offer.text, `${offer.sign}${offer.text}`].some((each) => each.toLowerCase() === typed.toLowerCase()) ||
  offer.written === typed;

const missing = (option) =>
  option.required
    ? "This option is required. Give it a value."
    : "Give this option a value, or take it out with Backspace.";

function free(option, typed) {
  if (option.choices?.length) return { fault: "Choose one of the values in the list." };
  if (option.type === Type.BOOLEAN) return { fault: "Choose True or False." };
  if (option.type === Type.STRING) return text(option, typed);
  if (option.type === Type.INTEGER || option.type === Type.NUMBER) return number(option, typed);
  return { fault: `Choose ${NAMED[option.type]} from the list.` };
}

function text(option, typed) {
  const least = option.min_length ?? 0;
  const most = option.max_length ?? MOST_TEXT;
  const length = [...typed].length;
  if (length >= least && length <= most) return { value: typed };
  const asked = span(option.min_length, length > most ? most : option.max_length, "character");
  return { fault: `Write ${asked}; there ${length === 1 ? "is" : "are"} ${length} now.` };
}

function number(option, typed) {
  const whole = option.type === Type.INTEGER;
  const found = Number(typed);
  if (whole && !/^[-+]?\d+$/.test(typed)) return { fault: "Give a whole number." };
  if (!Number.isFinite(found) || !/\d/.test(typed)) return { fault: "Give a number." };
  const least = option.min_value ?? -(2 ** 53);
  const most = option.max_value ?? 2 ** 53;
  if (found >= least && found <= most) return { value: found };
  return { fault: `Give a number ${range(option, found > most ? most : undefined)}.` };
}

function range({ min_value: least, max_value: most }, beyond) {
  const top = most ?? beyond;
  if (least !== undefined && top !== undefined) return `from ${least} to ${top}`;
  return least !== undefined ? `of ${least} or more` : `of ${top ?? 2 ** 53} or less`;
}

function span(least, most, word) {
  const many = (count) => `${count} ${word}${count === 1 ? "" : "s"}`;
  if (least && most !== undefined) return `${least} to ${many(most)}`;
  return least ? `at least ${many(least)}` : `at most ${many(most)}`;
}
