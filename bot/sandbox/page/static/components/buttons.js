// Buttons: those the bot hears of, links, and those that sell.
import { html } from "../html.js";
import { linking, within } from "../timeline/links.js";
import { Emoji } from "./emoji.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger" };
const LINK = 5;
const PREMIUM = 6;

export function Button({ component, using }) {
  if (component.style === LINK) return html`<${Link} component=${component} />`;
  if (component.style === PREMIUM) return html`<${Premium} />`;
  const busy = using.busy === component.custom_id;
  const inert = using.busy !== null;
  return html`
    <button type="button" class=${`button ${STYLES[component.style]}`} data-control=${component.custom_id}
      disabled=${component.disabled} aria-disabled=${inert ? "true" : null} aria-busy=${busy ? "true" : null}
      onClick=${() => using.use(component, { do: "click" })}>
      <${Words} component=${component} />
      ${busy && html`<${Dots} />`}
    </button>`;
}

const Words = ({ component }) => html`
  <span class="button-face"><${Emoji} emoji=${component.emoji} />${component.label && html`<span>${component.label}</span>`}</span>`;

export const Dots = () => html`<span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>`;

function Link({ component }) {
  const safe = /^(https?|discord):\/\//.test(component.url) && !component.disabled;
  return html`
    <a class="button secondary" data-control="" ...${safe ? linking(component.url) : {}}
      role="link" aria-disabled=${safe ? null : "true"}>
      <${Words} component=${component} />
      ${!within(component.url) && html`<span class="external" aria-hidden="true">↗</span><span class="unseen"> (opens outside)</span>`}
    </a>`;
}

const Premium = () => html`
  <button type="button" class="button premium" data-control="" disabled>
    <span class="button-face">Premium: cannot be bought here</span>
  </button>`;
