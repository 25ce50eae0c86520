// A list to choose from. The field that opened it keeps the focus: it names the active option by
// aria-activedescendant, and asks `listKeys` what a key does to the list.
import { Emoji } from "../components/emoji.js";
import { html, useLayoutEffect, useRef } from "../html.js";
import { composes } from "./composes.js";

export const optionId = (id, index) => `${id}-${index}`;

// An option is {value, label, description?, emoji?, mark?, disabled?}; `mark` stands at its far end.
// Where nothing says what is `selected` (a list of values), the active option is.
export function Listbox({ id, label, options, active, onPick, onActive, multiple = false, selected }) {
  const list = useRef(null);
  useLayoutEffect(() => {
    list.current.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active, options[active]?.value]);
  const chosen = (option, index) => (selected ? selected.includes(option.value) : index === active);
  return html`
    <ul class="listbox" role="listbox" id=${id} ref=${list} aria-label=${label}
      aria-multiselectable=${multiple ? "true" : null} onMouseDown=${keepFocus}>
      ${options.map((option, index) => html`
        <li key=${option.value} role="option" id=${optionId(id, index)}
          class=${index === active ? "option active" : "option"}
          aria-selected=${String(Boolean(chosen(option, index)))}
          aria-disabled=${option.disabled ? "true" : null}
          onClick=${() => !option.disabled && onPick(index)}
          onMouseMove=${() => index !== active && onActive?.(index)}>
          <${Option} option=${option} ticked=${multiple && chosen(option, index)} />
        </li>`)}
    </ul>`;
}

function Option({ option, ticked }) {
  return html`
    ${option.emoji && html`<span class="option-emoji" aria-hidden="true"><${Emoji} emoji=${option.emoji} /></span>`}
    <span class="option-words">
      <span class="option-label">${option.label}</span>
      ${option.description && html`<span class="option-description">${option.description}</span>`}
    </span>
    ${option.mark && html`<span class="option-mark">${option.mark}</span>`}
    ${ticked && html`<span class="option-tick" aria-hidden="true">✓</span>`}`;
}

// A press on the list must not take the focus from the field that owns it.
const keepFocus = (event) => event.preventDefault();

// What a key does to a list of `count` options, and whether it did anything. `pick` gets the active
// option's index. A field with a caret says `caret`, and keeps Home and End for it.
export function listKeys(event, { count, active, setActive, pick, close, caret = false }) {
  if (composes(event) || event.ctrlKey || event.metaKey || event.altKey) return false;
  const there = active >= 0 && active < count;
  const deeds = {
    ArrowDown: count > 0 && (() => setActive((active + 1) % count)),
    ArrowUp: count > 0 && (() => setActive(there ? (active - 1 + count) % count : count - 1)),
    Home: count > 0 && !caret && (() => setActive(0)),
    End: count > 0 && !caret && (() => setActive(count - 1)),
    Enter: there && !event.shiftKey && (() => pick(active)),
    Tab: there && !event.shiftKey && (() => pick(active)),
    Escape: close,
  };
  const deed = deeds[event.key];
  if (!deed) return false;
  event.preventDefault();
  event.stopPropagation();
  deed();
  return true;
}
