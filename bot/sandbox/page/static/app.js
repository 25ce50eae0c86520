// The page: places on the left, the talk in the middle, people or the inspector on the right.
import { Composer } from "./composer/composer.js";
import { html, render } from "./html.js";
import { Inspector } from "./inspector/inspector.js";
import * as live from "./live.js";
import { Modal } from "./modal/modal.js";
import { Menus } from "./parts/menu.js";
import { AgeGate } from "./shell/age.js";
import { Beside } from "./shell/drawer.js";
import { Frame } from "./shell/frame.js";
import { Header } from "./shell/header.js";
import { Broken, Opening } from "./shell/opening.js";
import { People } from "./shell/people.js";
import { Places } from "./shell/places.js";
import { Typing } from "./shell/typing.js";
import { read, useStore } from "./store.js";
import { reach } from "./timeline/jump.js";
import { Timeline } from "./timeline/timeline.js";

function App() {
  const modal = useStore((state) => state.modal);
  return html`
    <${Frame}>
      <${Beside} name="places" label="Servers and channels" always><${Places} /></>
      <main class="talk" id="talk" tabindex="-1">
        <${Header} />
        <${AgeGate}>
          <${Timeline} />
          <${Typing} />
          <${Composer} />
        </>
      </main>
      <${Beside} name="people" label="Members"><${People} /></>
      <${Beside} name="inspector" label="Inspector"><${Inspector} /></>
      ${modal && html`<${Modal} key=${modal.interaction_id} ...${modal} />`}
      <${Menus} />
    </>`;
}

// A link to a message leads to it, once the talk stands at its end.
const linked = location.hash.match(/^#message-(\d+)$/)?.[1];
const arrive = () => linked && requestAnimationFrame(() => requestAnimationFrame(() => reach(read().place, linked)));

const root = document.getElementById("app");
render(html`<${Opening} />`, root);
live.start().then(() => {
  render(html`<${App} />`, root);
  arrive();
}).catch((error) => render(html`<${Broken} error=${error} />`, root));
