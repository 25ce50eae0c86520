// One entry of the record: a line, which opens to all that is known of it.
import { html, useLayoutEffect, useRef } from "../html.js";
import { size } from "../parts/size.js";
import { Acknowledged } from "./acknowledged.js";
import { Json } from "./json.js";
import { inspect } from "./open.js";
import { clockTime, colourOf, fullTime, milliseconds, shortPath, statusOf } from "./words.js";

const ARROWS = { "to the bot": "→", "from the bot": "←" };
const MARKS = { interaction: "◆", fault: "⚡", violation: "✖", forgiven: "○", clock: "◷", gateway: "·", rest: "·" };

export function Entry({ entry, open, active, toggle }) {
  const { id, kind, at, direction, took_ms, subject } = entry;
  const answered = kind === "interaction" && took_ms !== null;
  const refused = kind === "rest" && statusOf(entry).tone !== "good";
  const classes = [
    "entry", `kind-${kind}`, colourOf(subject.interaction_id),
    entry.fault && "faulty", answered && "timed", refused && "refused",
  ];
  return html`
    <li class=${classes.filter(Boolean).join(" ")} data-id=${id}>
      <button type="button" class="entry-head" aria-expanded=${open} tabindex=${active ? 0 : -1}
        onClick=${() => toggle(id)}>
        <time>${clockTime(at)}</time>
        <span class="entry-mark" aria-hidden="true">${ARROWS[direction] ?? MARKS[kind]}</span>
        <span class="entry-title">${headline(entry)}${direction && html`<span class="unseen">, ${direction}</span>`}</span>
        ${kind === "rest" && html`<${Status} entry=${entry} />`}
        ${kind === "rest" && html`<span class="entry-took">${milliseconds(took_ms)}</span>`}
      </button>
      ${answered && html`<${Acknowledged} ms=${took_ms} />`}
      ${open && html`<${Details} entry=${entry} />`}
    </li>`;
}

function headline({ kind, title, method, path }) {
  if (!method) return title;
  const [head, tail] = shortPath(path);
  const request = html`<b>${method}</b> <span class="path-head">${head}</span><span class="path-tail">${tail}</span>`;
  return kind === "rest" ? request : html`<span>${title}</span> ${request}`;
}

function Status({ entry }) {
  const { text, tone } = statusOf(entry);
  return html`<span class=${`verdict ${tone}`}>${text}</span>`;
}

function Details({ entry }) {
  const { at, method, path, took_ms, fault, files, sent, got, unheard } = entry;
  const box = useRef(null);
  useLayoutEffect(() => box.current.closest(".entry").scrollIntoView({ block: "nearest" }), []);
  const facts = [
    ["Time", fullTime(at)],
    ["Request", method && `${method} ${path}`],
    ["Took", took_ms !== null && milliseconds(took_ms)],
    ["Fault", fault],
    ["Files", files.map((each) => `${each.name}, ${size(each.size)}`).join("; ")],
  ];
  return html`
    <div class="entry-details" ref=${box}>
      ${unheard && html`<p class="hint">This was carried out, but a fault's answer came instead of it.</p>`}
      <dl>${facts.filter(([, value]) => value).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
      <${Narrowing} subject=${entry.subject} />
      ${sent && html`<${Json} label="The bot sent" body=${sent} />`}
      ${got && html`<${Json} label=${entry.kind === "violation" ? "What is wrong" : "The bot got"} body=${got} />`}
    </div>`;
}

function Narrowing({ subject: { message_id, interaction_id } }) {
  const button = (label, target) => html`
    <button type="button" class="small-button" onClick=${() => inspect(target)}>${label}</button>`;
  return html`
    <p class="buttons">
      ${message_id && button("Only about this message", { message_id })}
      ${interaction_id && button("Only this interaction", { interaction_id })}
    </p>`;
}
