// A window over the frame that keeps the focus until it is closed.
import { html, useLayoutEffect, useRef } from "../html.js";
import { change } from "../store.js";
import { Icon } from "../parts/icon.js";
import { returning } from "./focus.js";

export const closeOverlay = () => change({ overlay: null });

// `bare` leaves out the heading, for what explains itself.
export function Dialog({ label, bare = false, name, children }) {
  const box = useRef(null);
  useLayoutEffect(() => {
    const back = returning();
    box.current.showModal();
    return back;
  }, []);
  const beyond = (event) => event.target === box.current && closeOverlay();
  return html`
    <dialog class=${`over over-${name}`} ref=${box} aria-label=${label} onClose=${closeOverlay} onClick=${beyond}>
      <div class="over-inside">
        ${!bare && html`
          <div class="over-head"><h2>${label}</h2>
            <button type="button" class="plain" aria-label="Close" onClick=${closeOverlay}><${Icon} name="close" /></button>
          </div>`}
        ${children}
      </div>
    </dialog>`;
}
