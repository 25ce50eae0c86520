// Where the focus goes: round inside what is open, up and down a list, and back when it closes.
const REACHABLE = "a[href], button:not(:disabled), input:not(:disabled), select, textarea, [tabindex='0']";
export const reachable = (box) => [...box.querySelectorAll(REACHABLE)].filter((each) => each.checkVisibility());

// Tab goes round inside a box instead of out of it.
export function keepInside(event, box) {
  if (event.key !== "Tab") return;
  const all = reachable(box);
  const edge = event.shiftKey ? all[0] : all.at(-1);
  if (document.activeElement !== edge && box.contains(document.activeElement)) return;
  event.preventDefault();
  all.at(event.shiftKey ? -1 : 0)?.focus();
}

// Arrows, Home and End walk through the parts of a list that have `data-row`.
export function walkRows(event) {
  const rows = [...event.currentTarget.querySelectorAll("[data-row]")];
  const at = rows.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? -1 : at - 1, Home: 0, End: -1 }[event.key];
  if (to === undefined || !rows.length || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  rows.at(to % rows.length).focus();
}

// What has the focus now, and gets it back by the answer.
export function returning() {
  const before = document.activeElement;
  return () => before?.isConnected && before.focus();
}
