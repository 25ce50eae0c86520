// A window over the frame that keeps the focus until it is closed.
import { html, useRef } from "../html.js";
import { Icon } from "../parts/icon.js";
import { useOpened } from "../parts/opened.js";
import { change, read } from "../store.js";

export const closeOverlay = () => change({ overlay: null });

// `bare` leaves out the heading, for what explains itself.
export function Dialog({ label, bare = false, name, children }) {
  const box = useRef(null);
  useOpened(box);
  // By the time that a browser tells of it, another may have come in its place.
  const closed = () => read().overlay === name && closeOverlay();
  const beyond = (event) => event.target === box.current && closeOverlay();
  return html`
    <dialog class=${`over over-${name}`} ref=${box} aria-label=${label} onClose=${closed} onClick=${beyond}>
      <div class="over-inside">
        ${!bare && html`
          <div class="over-head"><h2>${label}</h2>
            <button type="button" class="plain" aria-label="Close" onClick=${closeOverlay}><${Icon} name="close" /></button>
          </div>`}
        ${children}
      </div>
    </dialog>`;
}
