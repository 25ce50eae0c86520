// A modal that a bot opened.
import { html } from "../html.js";
import { change } from "../store.js";

export function Modal({ modal }) {
  return html`
    <dialog open aria-label=${modal.title}><h2>${modal.title}</h2>
      <button type="button" onClick=${() => change({ modal: null })}>Cancel</button></dialog>`;
}
