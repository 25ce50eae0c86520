// Servers and channels.
import { html } from "../html.js";
import { show } from "../live.js";
import { useStore } from "../store.js";

export function Places() {
  const scene = useStore((state) => state.scene);
  const place = useStore((state) => state.place);
  const unread = useStore((state) => state.unread);
  const entry = (each, name) => html`
    <li key=${each.id}>
      <button type="button" aria-current=${each.id === place ? "page" : null} onClick=${() => show(each.id)}>
        ${name}${unread[each.id] ? html` <span class="unread">${unread[each.id]}</span>` : null}
      </button>
    </li>`;
  return html`
    <nav class="places" aria-label="Servers and channels">
      ${scene.guilds.map((guild) => html`
        <section key=${guild.id}>
          <h2>${guild.name}</h2>
          <ul>${guild.channels.map((each) => entry(each, each.name))}</ul>
        </section>`)}
      <ul>${entry(scene.direct, `@${scene.bot.username}`)}</ul>
    </nav>`;
}
