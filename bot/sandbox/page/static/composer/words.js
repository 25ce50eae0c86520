// Plain words: a field that grows, with lists of commands and of names above it.
import { html, useLayoutEffect, useRef, useState } from "../html.js";
import { composes } from "../parts/composes.js";
import { listKeys, optionId } from "../parts/listbox.js";
import { leavesFor } from "./offers.js";
import { mentioning, nameAt, naming, offersFor } from "./mentions.js";
import { Panel } from "./panel.js";
import { parsed } from "./written.js";

export const MOST = 2000;
const NEAR = 200;
const LIST = "composer-list";

// `choose` takes a command, as written.js makes it; `recall` brings the last one back.
export function Words({ draft, change, leaves, bot, label, choose, recall, send, answered, cancel }) {
  const field = useRef(null);
  const [caret, setCaret] = useState(0);
  const [active, setActive] = useState(0);
  const menu = menuOf({ draft, caret, leaves, bot });
  const shown = menu && Math.min(active, menu.offers.length - 1);
  useAttention(field);
  useLayoutEffect(() => {
    if (answered) field.current.focus();
  }, [answered]);
  const [put, setPut] = useState(null);
  useLayoutEffect(() => {
    if (put !== null) field.current.setSelectionRange(put, put);
    setPut(null);
  }, [put]);
  const write = (event) => {
    const text = event.target.value;
    setActive(0);
    setCaret(event.target.selectionStart);
    const command = commandIn(text, draft, leaves);
    if (command) choose(command);
    else change({ text, plain: draft.plain && text.startsWith("/") && text !== "/", hidden: null, refused: null });
  };
  const pick = (index) => {
    const offer = menu.offers[index];
    if (offer.leaf) return choose(parsed(`/${offer.leaf.name}`, leaves));
    const text = `${draft.text.slice(0, menu.from)}${naming(offer)} `;
    change({ text: text + draft.text.slice(caret) });
    setCaret(text.length);
    return setPut(text.length);
  };
  const close = () => change(menu.from === undefined ? { plain: true } : { hidden: menu.from });
  const press = (event) => {
    if (composes(event)) return;
    const list = { count: menu?.offers.length, active: shown, setActive, pick, close, caret: true };
    if (menu && listKeys(event, list)) return;
    const empty = draft.text === "";
    const deed = {
      Enter: !event.shiftKey && send, ArrowUp: empty && recall, Escape: cancel,
    }[event.key];
    if (!deed) return;
    event.preventDefault();
    deed();
  };
  return html`
    ${menu && html`
      <${Panel} id=${LIST} label=${menu.label} suggestions=${{ state: "ready", ...menu }}
        active=${shown} onPick=${pick} onActive=${setActive} />`}
    <span class="grow writing" data-text=${draft.text}>
      <textarea rows="1" aria-label="Message" placeholder=${label} value=${draft.text} ref=${field}
        enterkeyhint="send" aria-autocomplete="list" aria-controls=${menu ? LIST : null}
        aria-activedescendant=${menu?.offers.length ? optionId(LIST, shown) : null}
        aria-describedby="composer-count" onInput=${write} onKeyDown=${press}
        onSelect=${(event) => setCaret(event.target.selectionStart)}></textarea>
    </span>
    <${Count} left=${MOST - mentioning(draft.text).length} />`;
}

function Count({ left }) {
  const words = left < 0 ? `${-left} too many` : `${left} left`;
  return html`
    <span class=${left < 0 ? "letters bad" : "letters"} id="composer-count">${left <= NEAR ? words : ""}</span>`;
}

// The list that belongs to what is being written: {label, offers, from?, otherwise?}, or null.
function menuOf({ draft, caret, leaves, bot }) {
  const typed = draft.text.match(/^\/([^\n]*)$/)?.[1];
  if (typed !== undefined && !draft.plain) {
    const found = leavesFor(leaves, typed);
    if (found.length === 0 && typed.includes(" ")) return null;
    const otherwise = leaves.length ? "No command here is called that." : "No bot offers you a command here.";
    return { label: "Commands", offers: found.map((leaf) => commandOffer(leaf, bot)), otherwise };
  }
  const name = nameAt(draft.text, caret);
  if (name === null || name.from === draft.hidden) return null;
  const offers = offersFor(name);
  const label = name.sign === "@" ? "Members and roles" : "Channels";
  return offers.length ? { label, offers, from: name.from } : null;
}

const commandOffer = (leaf, bot) => ({
  key: leaf.name, text: `/${leaf.name}`, description: leaf.description, mark: bot, leaf,
});

// A text that can only be one command: its name with a space behind it, or the whole of it pasted.
function commandIn(text, draft, leaves) {
  if (!text.startsWith("/") || draft.plain || !/\s/.test(text)) return null;
  return parsed(text, leaves);
}

// The field has the keyboard unless something else has it, and gets what is typed at nothing.
function useAttention(field) {
  useLayoutEffect(() => {
    const coarse = matchMedia("(pointer: coarse)").matches;
    if (!coarse && document.activeElement === document.body) field.current.focus();
    const typed = (event) => {
      const plain = event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey;
      if (plain && event.key !== " " && document.activeElement === document.body) field.current?.focus();
    };
    document.addEventListener("keydown", typed);
    return () => document.removeEventListener("keydown", typed);
  }, []);
}
