// The emoji of a button or an option: a character, or a server's own by its name.
import { html } from "../html.js";

export function Emoji({ emoji }) {
  if (!emoji?.name) return null;
  // The picture of a server's own emoji lies elsewhere, and the page asks nobody but the sandbox.
  return emoji.id
    ? html`<span class="emoji own" title=${`:${emoji.name}:`}>${`:${emoji.name}:`}</span>`
    : html`<span class="emoji">${emoji.name}</span>`;
}
