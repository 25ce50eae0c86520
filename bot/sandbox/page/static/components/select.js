// A menu to choose from, closed until it is asked for. It knows nothing of messages: it is given
// `choices` (options of a list) and the values `chosen`, and says by `onChange` what is chosen anew.
// `label` stands in it while nothing is chosen, and is its name where no `name` is given; `aria` says more of it.
import { html, useEffect, useRef, useState } from "../html.js";
import { Listbox } from "../parts/listbox.js";
import { Dots } from "./buttons.js";
import { choice } from "./choices.js";
import { useChoosing } from "./choosing.js";
import { Emoji } from "./emoji.js";
import { usePlace } from "./place.js";

export function Select({ least = 1, most = 1, inert = false, ...given }) {
  const { id, label, name = label, choices, chosen, onChange, disabled } = given;
  const [open, setOpen] = useState(false);
  const [complaint, setComplaint] = useState(null);
  const box = useRef(null);
  const opener = useRef(null);

  // One value is sent at once, several when the menu closes, and nothing where nothing changed.
  const settle = (values) => {
    setOpen(false);
    if (same(values, chosen)) return;
    if (values.length < least) setComplaint(`Choose at least ${least}.`);
    else onChange(values);
  };
  const close = (values) => {
    opener.current.focus();
    settle(values);
  };
  const choosing = useChoosing({ id, choices, chosen, most, close });
  const show = () => {
    if (inert || disabled) return;
    setComplaint(null);
    choosing.begin();
    setOpen(true);
  };
  useElsewhere(box, open, () => settle(choosing.picked));
  return html`
    <div class="select" data-control=${given.control} ref=${box}>
      <${Opener} ...${given} ...${{ most, inert, open, show, close, choosing }} button=${opener} />
      ${least === 0 && chosen.length > 0 && !disabled && html`
        <button type="button" class="clear" aria-label=${`Clear: ${name}`} aria-disabled=${inert ? "true" : null}
          onClick=${() => !inert && close([])}>×</button>`}
      ${open && html`<${Popup} id=${id} label=${name} most=${most} choosing=${choosing} opener=${opener} />`}
      ${complaint && html`<p class="failed" role="alert">${complaint}</p>`}
    </div>`;
}

function Opener({ label, name = label, aria, choices, chosen, most, disabled, inert, busy, open, show, close, choosing, button }) {
  const shown = chosen.map((each) => choice(choices, each));
  const keyDown = (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    show();
  };
  const field = open && !choosing.filtering ? choosing.field : { "aria-expanded": String(open), onKeyDown: keyDown };
  return html`
    <button type="button" class="opener" ref=${button} role="combobox" aria-label=${name} aria-haspopup="listbox" ...${aria}
      aria-disabled=${inert ? "true" : null} aria-busy=${busy ? "true" : null} disabled=${disabled}
      ...${field} onClick=${() => (open ? close(choosing.picked) : show())}>
      <span class="chosen">
        ${shown.length === 0 && html`<span class="placeholder">${label}</span>`}
        ${shown.map((each) => html`
          <span key=${each.value} class=${most > 1 ? "chip" : "single"}><${Emoji} emoji=${each.emoji} /><span>${each.label}</span></span>`)}
      </span>
      ${busy ? html`<${Dots} />` : html`<span class="arrow" aria-hidden="true"></span>`}
    </button>`;
}

function Popup({ id, label, most, choosing, opener }) {
  const popup = useRef(null);
  const { found, several, picked } = choosing;
  usePlace(popup, opener);
  return html`
    <div class="popup" popover="manual" ref=${popup}>
      ${choosing.filtering && html`
        <input class="filter" aria-label=${`Filter: ${label}`} aria-autocomplete="list" autocomplete="off"
          placeholder="Filter" value=${choosing.typed} ...${choosing.field}
          onInput=${(event) => choosing.type(event.target.value)} />`}
      ${found.length === 0 && html`<p class="none" role="status">Nothing fits.</p>`}
      <${Listbox} id=${id} label=${label} options=${found} active=${choosing.active} onPick=${choosing.pick}
        onActive=${choosing.setActive} multiple=${several} selected=${picked} />
      ${several && html`<p class="tally" role="status">${picked.length} of ${most} chosen</p>`}
    </div>`;
}

// What is pressed or goes on elsewhere closes the menu.
function useElsewhere(box, open, leave) {
  useEffect(() => {
    if (!open) return undefined;
    const left = (event) => !box.current.contains(event.target) && leave();
    document.addEventListener("pointerdown", left, true);
    document.addEventListener("focusin", left, true);
    return () => {
      document.removeEventListener("pointerdown", left, true);
      document.removeEventListener("focusin", left, true);
    };
  });
}

const same = (values, others) => values.length === others.length && values.every((each) => others.includes(each));
