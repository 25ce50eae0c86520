// Where the bot broke Discord's rules, and what it left open.
import { get, post } from "../api.js";
import { html, useEffect, useState } from "../html.js";
import { Trouble, useDeed } from "./deed.js";
import { Json } from "./json.js";
import { inspect } from "./open.js";
import { useRecord } from "./record.js";

export function Rules({ showEvents }) {
  const newest = useRecord(({ entries }) => entries.findLast(matters)?.id);
  const [found, setFound] = useState({ violations: [], unfinished: [] });
  const { run, trouble } = useDeed();
  const ask = async () => {
    const [violations, unfinished] = await Promise.all([run(get("/violations")), run(get("/unfinished"))]);
    setFound({ violations: violations ?? [], unfinished: unfinished ?? [] });
  };
  useEffect(() => {
    ask();
  }, [newest]);
  const forget = () => run(post("/forgive"));
  const nothing = !found.violations.length && !found.unfinished.length;
  return html`
    <section aria-labelledby="rules-broken">
      <h3 id="rules-broken">Discord's rules that the bot broke</h3>
      ${!found.violations.length && html`<p class="hint">None: every request was one that Discord accepts.</p>`}
      <ul class="broken">${found.violations.map((each, index) => html`<${Broken} key=${index} ...${each} />`)}</ul>
    </section>
    <section aria-labelledby="rules-open">
      <h3 id="rules-open">Interactions left open</h3>
      ${!found.unfinished.length && html`<p class="hint">None: every interaction has its answer.</p>`}
      <ul class="rules">${found.unfinished.map((each) => html`<${Open} key=${each.interaction_id} ...${each} showEvents=${showEvents} />`)}</ul>
    </section>
    <button type="button" class="plain-button" aria-disabled=${nothing ? "true" : null} onClick=${() => nothing || forget()}>Forget all of these</button>
    <${Trouble} text=${trouble} />`;
}

const MATTERS = new Set(["violation", "forgiven", "interaction"]);
const matters = ({ kind, method }) => MATTERS.has(kind) || (kind === "rest" && method !== "GET");

const Broken = ({ code, message, method, path, errors }) => html`
  <li>
    <p><span class="verdict bad">${code || "unknown"}</span> <b>${message}</b></p>
    <p class="path">${method} ${path}</p>
    ${errors && html`<${Json} label="What is wrong" body=${{ text: JSON.stringify(errors) }} />`}
  </li>`;

function Open({ interaction_id, what, showEvents }) {
  const show = () => {
    inspect({ interaction_id });
    showEvents();
  };
  return html`
    <li><p>${what}</p><span class="soft">${interaction_id}</span>
      <button type="button" class="small-button" onClick=${show}>Show its events</button></li>`;
}
