// Discord's markdown, drawn.
import { html } from "../html.js";

export function Markdown({ text }) {
  return html`<div class="markdown">${text}</div>`;
}
