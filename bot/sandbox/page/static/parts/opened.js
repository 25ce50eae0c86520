// Shows a dialog over everything else for as long as its part is drawn, and gives the focus back.
import { useLayoutEffect } from "../html.js";

export function useOpened(box, begin) {
  useLayoutEffect(() => {
    const dialog = box.current;
    const before = document.activeElement;
    dialog.showModal();
    begin?.();
    return () => {
      // While a dialog is open, this one or one in it, nothing beyond it can have the focus.
      for (const each of [...dialog.querySelectorAll("dialog"), dialog]) each.close();
      if (before?.isConnected) before.focus();
    };
  }, []);
}
