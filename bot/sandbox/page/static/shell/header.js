// The line above the talk: where one is, and what can be shown beside it.
import { html } from "../html.js";
import { change, channel, read, useStore } from "../store.js";

const toggle = (panel) => change({ panel: read().panel === panel ? null : panel });

export function Header() {
  const place = useStore(() => channel());
  const panel = useStore((state) => state.panel);
  const button = (name, label) => html`
    <button type="button" aria-pressed=${panel === name} onClick=${() => toggle(name)}>${label}</button>`;
  return html`
    <header class="header">
      <h1>${place?.name ?? "Direct message"}</h1>
      ${button("people", "Members")} ${button("inspector", "Inspector")}
    </header>`;
}
