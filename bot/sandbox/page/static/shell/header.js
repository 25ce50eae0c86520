// The line above the talk: where one is, and what can be shown beside it.
import { html } from "../html.js";
import { Icon } from "../parts/icon.js";
import { ageRestricted, channel, isThread, placeName, useStore } from "../store.js";
import { toggle } from "./panels.js";
import { useNarrow } from "./screen.js";

export function Header() {
  const place = useStore(() => channel());
  const narrow = useNarrow();
  const kind = place.name === undefined ? null : isThread(place) ? "thread" : "hash";
  return html`
    <header class="header">
      ${narrow && html`<${PanelButton} name="places" label="Servers and channels" icon="menu" />`}
      <div class="header-place">
        <h1>${kind ? html`<${Icon} name=${kind} />` : "@"}${place.name ?? placeName(place).slice(1)}</h1>
        ${ageRestricted(place) && html`<small class="age" title="Age-restricted">18+<span class="unseen"> age-restricted</span></small>`}
        <p class="header-topic" title=${about(place)}>${about(place)}</p>
      </div>
      <${PanelButton} name="people" label="Members" icon="people" />
      <${PanelButton} name="inspector" label="Inspector" icon="inspect" />
    </header>`;
}

function about(place) {
  if (isThread(place)) return `Thread of ${placeName(channel(place.parent_id))}`;
  return place.topic ?? (place.name === undefined ? "Your direct messages with the bot" : "");
}

function PanelButton({ name, label, icon }) {
  const open = useStore((state) => state.panel === name);
  return html`
    <button type="button" class="plain" aria-pressed=${String(open)} title=${label} onClick=${() => toggle(name)}>
      <${Icon} name=${icon} /><span class="button-words">${label}</span>
    </button>`;
}
