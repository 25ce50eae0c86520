// The sandbox's time, moved at will, and what that does to the tokens of interactions.
import { get, post } from "../api.js";
import { html, useEffect, useState } from "../html.js";
import { now, useStore } from "../store.js";
import { Trouble, useDeed } from "./deed.js";
import { useRecord } from "./record.js";
import { clockTime, span } from "./words.js";

const STEPS = [
  ["−1 minute", -60], ["+1 minute", 60], ["+5 minutes", 300], ["+14 minutes", 840], ["+15 minutes", 900],
  ["+60 minutes", 3600], ["+1 day", 86_400],
];
const SAME = 2;

export function Clock() {
  const skew = useStore((state) => state.skew);
  const { run, trouble } = useDeed();
  const move = (words) => run(post("/clock", words));
  const ahead = Math.abs(skew) > SAME;
  return html`
    <section aria-labelledby="clock-now">
      <h3 id="clock-now">Now in the sandbox</h3>
      <${Now} />
      <p role="status">${ahead ? `${span(skew)} ${skew > 0 ? "ahead of" : "behind"} this computer` : "The same as on this computer"}</p>
      <div class="buttons" role="group" aria-label="Move the clock">
        ${STEPS.map(([label, seconds]) => html`
          <button type="button" class="plain-button" key=${label} onClick=${() => move({ advance: seconds })}>${label}</button>`)}
        <button type="button" class="plain-button" aria-disabled=${ahead ? null : "true"} onClick=${() => ahead && move({ back: true })}>Jump back</button>
      </div>
      <p class="hint">A token lives for 15 minutes: beyond them, edits are refused with 50027. At 14 minutes a careful bot
        says that its answer will come in another way.</p>
      <${Trouble} text=${trouble} />
    </section>
    <${Tokens} />`;
}

function useEverySecond() {
  const [, again] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => again((count) => count + 1), 1000);
    return () => clearInterval(timer);
  }, []);
}

function Now() {
  useEverySecond();
  const time = now();
  return html`
    <p class="now"><time datetime=${new Date(time * 1000).toISOString()}>${clockTime(time, false)}</time>
      <span class="soft">${new Date(time * 1000).toDateString()}</span></p>`;
}

// Asked for again whenever an interaction was recorded.
function Tokens() {
  useEverySecond();
  const newest = useRecord(({ entries }) => entries.findLast((each) => each.kind === "interaction")?.id);
  const [tokens, setTokens] = useState([]);
  const { run, trouble } = useDeed();
  useEffect(() => {
    run(get("/inspection/tokens")).then((found) => found && setTokens(found));
  }, [newest]);
  return html`
    <section aria-labelledby="clock-tokens">
      <h3 id="clock-tokens">Tokens of the latest interactions</h3>
      ${!tokens.length && html`<p class="hint">No interaction was opened yet.</p>`}
      <ul class="tokens">${tokens.map((each) => html`<${Token} key=${each.interaction_id} ...${each} />`)}</ul>
      <${Trouble} text=${trouble} />
    </section>`;
}

function Token({ name, user, created, expires }) {
  const left = expires - now();
  const words = left < 0 ? `expired ${span(left)} ago` : `good for ${span(left)}`;
  return html`
    <li><p>${name} <span class="soft">by ${user}, ${span(now() - created, 1)} old</span></p>
      <span class=${`verdict ${left < 0 ? "bad" : left < 60 ? "odd" : "good"}`}>${words}</span></li>`;
}
