// Behind the curtain: what the bot is told, what it asks, and what can be put in its way.
import { html } from "../html.js";

export function Inspector() {
  return html`<aside class="inspector" aria-label="Inspector"></aside>`;
}
