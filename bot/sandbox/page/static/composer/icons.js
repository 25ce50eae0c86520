// The composer's own small pictures, for buttons that say their name elsewhere.
import { html } from "../html.js";

const drawn = (path) => html`
  <svg viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="2"
    stroke-linecap="round" stroke-linejoin="round"><path d=${path} /></svg>`;

export const Plus = () => drawn("M12 5v14M5 12h14");
export const Cross = () => drawn("M6 6l12 12M18 6L6 18");
export const Plane = () => drawn("M4 12l16-8-6 16-3-7z M11 13l9-9");
