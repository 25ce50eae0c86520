// The bot's process: what it is doing, what it says, and the buttons that stop and start it.
import { get, post } from "../api.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../html.js";
import { hear } from "../live.js";
import { Signing } from "../parts/signing.js";
import { useStore } from "../store.js";
import { Trouble, useDeed } from "./deed.js";
import { clockTime } from "./words.js";

const MOST_LINES = 1000;
const LEVELS = ["debug", "info", "warning", "error", "critical"];
const DEEDS = {
  restart: ["Restart", "Stop in order, finish what can be finished, and start again."],
  stop: ["Stop", "Stop in order, and stay stopped."],
  kill: ["Kill", "kill -9: end at once, as in a power cut. It is started again."],
  start: ["Start", "Start the bot now."],
};

// What a deed brings about is told by the stream: its answer is only how things stood before.
export function Process() {
  const [state, setState] = useState(null);
  const { run, trouble } = useDeed();
  useEffect(() => {
    const ask = () => run(get("/process")).then((found) => found && setState(found));
    const ends = [hear("process", setState), hear("hello", ask)];
    ask();
    return () => ends.forEach((end) => end());
  }, []);
  if (state === null) return html`<${Trouble} text=${trouble} />`;
  if (!state.hosted && !state.can) return html`<${Connecting} />`;
  return html`
    <${State} ...${state} act=${(deed) => run(post("/process", { do: deed }))} />
    <${Trouble} text=${trouble} />
    <${Log} />`;
}

function State({ running, stopping, restarts, exit_code, can, model, act }) {
  const connected = useStore((state) => state.connected);
  const words = !running ? "Stopped" : stopping ? "Stopping" : connected ? "Running and signed in" : "Running, not signed in yet";
  const facts = [
    ["Restarts", restarts], ["Last exit code", exit_code ?? "none yet"], ["Draws with", model || "what its settings name"],
  ];
  return html`
    <section aria-labelledby="process-state">
      <h3 id="process-state">The bot's process</h3>
      <p role="status" class="process-state"><span class=${`light ${running && connected ? "good" : running ? "odd" : "bad"}`}
        aria-hidden="true"></span>${words}</p>
      <dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
      <ul class="ways">
        ${Object.entries(DEEDS).map(([deed, [label, says]]) => html`
          <li key=${deed}>
            <button type="button" class="plain-button" aria-disabled=${can.includes(deed) ? null : "true"} aria-describedby=${`deed-${deed}`}
              onClick=${() => can.includes(deed) && act(deed)}>${label}</button>
            <p class="hint" id=${`deed-${deed}`}>${says}</p>
          </li>`)}
      </ul>
    </section>`;
}

function useLines() {
  const [lines, setLines] = useState([]);
  useEffect(() => {
    let ended = false;
    const add = (fresh) => ended || setLines((before) => [...before, ...fresh].slice(-MOST_LINES));
    const end = hear("log", (told) => add([told]));
    get("/process/log").then((found) => ended || setLines((since) => joined(found, since)), () => {});
    return () => {
      ended = true;
      end();
    };
  }, []);
  return lines;
}

// What was asked for, and what the stream told since: a line that is in both is there once.
const joined = (found, since) => {
  const last = found.at(-1)?.at ?? 0;
  return [...found, ...since.filter((each) => each.at > last)].slice(-MOST_LINES);
};

function Log() {
  const lines = useLines();
  const [least, setLeast] = useState("debug");
  const [text, setText] = useState("");
  const box = useRef(null);
  const shown = lines.filter((each) =>
    LEVELS.indexOf(each.level) >= LEVELS.indexOf(least) && each.line.toLowerCase().includes(text.toLowerCase()));
  const atEnd = useRef(true);
  useLayoutEffect(() => {
    if (atEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [shown.length, shown.at(-1)]);
  const onScroll = ({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
    atEnd.current = scrollHeight - scrollTop - clientHeight < 24;
  };
  return html`
    <section class="log" aria-labelledby="process-log">
      <h3 id="process-log">What it says</h3>
      <div class="search">
        <label for="log-level">From</label>
        <select id="log-level" value=${least} onChange=${(event) => setLeast(event.target.value)}>
          ${LEVELS.map((each) => html`<option value=${each}>${each}</option>`)}
        </select>
        <input type="search" aria-label="Search the log" placeholder="Search" value=${text}
          onInput=${(event) => setText(event.target.value)} />
      </div>
      <ol class="lines" ref=${box} onScroll=${onScroll} tabindex="0" role="list" aria-label="Lines of the log">
        ${shown.map((each, index) => html`
          <li key=${index} class=${`level-${each.level}`}><time>${clockTime(each.at)}</time> ${each.line}</li>`)}
      </ol>
    </section>`;
}

function Connecting() {
  const connected = useStore((state) => state.connected);
  return html`
    <section aria-labelledby="process-own">
      <h3 id="process-own">A bot of your own</h3>
      <p role="status">${connected ? "A bot is signed in." : "No bot is signed in."}</p>
      <p class="hint">No bot is started from here. Any bot can be pointed at the sandbox.</p>
      <${Signing} />
    </section>`;
}
