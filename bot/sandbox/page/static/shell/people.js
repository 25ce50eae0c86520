// The members of the place by their roles, and who of them one is.
import { html } from "../html.js";
import { Avatar } from "../parts/avatar.js";
import { Icon } from "../parts/icon.js";
import { openMenu } from "../parts/menu.js";
import { colourOf, guildOf, nameOf, useStore } from "../store.js";
import { walkRows } from "./focus.js";
import { become } from "./going.js";

export function People() {
  const guild = useStore(() => guildOf());
  const scene = useStore((state) => state.scene);
  const online = useStore((state) => Boolean(state.connected && state.streaming));
  const groups = guild ? groupsOf(guild, online) : [{ name: "In this talk", users: [scene.bot, scene.me] }];
  return html`
    <aside class="people" aria-label="Members" onKeyDown=${walkRows}>
      ${groups.map((group) => html`
        <section key=${group.name} aria-label=${`${group.name}, ${group.users.length}`}>
          <h2>${group.name} <span aria-hidden="true">— ${group.users.length}</span></h2>
          <ul>${group.users.map((each) => html`<${Person} key=${each.id} user=${each} guild=${guild} online=${online} />`)}</ul>
        </section>`)}
    </aside>`;
}

// The highest role that is shown apart makes the group. Only the bot can be away.
function groupsOf(guild, online) {
  const apart = guild.roles.filter((role) => role.hoist).sort((a, b) => b.position - a.position);
  const away = (each) => each.user.bot && !online;
  const roleOf = (each) => apart.find((role) => each.roles.includes(role.id));
  const here = guild.members.filter((each) => !away(each));
  const named = (name, members) => ({ name, users: inOrder(members).map((each) => each.user) });
  return [
    ...apart.map((role) => named(role.name, here.filter((each) => roleOf(each) === role))),
    named("Online", here.filter((each) => !roleOf(each))),
    named("Offline", guild.members.filter(away)),
  ].filter((group) => group.users.length > 0);
}

const called = ({ nick, user }) => nick ?? user.global_name ?? user.username;
const inOrder = (members) => members.sort((a, b) => called(a).localeCompare(called(b)));

function Person({ user, guild, online }) {
  const me = useStore((state) => state.me === user.id);
  const menu = (event) => openMenu(event, { user });
  const owner = guild?.owner_id === user.id;
  return html`
    <li class=${user.bot && !online ? "person away" : "person"} onContextMenu=${menu}>
      <button type="button" class="row" data-row aria-haspopup="menu" onClick=${menu}>
        <${Avatar} user=${user} online=${user.bot ? online : true} />
        <span class="row-name" style=${{ color: colourOf(user.id, guild) }}>${nameOf(user, guild)}</span>
        ${owner && html`<span class="crown" title="Owner of the server"><${Icon} name="crown" /><span class="unseen">owner</span></span>`}
        ${user.bot && html`<small class="tag">App</small>`}
        ${me && html`<small class="tag tag-you">you</small>`}
      </button>
      ${!user.bot && !me && html`
        <button type="button" class="act-as" aria-label=${`Act as ${nameOf(user, guild)}`} onClick=${() => become(user.id)}>Act as</button>`}
    </li>`;
}
