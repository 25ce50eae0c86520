// The page: places on the left, the talk in the middle, people or the inspector on the right.
import { Composer } from "./composer/composer.js";
import { html, render } from "./html.js";
import { Inspector } from "./inspector/inspector.js";
import * as live from "./live.js";
import { Modal } from "./components/modal.js";
import { Menus } from "./parts/menu.js";
import { Header } from "./shell/header.js";
import { People } from "./shell/people.js";
import { Places } from "./shell/places.js";
import { useStore } from "./store.js";
import { Timeline } from "./timeline/timeline.js";

function App() {
  const ready = useStore((state) => state.scene !== null && state.place !== null);
  const panel = useStore((state) => state.panel);
  const modal = useStore((state) => state.modal);
  if (!ready) return html`<p class="opening" role="status">Opening the sandbox…</p>`;
  return html`
    <div class=${`app panel-${panel ?? "none"}`}>
      <${Places} />
      <main class="talk">
        <${Header} />
        <${Timeline} />
        <${Composer} />
      </main>
      ${panel === "people" && html`<${People} />`}
      ${panel === "inspector" && html`<${Inspector} />`}
      ${modal && html`<${Modal} key=${modal.interaction_id} ...${modal} />`}
      <${Menus} />
    </div>`;
}

function Broken({ error }) {
  return html`<p class="opening" role="alert">${error.message}</p>`;
}

const root = document.getElementById("app");
live.start().then(
  () => render(html`<${App} />`, root),
  (error) => render(html`<${Broken} error=${error} />`, root),
);
