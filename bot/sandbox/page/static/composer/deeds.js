// What a person can do in a command's form, by hand and by key.
import { composes } from "../parts/composes.js";
import { listKeys } from "../parts/listbox.js";
import * as filling from "./filling.js";
import { MORE } from "./standing.js";
import { hasList } from "./suggestions.js";
import { Type, isEmpty } from "./values.js";

// The form is {leaf, command, put, standing, suggestions, active, sought, seek, send, leave}.
export const deedsOf = (form) => ({
  pick: (index) => pick(form, form.suggestions.offers[index]),
  write: (name, text) => {
    form.standing.mark({ chosen: null, open: true });
    form.put((now) => filling.withEntry(now, name, { text: text.replace(/\s*\n\s*/g, " ") }));
  },
  seek: (text) => seek(form, text),
  remove: (name) => remove(form, name),
  press: (event) => press(form, event),
});

function add(form, name) {
  form.seek("");
  form.put((now) => filling.withOption(now, name));
  form.standing.go(name);
}

function pick(form, offer) {
  const { leaf, command, standing } = form;
  if (standing.at === MORE) return add(form, offer.key);
  const next = filling.withEntry(command, standing.at, { text: offer.text, value: offer.value });
  form.put(() => next);
  standing.mark({ open: false });
  return standing.go(filling.nextEmpty(leaf, next) ?? MORE);
}

// A whole name with a colon or a space behind it is that option.
function seek(form, text) {
  const named = text.match(/^(\S+)(:|\s)$/)?.[1];
  form.standing.mark({ chosen: null, open: true });
  if (filling.unshown(form.leaf, form.command).some((each) => each.name === named)) add(form, named);
  else form.seek(text);
}

function remove({ command, put, standing }, name) {
  const index = command.shown.indexOf(name);
  put((now) => filling.withoutOption(now, name));
  standing.go(command.shown[index - 1] ?? command.shown[index + 1] ?? MORE);
}

// A key does what it does to the list where there is one, and else what it does to the form.
function press(form, event) {
  if (composes(event)) return;
  const { standing, suggestions, active } = form;
  const list = {
    count: suggestions.offers.length, active, caret: true, pick: (index) => pick(form, suggestions.offers[index]),
    setActive: (chosen) => standing.mark({ chosen }), close: () => standing.mark({ open: false }),
  };
  if (suggestions.state !== "none" && listKeys(event, list)) return;
  const deed = edgeDeed(form, event) ?? plainDeed(form, event);
  if (!deed) return;
  event.preventDefault();
  deed();
}

function plainDeed(form, event) {
  const { standing, leaf, command } = form;
  const option = filling.optionOf(leaf, standing.at);
  const choosesFile = option?.type === Type.ATTACHMENT && isEmpty(filling.entryOf(command, standing.at));
  const opened = () => standing.mark({ open: true, chosen: standing.at === MORE ? 0 : null });
  const listed = standing.at === MORE || hasList(option);
  return {
    Enter: !choosesFile && (() => event.shiftKey || form.send()),
    Escape: form.leave,
    ArrowDown: listed ? opened : () => standing.go(MORE, 0),
    ArrowUp: listed && opened,
  }[event.key];
}

// At the ends of a field, the keys that move the caret move on to the next field; Backspace takes an empty one out.
function edgeDeed(form, event) {
  if (event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return undefined;
  const { standing, command } = form;
  const { selectionStart: from = 0, selectionEnd: to = 0, value = "" } = event.target;
  const order = [...command.shown, MORE];
  const beside = (by) => order[order.indexOf(standing.at) + by];
  const toward = (by) => beside(by) !== undefined && (() => standing.go(beside(by)));
  if (event.key === "ArrowLeft") return from === 0 && to === 0 ? toward(-1) : undefined;
  if (event.key === "ArrowRight") return from === value.length ? toward(1) : undefined;
  if (event.key === "Backspace" || event.key === "Delete") return erasing(form, event, value);
  return undefined;
}

function erasing(form, event, value) {
  const { standing, command, put } = form;
  const name = standing.at;
  if (filling.entryOf(command, name).file) return () => put((now) => filling.withEntry(now, name, { text: "" }));
  if (value !== "" || event.key === "Delete") return undefined;
  if (name !== MORE) return () => remove(form, name);
  return command.shown.length ? () => standing.go(command.shown.at(-1)) : form.leave;
}
