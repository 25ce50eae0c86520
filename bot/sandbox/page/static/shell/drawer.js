// What stands beside the talk, and on a narrow screen comes over it.
import { html, useLayoutEffect, useRef } from "../html.js";
import { composes } from "../parts/composes.js";
import { Icon } from "../parts/icon.js";
import { useStore } from "../store.js";
import { keepInside, reachable, returning } from "./focus.js";
import { shut } from "./panels.js";
import { useNarrow } from "./screen.js";

// `always` is there on a wide screen without being asked for.
export function Beside({ name, label, always = false, children }) {
  const narrow = useNarrow();
  const open = useStore((state) => state.panel === name);
  if (narrow) return open ? html`<${Drawer} name=${name} label=${label}>${children}</>` : null;
  return always || open ? html`<div class=${`beside beside-${name}`} onKeyDown=${always ? null : leave}>${children}</div>` : null;
}

// Escape closes a panel; what lies in it may have a better use for the key.
function leave(event) {
  if (event.key !== "Escape" || event.defaultPrevented || composes(event)) return;
  event.preventDefault();
  const button = document.querySelector(".header [aria-pressed='true']");
  shut();
  button?.focus();
}

function Drawer({ name, label, children }) {
  const box = useRef(null);
  useLayoutEffect(() => {
    const back = returning();
    const others = document.querySelectorAll(".strip, .talk");
    for (const each of others) each.inert = true;
    (box.current.querySelector("[aria-current]") ?? reachable(box.current)[0])?.focus();
    return () => {
      for (const each of others) each.inert = false;
      back();
    };
  }, []);
  const keys = (event) => {
    keepInside(event, box.current);
    if (event.key === "Escape" && !event.defaultPrevented && !composes(event)) shut();
  };
  return html`
    <div class="veil" onClick=${shut}></div>
    <div class=${`drawer drawer-${name}`} role="dialog" aria-modal="true" aria-label=${label} ref=${box} onKeyDown=${keys}>
      <div class="drawer-head">
        <strong aria-hidden="true">${label}</strong>
        <button type="button" class="plain" aria-label=${`Close ${label.toLowerCase()}`} onClick=${shut}><${Icon} name="close" /></button>
      </div>
      ${children}
    </div>`;
}
