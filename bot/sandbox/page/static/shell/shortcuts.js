// What the keyboard does anywhere on the page, and the list that says so.
import { html, useLayoutEffect } from "../html.js";
import { composes } from "../parts/composes.js";
import { change, read } from "../store.js";
import { Dialog } from "./dialog.js";
import { step, stepServer } from "./going.js";
import { toggle } from "./panels.js";

const over = (overlay) => change({ overlay: read().overlay === overlay ? null : overlay });

// By what is pressed.
const DEEDS = {
  "Ctrl+K": () => over("switcher"),
  "Ctrl+/": () => over("shortcuts"),
  // A drawer lies over what this opens.
  "Alt+A": () => document.querySelector(".drawer") || over("acting"),
  "Alt+M": () => toggle("people"),
  "Alt+I": () => toggle("inspector"),
  "Alt+ArrowUp": () => step(-1),
  "Alt+ArrowDown": () => step(1),
  "Ctrl+Alt+ArrowUp": () => stepServer(-1),
  "Ctrl+Alt+ArrowDown": () => stepServer(1),
};

// Some keyboards have these above another sign.
const BY_SHIFT = new Set(["?", "/"]);

const LISTED = [
  ["Going about", [
    ["Ctrl K", "Go to a channel or server by its name"],
    ["Alt ↑ / Alt ↓", "The channel above, the channel below"],
    ["Ctrl Alt ↑ / ↓", "The server above, the server below"],
    ["↑ ↓ Home End", "Walk through a list of servers, channels, members or messages"],
  ]],
  ["Being somebody", [
    ["Alt A", "Choose whom to act as"],
    ["1 to 9", "In that choice: the member of this number"],
  ]],
  ["Writing", [
    ["/", "Find a command"],
    ["Tab / Shift Tab", "The next option, the one before"],
    ["↓", "Further options of a command"],
    ["Backspace", "In an empty option: take it out"],
    ["↑", "In an empty message box: your last command again"],
    ["Shift Enter", "A new line"],
    ["@ or #", "Name a member, a role or a channel"],
  ]],
  ["Looking", [
    ["Alt M", "Show or hide the members"],
    ["Alt I", "Show or hide the inspector"],
    ["↑ ↓ Home End", "On a message: the one above or below, the oldest, the latest; Enter opens its menu"],
    ["← →", "In a picture that is open: the one before, the next of its message"],
    ["Shift F10", "What can be done with a message or a person"],
    ["Esc", "Close what is open"],
    ["?", "This list; Ctrl / also while writing"],
  ]],
];

// Before the parts hear a key, which may take any arrow for their own.
export function useShortcuts() {
  useLayoutEffect(() => {
    document.addEventListener("keydown", hear, true);
    return () => document.removeEventListener("keydown", hear, true);
  }, []);
}

function hear(event) {
  if (composes(event) || event.shiftKey && !BY_SHIFT.has(event.key)) return;
  const deed = DEEDS[pressed(event)] ?? (event.key === "?" && !writing(event.target) ? () => over("shortcuts") : null);
  if (!deed || busy()) return;
  event.preventDefault();
  event.stopPropagation();
  deed();
}

const pressed = (event) =>
  [event.ctrlKey || event.metaKey ? "Ctrl" : null, event.altKey ? "Alt" : null, named(event)].filter(Boolean).join("+");

// What is written on the key. Option makes other letters of those on a Mac, which then go by their place.
function named({ key, code }) {
  if (/^[a-z]$/i.test(key)) return key.toUpperCase();
  return code.startsWith("Key") ? code.slice(3) : key;
}

const writing = (target) => target.closest("input:not([type=radio]), textarea, select, [contenteditable='true']");

// Nothing moves behind a window that waits for an answer; the shell's own may be exchanged.
const busy = () => [...document.querySelectorAll("dialog[open], [aria-modal='true']")].some((each) => !each.matches(".over, .drawer"));

export function Shortcuts() {
  return html`
    <${Dialog} name="shortcuts" label="Keyboard shortcuts">
      ${LISTED.map(([title, rows]) => html`
        <section key=${title}><h3>${title}</h3>
          <dl>${rows.map(([keys, deed]) => html`<div key=${keys}><dt><kbd>${keys}</kbd></dt><dd>${deed}</dd></div>`)}</dl>
        </section>`)}
      <p>On a Mac, ⌘ does what Ctrl does.</p>
    </>`;
}
