// Names in a text that stand for someone or something.
import { html } from "../html.js";
import { openMenu } from "../parts/menu.js";
import { go } from "../shell/going.js";
import { channels, guildOf, nameOf, readable, useStore, userById } from "../store.js";

// A name that is `plain` can only be read: it stands inside of something that is pressed itself.
export function UserName({ id, plain = false }) {
  const user = useStore(() => userById(id));
  if (user === null) return html`<span class="mention">@unknown-user</span>`;
  if (plain) return html`<span class="mention">@${nameOf(user)}</span>`;
  const open = (event) => openMenu(event, { user });
  return html`
    <button type="button" class="mention" aria-haspopup="menu" onClick=${open} onContextMenu=${open}>@${nameOf(user)}</button>`;
}

export function RoleName({ id }) {
  const role = useStore(() => guildOf()?.roles.find((each) => each.id === id) ?? null);
  return html`<span class="mention" style=${role?.color ? { "--tint": readable(role.color) } : undefined}>@${role?.name ?? "unknown-role"}</span>`;
}

export const Everyone = ({ name }) => html`<span class="mention">${name}</span>`;

export function ChannelName({ id, plain = false }) {
  const channel = useStore(() => channels().find((each) => each.id === id) ?? null);
  if (channel === null) return html`<span class="mention">#No access</span>`;
  const name = `#${channel.name ?? "direct"}`;
  if (plain) return html`<span class="mention">${name}</span>`;
  return html`<button type="button" class="mention" onClick=${() => go(id)}>${name}</button>`;
}
