// Says to those who hear the page what arrives, what became of "thinking…", and how the message changes that they
// are in; not every other edit.
import { html, useEffect, useRef, useState } from "../html.js";
import { isLater, nameOf } from "../store.js";

const LOADING = 1 << 7;
const LONGEST = 300;
const WORDS = ".content, .thinking, .components .markdown";

export function Announcer({ messages, me }) {
  const [told, setTold] = useState({ count: 0, text: "" });
  const before = useRef(null);
  useEffect(() => {
    const known = before.current;
    before.current = { newest: messages.at(-1)?.id ?? "0", waiting: waiting(messages), messages };
    if (known === null || known.newest === "0") return;
    const fresh = messages.filter((each) => each.author.id !== me && isNews(each, known));
    if (fresh.length > 0) setTold(({ count }) => ({ count: count + 1, text: fresh.map(spoken).join(" ") }));
  }, [messages]);
  return html`<div class="unseen" aria-live="polite"><p key=${told.count}>${told.text}</p></div>`;
}

const isWaiting = (message) => (message.flags & LOADING) !== 0;
const waiting = (messages) => new Set(messages.filter(isWaiting).map((each) => each.id));
const isNews = (message, known) =>
  isLater(message.id, known.newest) || (known.waiting.has(message.id) && !isWaiting(message)) || isEditedHere(message, known);

// Whether the message in which the keyboard is was edited, as it is when a button of it was pressed.
function isEditedHere(message, { messages }) {
  const was = messages.find((each) => each.id === message.id);
  return was !== undefined && was.edited_timestamp !== message.edited_timestamp
    && document.getElementById(`message-${message.id}`)?.contains(document.activeElement);
}

// As it is drawn, so that names and times are words.
function spoken(message) {
  const drawn = document.getElementById(`message-${message.id}`)?.querySelectorAll(WORDS) ?? [];
  const text = [...drawn].map((each) => each.innerText).join(" ").trim() || "A message without words";
  return `${nameOf(message.author)}: ${text.slice(0, LONGEST)}`;
}
