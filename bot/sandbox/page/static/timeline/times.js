// Moments, as the reader's zone and the sandbox's clock have them.
import { html, useEffect, useState } from "../html.js";
import { now, useStore } from "../store.js";

const LOCALE = navigator.languages.find((each) => each.startsWith("en")) ?? "en";
const STYLES = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
  s: { dateStyle: "short", timeStyle: "short" },
  S: { dateStyle: "short", timeStyle: "medium" },
};
const formats = Object.fromEntries(
  Object.entries(STYLES).map(([style, options]) => [style, new Intl.DateTimeFormat(LOCALE, options)]),
);
const relative = new Intl.RelativeTimeFormat(LOCALE);
const UNITS = [["year", 31_536_000], ["month", 2_592_000], ["day", 86_400], ["hour", 3600], ["minute", 60]];
const LATEST = 8_640_000_000_000;

// Seconds since 1970 in one of Discord's styles, but R.
export const written = (at, style) => formats[style].format(new Date(at * 1000));

// When something was said: the time alone where it was today.
function when(at) {
  const today = new Date(at * 1000).toDateString() === new Date(now() * 1000).toDateString();
  return written(at, today ? "t" : "s");
}

// Drawn again when the clock was moved.
export function When({ at }) {
  useStore((state) => state.skew);
  return when(at);
}

// How far away a moment is, such as "in 5 minutes".
export function away(at, from) {
  const seconds = Math.trunc(at - from);
  const [unit, length] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return relative.format(Math.trunc(seconds / length), unit);
}

export function Time({ at, style }) {
  if (Math.abs(at) > LATEST) return html`<span class="time">Invalid date</span>`;
  const shown = style === "R" ? html`<${Away} at=${at} />` : written(at, style);
  return html`<time class="time" datetime=${new Date(at * 1000).toISOString()} title=${written(at, "F")}>${shown}</time>`;
}

// Drawn again when its words would change, and when the clock was moved.
function Away({ at }) {
  useStore((state) => state.skew);
  const [, again] = useState(0);
  useEffect(() => {
    const far = Math.abs(at - now()) >= 60;
    const timer = setTimeout(() => again((count) => count + 1), far ? 15_000 : 1000);
    return () => clearTimeout(timer);
  });
  return away(at, now());
}
