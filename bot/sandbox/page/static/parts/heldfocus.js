// Keeps the keyboard's place where what it is on goes away: on what then stands there, or else on `beyond`.
import { useLayoutEffect } from "../html.js";

export function useHeldFocus(root, beyond) {
  // While the part is drawn anew, the page still is as it was.
  const at = root.current === null ? -1 : buttonsIn(root.current).indexOf(document.activeElement);
  useLayoutEffect(() => {
    if (at < 0 || document.activeElement !== document.body) return;
    const left = buttonsIn(root.current);
    (left[Math.min(at, left.length - 1)] ?? beyond()).focus();
  });
}

const buttonsIn = (root) => [...root.querySelectorAll("button:not(:disabled)")];
