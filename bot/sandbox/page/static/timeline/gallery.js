// Pictures side by side: one in its own shape, several cut to fit.
import { html } from "../html.js";
import { Picture } from "./media.js";

// `pictures` is a list of `Picture`'s properties, each with a key.
export function Gallery({ pictures }) {
  const count = Math.min(pictures.length, 5);
  return html`
    <div class=${`gallery of-${count} left-${pictures.length % 3}`} role=${pictures.length > 1 ? "group" : null}
      aria-label=${pictures.length > 1 ? `${pictures.length} pictures` : null}>
      ${pictures.map((each) => html`<${Picture} ...${each} />`)}
    </div>`;
}
