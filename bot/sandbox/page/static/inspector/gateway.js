// The ways to disturb the bot's connection, each with what it should do about it.
import { post } from "../api.js";
import { html } from "../html.js";
import { useStore } from "../store.js";
import { Trouble, useDeed } from "./deed.js";

const WAYS = [
  ["Cut", { do: "cut" }, "The connection breaks without a word. The bot comes back by RESUME and misses nothing."],
  ["Close with 4000", { do: "close", code: 4000 }, "Discord closes for an unknown reason. The bot resumes."],
  ["Ask to reconnect", { do: "reconnect" }, "Op 7, as when Discord moves a server. The bot closes and resumes."],
  ["Invalidate the session", { do: "invalidate" }, "Op 9: the session is over. The bot has to sign in anew."],
  ["Fall silent", { do: "silence" }, "Nothing more is sent, not even to heartbeats. The bot notices within two of them."],
  ["Only acknowledge", { do: "acks only" }, "Heartbeats are answered and nothing else is sent: a bot that comes back meanwhile is never taken in."],
  ["Speak again", { do: "speak" }, "What was held back is sent."],
  ["Turn three away", { do: "shut", times: 3 }, "The next three new connections are answered by 503."],
  ["Turn three resumes away", { do: "shut for resuming", times: 3 }, "The same, at the address for resuming."],
];

export function Gateway() {
  const connected = useStore((state) => state.connected);
  const { run, trouble } = useDeed();
  return html`
    <section aria-labelledby="gateway-ways">
      <h3 id="gateway-ways">The gateway</h3>
      <p class="hint">The bot is ${connected ? "connected" : "not connected"}.</p>
      <ul class="ways">
        ${WAYS.map(([label, deed, says], index) => html`
          <li key=${label}>
            <button type="button" class="plain-button" aria-describedby=${`way-${index}`}
              onClick=${() => run(post("/gateway", deed))}>${label}</button>
            <p class="hint" id=${`way-${index}`}>${says}</p>
          </li>`)}
      </ul>
      <${Trouble} text=${trouble} />
    </section>`;
}
