// How the inspector says times, durations, statuses and paths.
const two = (number) => String(number).padStart(2, "0");

export function clockTime(seconds, exact = true) {
  const time = new Date(seconds * 1000);
  const plain = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  return exact ? `${plain}.${String(time.getMilliseconds()).padStart(3, "0")}` : plain;
}

export const fullTime = (seconds) => `${new Date(seconds * 1000).toDateString()}, ${clockTime(seconds)}`;

export function milliseconds(value) {
  if (value < 10) return `${value.toFixed(1)} ms`;
  return value < 10_000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`;
}

const UNITS = [["day", 86_400], ["hour", 3600], ["minute", 60], ["second", 1]];

// "20 minutes", "1 hour 5 minutes": the largest units, two at most.
export function span(seconds, most = 2) {
  let left = Math.round(Math.abs(seconds));
  const parts = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count && parts.length < most) parts.push(`${count} ${unit}${count === 1 ? "" : "s"}`);
  }
  return parts.join(" ") || "0 seconds";
}

const STATUSES = {
  0: "cut", 200: "OK", 201: "created", 204: "no content", 400: "bad request", 401: "unauthorised",
  403: "forbidden", 404: "not found", 405: "wrong method", 413: "too large", 429: "rate limited",
  500: "server error", 502: "bad gateway", 503: "unavailable",
};

// The status in figures and words, and its colour.
export function statusOf({ status, unheard }) {
  const words = STATUSES[status] ?? (status >= 500 ? "server error" : status >= 400 ? "refused" : "done");
  const text = status ? `${status} ${words}` : words;
  if (unheard) return { text: `${text}, unheard`, tone: "odd" };
  if (status === 429) return { text, tone: "odd" };
  return { text, tone: status >= 200 && status < 400 ? "good" : "bad" };
}

// A path without its long numbers and shortened tokens: its beginning, and its last part.
export function shortPath(path) {
  const plain = path.replace(/\/\d{15,}/g, "/…").replace(/\/[\w-]{6}…/g, "/…");
  const text = plain.replace(/(\/…)+/g, "/…").replace("%40", "@");
  const cut = text.lastIndexOf("/");
  return [text.slice(0, cut), text.slice(cut)];
}

// A colour for each interaction in turn, so that what belongs together can be seen.
const COLOURS = 6;
const seen = new Map();
export function colourOf(id) {
  if (!id) return "";
  if (!seen.has(id)) seen.set(id, seen.size % COLOURS);
  return `group-${seen.get(id)}`;
}
