// The arrow keys among the messages: one of them is a stop of the Tab key, the others are reached from it.
import { useLayoutEffect, useRef } from "../html.js";

const MESSAGE = "article.message";

export function useRoving(log) {
  const current = useRef(null);
  const stop = (article) => {
    if (current.current === article) return;
    if (current.current) current.current.tabIndex = -1;
    if (article) article.tabIndex = 0;
    current.current = article;
  };
  useLayoutEffect(() => {
    const within = current.current?.isConnected && log.current.contains(document.activeElement);
    if (!within) stop(lastOf(log.current));
  });
  const onFocusIn = (event) => stop(event.target.closest(MESSAGE) ?? current.current);
  const onKeyDown = (event) => {
    if (!event.target.matches(MESSAGE)) return;
    const next = step(event.key, event.target, log.current);
    if (next === undefined) return;
    event.preventDefault();
    next?.focus();
  };
  return { onFocusIn, onKeyDown };
}

function step(key, from, log) {
  if (key === "Home") return log.querySelector(MESSAGE);
  if (key === "End") return lastOf(log);
  if (key === "ArrowUp") return beside(from, "previousElementSibling");
  if (key === "ArrowDown") return beside(from, "nextElementSibling");
  return undefined;
}

const beside = (from, way) => nearest(from[way], way);
const lastOf = (log) => nearest(log.lastElementChild, "previousElementSibling");

// The first message from an element on, which may stand beside days and notices.
export function nearest(element, way) {
  let found = element;
  while (found !== null && !found.matches(MESSAGE)) found = found[way];
  return found;
}
