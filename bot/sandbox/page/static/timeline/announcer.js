// Says to those who hear the page what arrives, what became of "thinking…", and what an answer made
// of the message they are in; not every other edit.
import { LOADING } from "../flags.js";
import { html, useEffect, useRef, useState } from "../html.js";
import { isLater, nameOf } from "../store.js";

const LONGEST = 300;

// `ready` says that the latest messages are there: they are no news.
export function Announcer({ messages, me, ready }) {
  const [told, setTold] = useState({ count: 0, text: "" });
  const before = useRef(null);
  useEffect(() => {
    const known = before.current;
    before.current = ready ? { newest: messages.at(-1)?.id ?? "0", waiting: waiting(messages), messages } : null;
    if (known === null) return;
    const fresh = messages.filter((each) => each.author.id !== me && isNews(each, known));
    if (fresh.length > 0) setTold(({ count }) => ({ count: count + 1, text: fresh.map(spoken).join(" ") }));
  }, [messages, ready]);
  return html`<div class="unseen" aria-live="polite"><p key=${told.count}>${told.text}</p></div>`;
}

const isWaiting = (message) => (message.flags & LOADING) !== 0;
const waiting = (messages) => new Set(messages.filter(isWaiting).map((each) => each.id));
const isNews = (message, known) =>
  isLater(message.id, known.newest) || (known.waiting.has(message.id) && !isWaiting(message)) || isEditedHere(message, known);

// Whether the message in which the keyboard is was edited, as it is when a button of it was pressed.
function isEditedHere(message, { messages }) {
  if (document.activeElement?.closest(".message")?.id !== `message-${message.id}`) return false;
  const was = messages.find((each) => each.id === message.id);
  return was !== undefined && was.edited_timestamp !== message.edited_timestamp;
}

const PARTS = ".thinking, .content, .embed-words, .components .markdown, [data-picture]";
const BLOCKS = "p, div, li, h3, h4, h5, pre, figcaption, dt, dd";

// As it is drawn, so that names and times are words; but not what is still hidden.
function spoken(message) {
  const parts = document.querySelectorAll(`#message-${message.id} :is(${PARTS})`);
  const text = [...parts].map(words).filter(Boolean).join(". ") || "A message without words";
  return `${nameOf(message.author)}: ${text.slice(0, LONGEST)}`;
}

function words(part) {
  if (part.closest("[inert]")) return "";
  if (part.dataset.picture) return `Picture: ${part.dataset.alt || "no description"}`;
  const found = [];
  const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
  for (let block = null; walker.nextNode();) {
    const { data, parentElement: parent } = walker.currentNode;
    if (parent.closest(BLOCKS) !== block) found.push(" ");
    block = parent.closest(BLOCKS);
    found.push(parent.closest("[inert]") ? "hidden" : data);
  }
  return found.join("").trim();
}
