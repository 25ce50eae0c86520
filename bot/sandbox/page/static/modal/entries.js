// What stands in a modal: words, and inputs with their labels.
import { choicesOf, invitation } from "../components/choices.js";
import { Select } from "../components/select.js";
import { html, useMemo } from "../html.js";
import { useStore } from "../store.js";
import { Markdown } from "../timeline/markdown.js";
import { Boxes, Pick, Radio } from "./choices.js";
import { Files } from "./files.js";
import { BOX, BOXES, FILES, RADIO, TEXT, boundsOf, count, inputsIn, mostOf, required } from "./values.js";

const WORDS = 10;
const PARAGRAPH = 2;
const GROUPS = [RADIO, BOXES];

export function Entry({ entry, filling }) {
  if (entry.type === WORDS) return html`<div class="modal-words"><${Markdown} text=${entry.content} /></div>`;
  return inputsIn(entry).map((each) => html`<${Field} key=${each.component.id} ...${each} filling=${filling} />`);
}

// An input gets `id`, what it is, its `value`, `set` for a new one, and `aria`: what is said of it.
function Field({ label, description, component, filling }) {
  const name = component.custom_id;
  const id = `modal-${component.id}`;
  const fault = filling.faults[name];
  const aria = {
    "aria-describedby": [description && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(" ") || null,
    "aria-invalid": fault ? "true" : null,
    "aria-required": required(component) && !GROUPS.includes(component.type) ? "true" : null,
  };
  const Input = INPUTS[component.type] ?? Menu;
  const given = { id, label, description, component, aria, value: filling.values[name], set: (value) => filling.set(name, value) };
  return html`
    <div class="field" data-field=${name}>
      <${Label} id=${id} label=${label} component=${component} />
      ${description && component.type !== BOX && html`<p class="field-hint" id=${`${id}-hint`}>${description}</p>`}
      <${Input} ...${given} />
      ${fault && html`<p class="field-fault" id=${`${id}-fault`}>${fault}</p>`}
    </div>`;
}

// A checkbox stands before its label, which it draws itself.
function Label({ id, label, component }) {
  if (component.type === BOX) return null;
  const mark = required(component) && html`<span class="field-required"><span aria-hidden="true">*</span>
    ${GROUPS.includes(component.type) && html`<span class="unseen">required</span>`}</span>`;
  if (component.type === TEXT || component.type === FILES) {
    return html`<label class="field-label" id=${`${id}-label`} for=${id}>${label}${mark}</label>`;
  }
  return html`<div class="field-label" id=${`${id}-label`}>${label}${mark}</div>`;
}

function Words({ id, component, value, set, aria }) {
  const given = { id, value, placeholder: component.placeholder, onInput: (event) => set(event.target.value), ...aria };
  const most = mostOf(component);
  return html`
    ${component.style === PARAGRAPH
      ? html`<textarea class="field-text" rows="3" ...${given}></textarea>`
      : html`<input class="field-text" type="text" autocomplete="off" ...${given} />`}
    ${(component.max_length || component.style === PARAGRAPH) && html`
      <p class=${count(value) > most ? "field-count over" : "field-count"}>${count(value)} of ${most}</p>`}`;
}

function Menu({ id, label, component, value, set, aria }) {
  const scene = useStore((state) => state.scene);
  const choices = useMemo(() => choicesOf(component), [component, scene]);
  const { most } = boundsOf(component);
  return html`
    <${Select} id=${id} name=${label} label=${invitation(component)} choices=${choices} chosen=${value} onChange=${set}
      least=${0} most=${most} aria=${aria} />`;
}

const Box = ({ id, label, description, value, set, aria }) => html`
  <${Pick} type="checkbox" id=${`${id}-hint`} label=${label} description=${description} checked=${value} aria=${aria}
    pick=${(event) => set(event.target.checked)} />`;

const INPUTS = { [TEXT]: Words, [FILES]: Files, [RADIO]: Radio, [BOXES]: Boxes, [BOX]: Box };
