// Asks before what was entered is lost.
import { html, useRef } from "../html.js";
import { useOpened } from "../parts/opened.js";

export function Discard({ stay, discard }) {
  const box = useRef(null);
  useOpened(box);
  const onKeyDown = (event) => {
    event.stopPropagation();
    if (event.key !== "Escape") return;
    event.preventDefault();
    stay();
  };
  // The event of one that is gone comes late, when it may be asked once more.
  const onClose = (event) => event.currentTarget.isConnected && stay();
  return html`
    <dialog class="discard" role="alertdialog" ref=${box} aria-labelledby="discard-title" onClose=${onClose}
      onKeyDown=${onKeyDown}>
      <h2 id="discard-title">Leave without sending?</h2>
      <p>What you entered will be lost.</p>
      <div class="discard-choice">
        <button type="button" class="button secondary" onClick=${stay}>Go on writing</button>
        <button type="button" class="button danger" onClick=${discard}>Discard it</button>
      </div>
    </dialog>`;
}
