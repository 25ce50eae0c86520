// The servers by their initials; what a round one stands for is told beside it.
import { html, useState } from "../html.js";
import { Icon } from "../parts/icon.js";
import { guildOf, useStore } from "../store.js";
import { walkRows } from "./focus.js";
import { enter } from "./going.js";

const initials = (name) => name.split(/\s+/).slice(0, 3).map((word) => [...word][0]).join("").toUpperCase();

export function Rail() {
  const { guilds, direct } = useStore((state) => state.scene);
  const [tip, setTip] = useState(null);
  const servers = guilds.filter((each) => each.channels.length > 0);
  const telling = (name) => ({
    onPointerEnter: (event) => setTip({ name, ...middleOf(event.currentTarget) }),
    onFocus: (event) => event.currentTarget.matches(":focus-visible") && setTip({ name, ...middleOf(event.currentTarget) }),
    onPointerLeave: () => setTip(null),
    onBlur: () => setTip(null),
  });
  return html`
    <ul class="rail" aria-label="Servers" onKeyDown=${walkRows}>
      <${Server} id="@me" name="Direct messages" places=${[direct]} telling=${telling}><${Icon} name="talk" /></>
      <li class="rail-line" role="none"></li>
      ${servers.map((each) => html`
        <${Server} key=${each.id} id=${each.id} name=${each.name} places=${each.channels} telling=${telling}>${initials(each.name)}</>`)}
      ${tip && html`<li class="tip" role="none" aria-hidden="true" style=${{ left: tip.left, top: tip.top }}>${tip.name}</li>`}
    </ul>`;
}

function middleOf(button) {
  const box = button.getBoundingClientRect();
  return { left: `${box.right + 12}px`, top: `${box.top + box.height / 2}px` };
}

function Server({ id, name, places, telling, children }) {
  const here = useStore(() => (guildOf()?.id ?? "@me") === id);
  const unread = useStore((state) => places.reduce((sum, each) => sum + (state.unread[each.id] ?? 0), 0));
  return html`
    <li class=${unread && !here ? "has-unread" : ""}>
      <button type="button" class="server" data-row aria-current=${here ? "true" : null}
        aria-label=${unread ? `${name}, ${unread} unread` : name} onClick=${() => enter(id)} ...${telling(name)}>
        ${children}
      </button>
      ${unread > 0 && !here && html`<span class="count" aria-hidden="true">${unread > 99 ? "99+" : unread}</span>`}
    </li>`;
}
