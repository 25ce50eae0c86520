// Faults in the way of the bot's requests, and disturbances of its gateway.
import { get, post, remove } from "../api.js";
import { html, useEffect, useRef, useState } from "../html.js";
import { useHeldFocus } from "../parts/heldfocus.js";
import { Trouble, useDeed } from "./deed.js";
import { Gateway } from "./gateway.js";
import { useRecord } from "./record.js";

const TIMES = [["once", 1], ["3 times", 3], ["10 times", 10], ["until removed", null]];
const REQUESTS = {
  all: "all requests", callbacks: "first answers (callbacks)", edits: "edits of messages",
  messages: "new messages", uploads: "requests with files",
};

export function Faults() {
  const rules = useRecord((record) => record.rules);
  const [presets, setPresets] = useState([]);
  const [chosen, choose] = useState({ times: 1, requests: "all", delay: 2 });
  const { run, trouble } = useDeed();
  useEffect(() => {
    run(get("/faults")).then((found) => setPresets(found?.presets ?? []));
  }, []);
  const turn = async (name, on) => {
    if (on) await run(post("/faults", { preset: name, ...chosen }));
    else for (const each of rules.filter((rule) => rule.name === name)) await run(remove(`/faults/${each.id}`));
  };
  return html`
    <section aria-labelledby="faults-now">
      <h3 id="faults-now">In force</h3>
      <${Rules} rules=${rules} run=${run} />
    </section>
    <section aria-labelledby="faults-new">
      <h3 id="faults-new">Faults for the bot's requests</h3>
      <${Options} chosen=${chosen} choose=${choose} />
      <ul class="switches">
        ${presets.map((each) => html`<${Switch} key=${each.name} ...${each}
          on=${rules.some((rule) => rule.name === each.name)} turn=${turn} />`)}
      </ul>
      <${Trouble} text=${trouble} />
    </section>
    <${Gateway} />`;
}

function Options({ chosen, choose }) {
  const set = (patch) => choose({ ...chosen, ...patch });
  return html`
    <div class="fault-options">
      <p><label for="fault-requests">For</label>
        <select id="fault-requests" value=${chosen.requests} onChange=${(event) => set({ requests: event.target.value })}>
          ${Object.entries(REQUESTS).map(([value, label]) => html`<option value=${value}>${label}</option>`)}
        </select>
      </p>
      <p><label for="fault-times">How often</label>
        <select id="fault-times" value=${String(chosen.times)} onChange=${(event) => set({ times: JSON.parse(event.target.value) })}>
          ${TIMES.map(([label, value]) => html`<option value=${String(value)}>${label}</option>`)}
        </select>
      </p>
      <p><label for="fault-delay">Seconds to wait</label>
        <input id="fault-delay" type="number" min="0.1" max="600" step="0.1" value=${chosen.delay}
          onInput=${(event) => set({ delay: Number(event.target.value) || 2 })} />
      </p>
    </div>`;
}

const Switch = ({ name, says, on, turn }) => html`
  <li>
    <button type="button" role="switch" aria-checked=${on} aria-describedby=${idOf(name)} onClick=${() => turn(name, !on)}>
      <span class="switch-track" aria-hidden="true"></span><span class="switch-name">${name}</span>
    </button>
    <p class="hint" id=${idOf(name)}>${says}</p>
  </li>`;

const idOf = (name) => `fault-${name.replaceAll(" ", "-")}`;

function Rules({ rules, run }) {
  const box = useRef(null);
  useHeldFocus(box, () => box.current);
  return html`
    <div ref=${box} tabindex="-1">
      ${rules.length ? html`<${InForce} rules=${rules} run=${run} />` : html`<p class="hint">Nothing is in the bot's way.</p>`}
    </div>`;
}

const InForce = ({ rules, run }) => html`
  <ul class="rules">
    ${rules.map((each) => html`
      <li key=${each.id}>
        <p><b>${each.name}</b> <span class="soft">${aim(each)}</span></p>
        <span class="verdict odd">${each.left === null ? "until removed" : `${each.left} left`}</span>
        <button type="button" class="small-button" aria-label=${`Remove ${each.name}`}
          onClick=${() => run(remove(`/faults/${each.id}`))}>Remove</button>
      </li>`)}
  </ul>
  <button type="button" class="plain-button" onClick=${() => run(remove("/faults"))}>Remove all</button>`;

function aim({ requests, method, path, files, kind, delay }) {
  const aimed = REQUESTS[requests] ?? [method, path && `like ${path}`, files && "with files"].filter(Boolean).join(" ");
  const waits = kind === "delay" || kind === "done but answered late";
  return waits ? `${aimed}, ${delay} s` : aimed;
}
