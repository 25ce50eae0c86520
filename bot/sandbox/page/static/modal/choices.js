// One of a few, or several of them, all in sight.
import { html } from "../html.js";
import { boundsOf, required } from "./values.js";

export function Radio({ id, component, value, set, aria }) {
  const pick = (option, index) => html`
    <${Pick} key=${option.value} type="radio" id=${`${id}-${index}`} name=${id} value=${option.value}
      label=${option.label} description=${option.description} checked=${option.value === value}
      pick=${() => set(option.value)} />`;
  return html`
    <div class="picks" role="radiogroup" aria-labelledby=${`${id}-label`} ...${aria} aria-required=${String(required(component))}>
      ${component.options.map(pick)}
      ${!required(component) && value !== null && html`
        <button type="button" class="picks-clear" onClick=${() => set(null)}>Choose none</button>`}
    </div>`;
}

// What is one too many cannot be checked.
export function Boxes({ id, component, value, set, aria }) {
  const { most } = boundsOf(component);
  const pick = (option, index) => {
    const checked = value.includes(option.value);
    const toggled = checked ? value.filter((each) => each !== option.value) : [...value, option.value];
    return html`
      <${Pick} key=${option.value} type="checkbox" id=${`${id}-${index}`} name=${id} value=${option.value}
        label=${option.label} description=${option.description} checked=${checked}
        disabled=${!checked && value.length >= most} pick=${() => set(toggled)} />`;
  };
  return html`
    <div class="picks" role="group" aria-labelledby=${`${id}-label`} ...${aria}>
      ${component.options.map(pick)}
      ${most < component.options.length && html`
        <p class="field-count">${value.length} of ${most} chosen</p>`}
    </div>`;
}

// `id` is what its description is known by.
export const Pick = ({ id, label, description, disabled = false, pick, aria, ...input }) => html`
  <label class="pick">
    <input ...${input} disabled=${disabled} onChange=${pick} aria-label=${label}
      aria-describedby=${description ? id : null} ...${aria} />
    <span class="pick-words">
      <span class="pick-label">${label}</span>
      ${description && html`<span class="pick-description" id=${id}>${description}</span>`}
    </span>
  </label>`;
