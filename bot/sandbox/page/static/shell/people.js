// The members of the place, and whom to act as.
import { html } from "../html.js";
import { actAs } from "../live.js";
import { colourOf, guildOf, useStore } from "../store.js";

export function People() {
  const guild = useStore(() => guildOf());
  const me = useStore((state) => state.me);
  const member = (each) => html`
    <li key=${each.user.id}>
      <button type="button" disabled=${each.user.bot} aria-current=${each.user.id === me ? "true" : null}
        onClick=${() => actAs(each.user.id)} style=${{ color: colourOf(each.user.id, guild) }}>
        ${each.user.username}
      </button>
    </li>`;
  return html`
    <aside class="people" aria-label="Members"><ul>${(guild?.members ?? []).map(member)}</ul></aside>`;
}
