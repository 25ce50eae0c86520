// The menu of a message or of a user: by the right button, a "More" button or the menu key.
import { html, useEffect, useLayoutEffect, useMemo, useRef } from "../html.js";
import { change, read, useStore } from "../store.js";
import { groupsFor, titleOf } from "./entries.js";
import { Toast } from "./toast.js";

const EDGE = 8;
const TYPED_TOGETHER = 700;

// `about` is {message} or {user}. What had the focus gets it back when the menu closes.
export function openMenu(event, about) {
  event.preventDefault();
  event.stopPropagation();
  const button = event.type === "contextmenu" ? null : event.currentTarget;
  const opener = button ?? read().menu?.opener ?? document.activeElement;
  change({ menu: { about, opener, ...corner(event, button) } });
}

// Beside the pointer, or below what the keyboard stands on.
function corner(event, button) {
  if (button === null && event.detail !== FROM_KEYS && (event.clientX || event.clientY)) {
    return { x: event.clientX, y: event.clientY };
  }
  const box = (button ?? event.target).getBoundingClientRect();
  return { x: box.left, y: Math.min(box.bottom, innerHeight - EDGE) };
}

function closeMenu() {
  const opener = read().menu?.opener;
  change({ menu: null });
  if (opener?.isConnected) opener.focus();
}

// Not every browser tells of the menu key by a `contextmenu` of its own, so the page does it. Where
// nothing takes it, as in a field that is written in, the browser's own menu opens.
const FROM_KEYS = -1;
function byKeys(event) {
  if (event.key !== "ContextMenu" && !(event.key === "F10" && event.shiftKey)) return;
  const asked = new MouseEvent("contextmenu", { bubbles: true, cancelable: true, detail: FROM_KEYS });
  if (!document.activeElement.dispatchEvent(asked)) event.preventDefault();
}

export function Menus() {
  const menu = useStore((state) => state.menu);
  useEffect(() => {
    document.addEventListener("keydown", byKeys);
    return () => document.removeEventListener("keydown", byKeys);
  }, []);
  return html`${menu && html`<${Menu} key=${`${menu.x} ${menu.y}`} ...${menu} />`}<${Toast} />`;
}

function Menu({ about, x, y }) {
  const box = useRef(null);
  const typed = useRef({ text: "", at: 0 });
  const groups = useMemo(() => groupsFor(about), [about]);
  useLayoutEffect(() => {
    place(box.current, x, y);
    items(box.current)[0]?.focus({ preventScroll: true });
    return dismissing(box.current);
  }, []);
  const title = titleOf(about);
  return html`
    <div class="menu-veil" onClick=${closeMenu}></div>
    <div class="menu" role="menu" aria-label=${title} ref=${box} onContextMenu=${(event) => event.preventDefault()}
      onKeyDown=${(event) => walk(event, box.current, typed.current)} onPointerMove=${follow}>
      <p class="menu-title" aria-hidden="true">${title}</p>
      ${groups.map((group) => html`<${Group} key=${group.label} ...${group} />`)}
    </div>`;
}

const Group = ({ label, named, entries }) => html`
  <div class="menu-group" role="group" aria-label=${label}>
    ${named && html`<p class="menu-label" aria-hidden="true">${label}</p>`}
    ${entries.map((entry) => html`
      <button type="button" role="menuitem" tabindex="-1" key=${entry.label}
        onClick=${() => { closeMenu(); entry.run(); }}>${entry.label}</button>`)}
  </div>`;

// Inside the window, however near its edge it was asked for. Narrow screens have it at the foot.
function place(box, x, y) {
  const left = Math.min(x, innerWidth - box.offsetWidth - EDGE);
  const top = y + box.offsetHeight + EDGE > innerHeight ? y - box.offsetHeight : y;
  const lowest = innerHeight - box.offsetHeight - EDGE;
  box.style.setProperty("--left", `${Math.max(EDGE, left)}px`);
  box.style.setProperty("--top", `${Math.max(EDGE, Math.min(top, lowest))}px`);
}

// Whatever a person turns to elsewhere closes the menu; the veil waits for the whole click, which
// would otherwise end on what lies beneath.
function dismissing(box) {
  const elsewhere = ({ target }) => target.closest(".menu, .menu-veil") || change({ menu: null });
  const resized = () => change({ menu: null });
  document.addEventListener("pointerdown", elsewhere, true);
  addEventListener("resize", resized);
  return () => {
    document.removeEventListener("pointerdown", elsewhere, true);
    removeEventListener("resize", resized);
  };
}

const items = (box) => [...box.querySelectorAll("[role=menuitem]")];
const follow = (event) => event.target.closest("[role=menuitem]")?.focus({ preventScroll: true });

function walk(event, box, typed) {
  const all = items(box);
  const at = all.indexOf(document.activeElement);
  const steps = { ArrowDown: at + 1, ArrowUp: at < 0 ? -1 : at - 1, Home: 0, End: -1 };
  if (event.key in steps) all.at(steps[event.key] % all.length)?.focus();
  else if (event.key === "Escape" || event.key === "Tab") closeMenu();
  else if (event.key.length !== 1 || event.key === " " || event.ctrlKey || event.metaKey) return;
  else seek(event.key.toLowerCase(), all, at, typed);
  event.preventDefault();
  event.stopPropagation();
}

// The next entry that begins with what was typed; the same letter again goes to the one after.
function seek(key, all, at, typed) {
  const now = performance.now();
  const text = now - typed.at < TYPED_TOGETHER && key !== typed.text ? typed.text + key : key;
  Object.assign(typed, { text, at: now });
  const from = text.length > 1 ? Math.max(at, 0) : at + 1;
  const turned = [...all.slice(from), ...all.slice(0, from)];
  turned.find((each) => each.textContent.trim().toLowerCase().startsWith(text))?.focus();
}
