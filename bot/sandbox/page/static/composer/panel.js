// What stands above the line one writes in: what an option is for, and what can be chosen.
import { html } from "../html.js";
import { Listbox } from "../parts/listbox.js";

const SAID = {
  loading: () => "Loading what the bot offers…",
  failed: ({ reason }) => `The list could not be loaded: ${reason}.`,
  empty: ({ otherwise }) => otherwise ?? "Nothing fits what you typed.",
};

// `suggestions` are {state, offers, otherwise?}, with what is said where there is no offer; an offer is
// {key, text, description?, also?, mark?}.
export function Panel({ id, label, help, suggestions, active, onPick, onActive }) {
  const { state, offers } = suggestions;
  const said = SAID[state === "ready" && offers.length === 0 ? "empty" : state];
  if (!help && state === "none") return null;
  return html`
    <div class="panel">
      ${help && html`<div class="panel-help" aria-hidden="true">${help}</div>`}
      ${said && html`<p class=${`panel-said said-${state}`}>${said(suggestions)}</p>`}
      ${offers.length > 0 && html`
        <${Listbox} id=${id} label=${label} options=${offers.map(listed)} active=${active}
          onPick=${onPick} onActive=${onActive} />`}
      <p class="unseen" role="status">${said ? said(suggestions) : counted(offers.length)}</p>
    </div>`;
}

const listed = (offer) => ({
  value: offer.key, label: offer.text, mark: offer.mark,
  description: offer.description ?? (offer.also === offer.text ? undefined : offer.also),
});

const counted = (count) => (count === 0 ? "" : `${count} to choose from`);
