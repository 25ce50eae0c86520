// Keeps the keyboard's place when a message changes: on the same control, found by its custom id or
// else by its position, and on the message where there is no such control any more.
import { useLayoutEffect } from "../html.js";

export function useKeptFocus(root) {
  // While the part is drawn anew, the page still is as it was.
  const held = heldIn(root.current);
  useLayoutEffect(() => {
    if (held !== null) restore(root.current, held);
  });
  useLayoutEffect(() => () => leave(root.current), []);
}

const controlsIn = (root) => [...root.querySelectorAll("[data-control]")];

function heldIn(root) {
  const controls = root === null ? [] : controlsIn(root);
  const at = controls.findIndex((each) => each.contains(document.activeElement));
  return at < 0 ? null : { name: controls[at].dataset.control, at, element: document.activeElement };
}

function restore(root, { name, at, element }) {
  const controls = controlsIn(root);
  const now = controls.find((each) => each.contains(element));
  if (now?.dataset.control === name && usable(element)) return;
  const control = controls.find((each) => name && each.dataset.control === name) ?? controls[at];
  const target = control?.matches("button, a") ? control : control?.querySelector("button");
  if (target && usable(target)) target.focus();
  else focusOn(messageOf(root));
}

// The controls go altogether: to their message, or where that goes too, to one beside it.
function leave(root) {
  if (heldIn(root) === null) return;
  const message = messageOf(root);
  const beside = message.nextElementSibling ?? message.previousElementSibling;
  queueMicrotask(() => focusOn(message.isConnected ? message : beside));
}

const usable = (element) => element.isConnected && !element.disabled;
const messageOf = (root) => root.closest("[id^='message-']") ?? root.parentElement;

function focusOn(element) {
  if (!element?.isConnected) return;
  if (!element.hasAttribute("tabindex")) element.tabIndex = -1;
  element.focus({ preventScroll: true });
}
