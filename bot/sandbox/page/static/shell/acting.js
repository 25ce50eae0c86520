// Whom this window acts as: always to be seen, and changed by Alt+A and a number.
import { html, useEffect, useLayoutEffect, useRef } from "../html.js";
import { Avatar } from "../parts/avatar.js";
import { Icon } from "../parts/icon.js";
import { change, colourOf, guildOf, memberOf, nameOf, read, useStore } from "../store.js";
import { walkRows } from "./focus.js";
import { addressOf, become } from "./going.js";

const NUMBERED = 9;

export function Acting() {
  const me = useStore((state) => state.scene.me);
  const guild = useStore(() => guildOf());
  const open = useStore((state) => state.overlay === "acting");
  const button = useRef(null);
  const toggle = () => change({ overlay: open ? null : "acting" });
  const roles = rolesOf(me, guild);
  return html`
    <div class="acting">
      <button type="button" class="acting-button" ref=${button} aria-haspopup="dialog" aria-expanded=${String(open)}
        aria-label=${["Acting as " + nameOf(me, guild), roles].filter(Boolean).join(", ")} aria-keyshortcuts="Alt+A" onClick=${toggle}>
        <${Avatar} user=${me} />
        <span class="acting-words">
          <span class="acting-label">Acting as</span>
          <strong style=${{ color: colourOf(me.id, guild) }}>${nameOf(me, guild)}</strong>
          ${roles && html`<span class="acting-roles">${roles}</span>`}
        </span>
      </button>
      ${open && html`<${Choice} button=${button} guild=${guild} />`}
    </div>`;
}

// What the roles of a member are called, the highest first; where they are none, that.
function rolesOf(user, guild) {
  if (!guild) return "";
  const member = memberOf(user.id, guild);
  if (!member) return "not in this server";
  const roles = guild.roles.filter((role) => member.roles.includes(role.id)).sort((a, b) => b.position - a.position);
  const names = [...(guild.owner_id === user.id ? ["owner of the server"] : []), ...roles.map((role) => role.name)];
  return names.join(", ") || "no roles";
}

function Choice({ button, guild }) {
  const users = useStore((state) => state.scene.users);
  const box = useRef(null);
  const shut = () => {
    change({ overlay: null });
    button.current?.focus();
  };
  useLayoutEffect(() => box.current.querySelector("[aria-current]")?.focus(), []);
  useEffect(() => leaving(box.current, button.current), []);
  const choose = (user) => {
    shut();
    become(user.id);
  };
  const keys = (event) => {
    walkRows(event);
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    const picked = users[Number(event.key) - 1];
    if (event.key === "Escape") shut();
    else if (picked && users.indexOf(picked) < NUMBERED) choose(picked);
    else if (!seek(event, box.current)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return html`
    <div class="choice" role="dialog" aria-label="Act as" ref=${box} onKeyDown=${keys}>
      <p>Whose eyes this window has. A second window can be somebody else.</p>
      <ul>${users.map((user, index) => html`
        <${Face} key=${user.id} user=${user} guild=${guild} digit=${index < NUMBERED ? index + 1 : null} onChoose=${choose} />`)}</ul>
    </div>`;
}

function Face({ user, guild, digit, onChoose }) {
  const me = useStore((state) => state.me === user.id);
  const name = nameOf(user, guild);
  return html`
    <li>
      <button type="button" class="row" data-row aria-current=${me ? "true" : null} onClick=${() => onChoose(user)}>
        <${Avatar} user=${user} />
        <span class="row-name"><span style=${{ color: colourOf(user.id, guild) }}>${name}</span>
          <small><span class="unseen">, </span>${rolesOf(user, guild)}</small></span>
        ${digit && html`<kbd aria-hidden="true">${digit}</kbd>`}
      </button>
      <a class="plain" href=${addressOf(user)} target="_blank" rel="noopener" title=${`Open a window as ${name}`}
        aria-label=${`Open a window as ${name}`}><${Icon} name="window" /></a>
    </li>`;
}

// The next one whose name begins with a letter.
function seek(event, box) {
  if (event.key.length !== 1 || event.key === " ") return false;
  const rows = [...box.querySelectorAll("[data-row]")];
  const at = rows.indexOf(document.activeElement) + 1;
  const begins = (row) => row.querySelector(".row-name").textContent.trim().toLowerCase().startsWith(event.key.toLowerCase());
  const found = [...rows.slice(at), ...rows.slice(0, at)].find(begins);
  found?.focus();
  return Boolean(found);
}

// Whoever turns to something else has chosen nobody.
function leaving(box, button) {
  const elsewhere = (event) => {
    if (box.contains(event.target) || button.contains(event.target) || read().overlay !== "acting") return;
    change({ overlay: null });
  };
  document.addEventListener("pointerdown", elsewhere, true);
  document.addEventListener("focusin", elsewhere);
  return () => {
    document.removeEventListener("pointerdown", elsewhere, true);
    document.removeEventListener("focusin", elsewhere);
  };
}
