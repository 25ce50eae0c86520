// What happens in a menu while it is open: what is typed, where the keyboard stands, what is picked.
import { useState } from "../html.js";
import { listKeys, optionId } from "../parts/listbox.js";

const MANY = 8;

// `close` gets the values that stay. The field that has the keyboard, a filter where there is much
// to choose from and else the button, takes `field` among its attributes.
export function useChoosing({ id, choices, chosen, most, close }) {
  const [typed, setTyped] = useState("");
  const [picked, setPicked] = useState(chosen);
  const [active, setActive] = useState(0);
  const several = most > 1;
  const filtering = choices.length > MANY;
  const full = several && picked.length >= most;
  const found = choices.filter((each) => fits(each, typed))
    .map((each) => ({ ...each, disabled: full && !picked.includes(each.value) }));

  const begin = () => {
    setTyped("");
    setPicked(chosen);
    setActive(Math.max(0, choices.findIndex((each) => chosen.includes(each.value))));
  };
  const pick = (index) => {
    const { value, disabled } = found[index];
    if (disabled) return;
    if (!several) close([value]);
    else setPicked(picked.includes(value) ? picked.filter((each) => each !== value) : [...picked, value]);
  };
  const onKeyDown = (event) => {
    if (event.key === "Tab") return close(picked);
    const given = { count: found.length, active, setActive, pick, close: () => close(chosen), caret: filtering };
    if (listKeys(event, given) || filtering || event.key.length > 1 || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (event.key === " ") active < found.length && pick(active);
    else setActive(next(found, active, event.key));
  };
  return {
    found, picked, several, filtering, active, setActive, pick, begin, typed,
    type: (words) => (setTyped(words), setActive(0)),
    field: {
      role: "combobox", "aria-expanded": "true", "aria-controls": id, onKeyDown,
      "aria-activedescendant": found.length ? optionId(id, active) : null,
      // The button would be pressed when the space bar comes up again.
      onKeyUp: (event) => event.key === " " && !filtering && event.preventDefault(),
    },
  };
}

const fits = (each, typed) => {
  const wanted = typed.trim().toLowerCase();
  return [each.label, each.description].some((words) => words?.toLowerCase().includes(wanted));
};

// The next option that begins with a letter, from the active one on.
function next(found, active, letter) {
  const order = found.map((_, index) => (active + 1 + index) % found.length);
  return order.find((index) => found[index].label.toLowerCase().startsWith(letter.toLowerCase())) ?? active;
}
