// Says to those who hear the page what arrives, and what became of "thinking…"; not every edit of it.
import { html, useEffect, useRef, useState } from "../html.js";
import { isLater, nameOf } from "../store.js";

const LOADING = 1 << 7;
const LONGEST = 300;

export function Announcer({ messages, me }) {
  const [told, setTold] = useState({ count: 0, text: "" });
  const before = useRef(null);
  useEffect(() => {
    const known = before.current;
    before.current = { newest: messages.at(-1)?.id ?? "0", waiting: waiting(messages) };
    if (known === null || known.newest === "0") return;
    const fresh = messages.filter((each) => each.author.id !== me && isNews(each, known));
    if (fresh.length > 0) setTold(({ count }) => ({ count: count + 1, text: fresh.map(spoken).join(" ") }));
  }, [messages]);
  return html`<div class="unseen" aria-live="polite"><p key=${told.count}>${told.text}</p></div>`;
}

const isWaiting = (message) => (message.flags & LOADING) !== 0;
const waiting = (messages) => new Set(messages.filter(isWaiting).map((each) => each.id));
const isNews = (message, { newest, waiting }) =>
  isLater(message.id, newest) || (waiting.has(message.id) && !isWaiting(message));

// As it is drawn, so that names and times are words.
function spoken(message) {
  const drawn = document.querySelector(`#message-${message.id} .content, #message-${message.id} .thinking`);
  const text = drawn?.innerText.trim() || "A message without words";
  return `${nameOf(message.author)}: ${text.slice(0, LONGEST)}`;
}
