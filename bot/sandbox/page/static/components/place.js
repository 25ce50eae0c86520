// Shows a popup above everything else, below the button that opened it or above where there is more room.
import { useLayoutEffect } from "../html.js";

const GAP = 4;
const TALLEST = 360;

export function usePlace(popup, opener) {
  useLayoutEffect(() => {
    const place = () => put(popup.current, opener.current.getBoundingClientRect());
    popup.current.showPopover();
    place();
    popup.current.querySelector("input")?.focus({ preventScroll: true });
    addEventListener("scroll", place, true);
    addEventListener("resize", place);
    return () => {
      removeEventListener("scroll", place, true);
      removeEventListener("resize", place);
    };
  }, []);
}

function put(popup, { top, bottom, left, width }) {
  const below = innerHeight - bottom - 2 * GAP;
  const above = top - 2 * GAP;
  const down = below >= Math.min(TALLEST, popup.scrollHeight) || below >= above;
  Object.assign(popup.style, {
    left: `${left}px`, width: `${width}px`, maxHeight: `${Math.min(TALLEST, down ? below : above)}px`,
    top: down ? `${bottom + GAP}px` : "auto", bottom: down ? "auto" : `${innerHeight - top + GAP}px`,
  });
}
