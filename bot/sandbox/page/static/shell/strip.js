// The line above everything: that this is the sandbox, who the window is, whether a bot is there.
import { html } from "../html.js";
import { Icon } from "../parts/icon.js";
import { change, useStore } from "../store.js";
import { Acting } from "./acting.js";
import { Theme } from "./theme.js";

export function Strip() {
  return html`
    <header class="strip">
      <a class="skip" href="#talk" onClick=${toTalk}>Skip to the messages</a>
      <a class="skip" href="#talk" onClick=${toWriting}>Skip to the message box</a>
      <p class="mark"><strong>Sandbox</strong><span class="mark-words">Not Discord: a stage on this computer alone.</span></p>
      <${Presence} />
      <${Acting} />
      <${Theme} />
      <button type="button" class="plain keys-button" title="Keyboard shortcuts" aria-label="Keyboard shortcuts"
        onClick=${() => change({ overlay: "shortcuts" })}><${Icon} name="keys" /></button>
    </header>`;
}

function Presence() {
  const streaming = useStore((state) => state.streaming !== false);
  const connected = useStore((state) => state.connected);
  const bot = useStore((state) => state.scene.bot.username);
  const words = !streaming ? "Sandbox out of reach" : connected ? `${bot} is online` : "No bot is signed in";
  return html`
    <button type="button" class=${connected && streaming ? "presence online" : "presence"} title="How a bot signs in here"
      onClick=${() => change({ overlay: "connect" })}><span class="presence-words">${words}</span></button>`;
}

function toTalk(event) {
  event.preventDefault();
  document.getElementById("talk").focus();
}

function toWriting(event) {
  event.preventDefault();
  const box = document.querySelector("#talk textarea, #talk [role='textbox'], #talk [contenteditable='true']");
  (box ?? document.getElementById("talk")).focus();
}
