// Servers in the rail, and the channels of the chosen one.
import { html } from "../html.js";
import { Avatar } from "../parts/avatar.js";
import { Icon } from "../parts/icon.js";
import { ageRestricted, guildOf, isThread, maySpeak, placeName, useStore } from "../store.js";
import { walkRows } from "./focus.js";
import { go, listed } from "./going.js";
import { Rail } from "./rail.js";

export function Places() {
  const guild = useStore(() => guildOf());
  return html`
    <nav class="places" aria-label="Servers and channels">
      <${Rail} />
      <div class="channels">
        <h2 class="channels-title">${guild?.name ?? "Direct messages"}</h2>
        <ul onKeyDown=${walkRows}>${guild ? listed(guild).map(entry) : html`<${Direct} />`}</ul>
      </div>
    </nav>`;
}

const entry = (each) => html`<${Entry} key=${each.id} channel=${each} />`;

function Entry({ channel }) {
  const marks = marksOf(channel);
  return html`
    <li class=${isThread(channel) ? "below" : ""}>
      <${Row} id=${channel.id} label=${[placeName(channel), ...marks.map((each) => each.label)].join(", ")}>
        <${Icon} name=${isThread(channel) ? "thread" : "hash"} />
        <span class="row-name">${channel.name}</span>
        ${marks.map((each) => html`<span class="row-mark" key=${each.label} title=${each.label}>${each.mark}</span>`)}
      </>
    </li>`;
}

function marksOf(channel) {
  return [
    isThread(channel) && { label: "thread" },
    ageRestricted(channel) && { label: "age-restricted", mark: html`<small class="age">18+</small>` },
    !maySpeak(channel) && { label: "read only", mark: html`<${Icon} name="lock" />` },
  ].filter(Boolean);
}

function Direct() {
  const { bot, direct } = useStore((state) => state.scene);
  const online = useStore((state) => Boolean(state.connected && state.streaming));
  return html`
    <li>
      <${Row} id=${direct.id} label=${placeName(direct)}>
        <${Avatar} user=${bot} online=${online} /><span class="row-name">${bot.username}</span>
      </>
    </li>`;
}

function Row({ id, label, children }) {
  const here = useStore((state) => state.place === id);
  const unread = useStore((state) => state.unread[id] ?? 0);
  return html`
    <button type="button" class=${unread ? "row row-unread" : "row"} data-row aria-current=${here ? "page" : null}
      aria-label=${unread ? `${label}, ${unread} unread` : label} onClick=${() => go(id)}>
      ${children}
      ${unread > 0 && html`<span class="count">${unread > 99 ? "99+" : unread}</span>`}
    </button>`;
}
