// Pictures side by side: one in its own shape, several cut to fit.
import { html } from "../html.js";
import { Picture } from "./media.js";

// `pictures` is a list of `Picture`'s properties, each with a key.
export const Gallery = ({ pictures }) => html`
  <ul class=${`gallery of-${pictures.length}`} aria-label="Pictures">
    ${pictures.map((each) => html`<li key=${each.key}><${Picture} ...${each} /></li>`)}
  </ul>`;
