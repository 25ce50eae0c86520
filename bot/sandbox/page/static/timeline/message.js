// One message: who, when, and what it shows.
import { Components } from "../components/components.js";
import { EPHEMERAL, LOADING } from "../flags.js";
import { html } from "../html.js";
import { Avatar } from "../parts/avatar.js";
import { bounded } from "../parts/boundary.js";
import { memo } from "../parts/memo.js";
import { openMenu } from "../parts/menu.js";
import { colourOf, guildOf, memberOf, nameOf } from "../store.js";
import { Attachments } from "./attachments.js";
import { Embed } from "./embed.js";
import { leaveMessage } from "./leaving.js";
import { Markdown } from "./markdown.js";
import { Answered } from "./origin.js";
import { answers, moment } from "./rows.js";
import { When, written } from "./times.js";

const SUPPRESS_EMBEDS = 1 << 2;
const SILENT = 1 << 12;

// `first` begins a group; `me` is whom the page acts as, and `scene` the world that names come from.
export const Message = memo(({ message, first, me }) => {
  const { author, flags } = message;
  const name = nameOf(author);
  const at = moment(message) / 1000;
  const calling = calls(message, me);
  const classes = ["message", first ? "first" : "goes-on", calling && "calling", flags & EPHEMERAL && "ephemeral"];
  const onKeyDown = (event) =>
    event.key === "Enter" && event.target === event.currentTarget && openMenu(event, { message });
  return html`
    <article class=${classes.filter(Boolean).join(" ")} id=${`message-${message.id}`} tabindex="-1"
      aria-label=${`${name}, ${written(at, "t")}${calling ? ", mentions you" : ""}`}
      onContextMenu=${(event) => openMenu(event, { message })}
      onKeyDown=${onKeyDown}>
      ${answers(message) && html`<${Answered} message=${message} />`}
      ${first ? html`<${Avatar} user=${author} />` : html`<${Clock} at=${at} aside />`}
      <div class="said">
        ${first && html`<${Author} author=${author} name=${name} at=${at} silent=${flags & SILENT} />`}
        <${Content} message=${message} name=${name} />
        ${flags & EPHEMERAL ? html`<${Whispered} message=${message} />` : null}
      </div>
      <button type="button" class="tool" tabindex="-1" aria-label="More" aria-haspopup="menu"
        onClick=${(event) => openMenu(event, { message })}>⋯</button>
    </article>`;
});

// Whether the message calls upon the member: by name, by a role, or by everyone's.
function calls(message, me) {
  const roles = memberOf(me, guildOf(message.channel_id))?.roles ?? [];
  return message.mention_everyone
    || message.mentions.some((each) => each.id === me)
    || message.mention_roles.some((each) => roles.includes(each));
}

function Author({ author, name, at, silent }) {
  const colour = colourOf(author.id);
  const open = (event) => openMenu(event, { user: author });
  return html`
    <header class="author">
      <button type="button" class="name" aria-haspopup="menu" style=${colour ? { "--tint": colour } : undefined}
        onClick=${open} onContextMenu=${open}>${name}</button>
      ${author.bot && html`<span class="tag">APP</span>`}
      <${Clock} at=${at} />
      ${silent ? html`<span class="silent" role="img" aria-label="Sent without a notification">🔕</span>` : null}
    </header>`;
}

const Clock = ({ at, aside = false }) => html`
  <time class=${aside ? "clock aside" : "clock"} datetime=${new Date(at * 1000).toISOString()} title=${written(at, "F")}>
    ${aside ? written(at, "t") : html`<${When} at=${at} />`}
  </time>`;

const Content = bounded(({ message, name }) => {
  if (message.flags & LOADING) return html`<${Thinking} name=${name} />`;
  const { content, edited_timestamp: edited, embeds, flags } = message;
  const mark = edited && html`
    <small class="edited" title=${written(Date.parse(edited) / 1000, "F")}> (edited)</small>`;
  return html`
    ${content && html`<div class="content"><${Markdown} text=${content} />${mark}</div>`}
    <${Attachments} attachments=${message.attachments} flags=${flags} />
    ${flags & SUPPRESS_EMBEDS ? null : embeds.map((each) => html`<${Embed} embed=${each} />`)}
    ${message.components.length > 0 && html`<${Components} message=${message} />`}
    ${!content && mark}`;
}, "This message");

const Thinking = ({ name }) => html`
  <p class="thinking"><span class="dots" aria-hidden="true"><i></i><i></i><i></i></span> ${name} is thinking…</p>`;

const Whispered = ({ message }) => html`
  <footer class="whispered">
    Only you can see this ·${" "}
    <button type="button" class="linklike" onClick=${() => leaveMessage(message)}>Dismiss message</button>
  </footer>`;
