// What the list is narrowed to, and how soon the bot answered there.
import { html } from "../html.js";
import { Acknowledged } from "./acknowledged.js";
import { inspect } from "./open.js";

// An interaction's entry of its end: it was answered, or it was not in time.
const ends = ({ took_ms, fault }) => took_ms !== null || fault !== null;

export function About({ target, entries }) {
  const told = entries.filter((each) => each.kind === "interaction");
  const answers = new Map(told.filter(ends).map((each) => [each.subject.interaction_id, each]));
  const opened = told.filter((each) => !ends(each));
  return html`
    <section class="narrowed" aria-label="What is inspected">
      <header>
        <h3>${target.message_id ? "Only about one message" : "Only one interaction"}</h3>
        <button type="button" class="small-button" onClick=${() => inspect()}>Show everything</button>
      </header>
      ${!entries.length && html`<p class="hint">Nothing is recorded of it, or no longer.</p>`}
      ${opened.map((each) => html`<${Opened} key=${each.id} entry=${each} answer=${answers.get(each.subject.interaction_id)} />`)}
    </section>`;
}

const Opened = ({ entry, answer }) => html`
  <div class="opened">
    <p>${entry.title}</p>
    ${!answer && html`<p class="hint">not answered yet</p>`}
    ${answer?.fault && html`<p class="trouble">no answer within 3 seconds</p>`}
    ${answer && !answer.fault && html`<${Acknowledged} ms=${answer.took_ms} />`}
  </div>`;
