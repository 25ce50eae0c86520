// The components of a message, old rows and version two.
import { html } from "../html.js";
import { perform } from "../live.js";

export function Components({ message }) {
  const row = (each) => html`<div class="row" key=${each.id}>${each.components.map(button)}</div>`;
  const button = (each) => html`
    <button type="button" key=${each.id} disabled=${each.disabled}
      onClick=${() => perform({ do: "click", message: message.id, name: each.custom_id })}>${each.label}</button>`;
  return html`<div class="components">${message.components.filter((each) => each.type === 1).map(row)}</div>`;
}
