// Tabs, of which the arrow keys choose one.
import { html, useRef } from "../html.js";

// `tabs` is a list of {name, mark?, says?}: the mark is a small figure beside the name.
export function Tabs({ label, tabs, chosen, choose }) {
  const list = useRef(null);
  const walk = (event) => {
    const at = tabs.findIndex((each) => each.name === chosen);
    const steps = { ArrowRight: at + 1, ArrowLeft: at - 1 + tabs.length, Home: 0, End: tabs.length - 1 };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const next = steps[event.key] % tabs.length;
    choose(tabs[next].name);
    list.current.children[next].focus();
  };
  return html`
    <div class="tabs" role="tablist" aria-label=${label} ref=${list} onKeyDown=${walk}>
      ${tabs.map(({ name, mark, says }) => html`
        <button type="button" role="tab" key=${name} id=${`tab-${name}`} aria-selected=${name === chosen}
          aria-label=${mark ? `${name}, ${says}` : null} aria-controls=${name === chosen ? `panel-${name}` : null} tabindex=${name === chosen ? 0 : -1}
          onClick=${() => choose(name)}>
          ${name}${mark ? html`<span class="tab-mark">${mark}</span>` : null}
        </button>`)}
    </div>`;
}

export const TabPanel = ({ name, children }) => html`
  <div class=${`tab-panel panel-of-${name.toLowerCase()}`} role="tabpanel" id=${`panel-${name}`}
    aria-labelledby=${`tab-${name}`}>${children}</div>`;
