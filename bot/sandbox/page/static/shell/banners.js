// What keeps the page from working, and what to do about it.
import { html, useRef } from "../html.js";
import { reconnect } from "../live.js";
import { useHeldFocus } from "../parts/heldfocus.js";
import { change, useStore } from "../store.js";
import { start, useHosted } from "./hosted.js";

export function Banners() {
  const unreachable = useStore((state) => state.streaming === false);
  const connected = useStore((state) => state.connected);
  const hosted = useHosted();
  const box = useRef(null);
  useHeldFocus(box, () => document.getElementById("talk"));
  const what = unreachable ? UNREACHABLE : connected ? null : hosted ? ofHosted(hosted) : NOBODY;
  return html`<div class="banners" role="status" ref=${box}>${what && html`<${Banner} ...${what} />`}</div>`;
}

const Banner = ({ tone = "", title, text, deed, run }) => html`
  <p class=${`banner ${tone}`}>
    <span><strong>${title}</strong> ${text}</span>
    ${deed && html`<button type="button" onClick=${run}>${deed}</button>`}
  </p>`;

const UNREACHABLE = {
  tone: "banner-bad",
  title: "The sandbox cannot be reached.",
  text: "Is it still running? This page goes on by itself as soon as it is back.",
  deed: "Try now", run: reconnect,
};

const NOBODY = {
  title: "No bot is signed in,", text: "so there is nobody to answer a command.",
  deed: "How to start one", run: () => change({ overlay: "connect" }),
};

function ofHosted({ running, stopping, exit_code: code }) {
  if (stopping) return { title: "The bot is stopping.", text: "What it had not finished goes on after the next start." };
  if (running) return { title: "The bot is starting.", text: "It answers commands as soon as it has signed in." };
  return {
    title: "The bot is not running", text: code === null ? "yet." : `any more: it ended with code ${code}.`,
    deed: "Start it", run: start,
  };
}
