// What keeps the page from working, and what to do about it.
import { html } from "../html.js";
import { reconnect } from "../live.js";
import { change, useStore } from "../store.js";

export function Banners() {
  const streaming = useStore((state) => state.streaming);
  const connected = useStore((state) => state.connected);
  return html`
    <div class="banners" role="status">
      ${streaming === false && html`
        <p class="banner banner-bad"><span><strong>The sandbox cannot be reached.</strong> Is it still running?
          This page goes on by itself as soon as it is back.</span>
          <button type="button" onClick=${reconnect}>Try now</button></p>`}
      ${streaming !== false && !connected && html`
        <p class="banner"><span><strong>No bot is signed in,</strong> so there is nobody to answer a command.</span>
          <button type="button" onClick=${() => change({ overlay: "connect" })}>How to start one</button></p>`}
    </div>`;
}
