// One picture over everything else, with the others of its message beside it.
import { createPortal, html, useLayoutEffect, useRef, useState } from "../html.js";

export function Lightbox({ from, close }) {
  const dialog = useRef(null);
  const [pictures] = useState(() => beside(from));
  const [at, setAt] = useState(() => Math.max(0, pictures.findIndex((each) => each.button === from)));
  useLayoutEffect(() => {
    dialog.current.showModal();
    return () => from.focus();
  }, []);
  const turn = (by) => setAt((at + by + pictures.length) % pictures.length);
  const onKeyDown = (event) => {
    if (pictures.length < 2) return;
    if (event.key === "ArrowRight") turn(1);
    if (event.key === "ArrowLeft") turn(-1);
  };
  const { address, alt } = pictures[at];
  const several = pictures.length > 1;
  return createPortal(html`
    <dialog class="lightbox" ref=${dialog} aria-label="Picture" onClose=${close} onKeyDown=${onKeyDown}
      onClick=${(event) => event.target === dialog.current && dialog.current.close()}>
      <figure>
        <img src=${address} alt=${alt} />
        <figcaption>
          <span aria-live="polite">${several && `${at + 1} of ${pictures.length}. `}${alt}</span>
          <a href=${address} target="_blank" rel="noreferrer">Open original</a>
        </figcaption>
      </figure>
      ${several && html`
        <button type="button" class="turn back" aria-label="Previous picture" onClick=${() => turn(-1)}>‹</button>
        <button type="button" class="turn on" aria-label="Next picture" onClick=${() => turn(1)}>›</button>`}
      <button type="button" class="close" aria-label="Close" onClick=${() => dialog.current.close()}>×</button>
    </dialog>`, document.body);
}

// The pictures of the same message, but those that are still hidden.
function beside(from) {
  const all = [...(from.closest(".message") ?? from.parentElement).querySelectorAll("[data-picture]")];
  return all
    .filter((button) => button === from || button.closest("[inert]") === null)
    .map((button) => ({ button, address: button.dataset.picture, alt: button.dataset.alt }));
}
