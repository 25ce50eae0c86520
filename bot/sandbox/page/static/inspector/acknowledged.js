// How long the bot took to answer first, of the three seconds that it has.
import { html } from "../html.js";
import { milliseconds } from "./words.js";

const ANSWER_WITHIN = 3000;

export function Acknowledged({ ms }) {
  const share = Math.min(100, (ms / ANSWER_WITHIN) * 100);
  const tone = ms < 1000 ? "good" : ms < 2000 ? "odd" : "bad";
  return html`
    <p class="acknowledged">
      <span class="bar" aria-hidden="true"><span class=${tone} style=${{ width: `max(3px, ${share}%)` }}></span></span>
      <span>acknowledged after ${milliseconds(ms)}<span class="soft"> of 3 s</span></span>
    </p>`;
}
