// One message: who, when, and what it shows.
import { Components } from "../components/components.js";
import { html } from "../html.js";
import { nameOf } from "../store.js";
import { Markdown } from "./markdown.js";

const LOADING = 1 << 7;

export function Message({ message }) {
  return html`
    <li class="message" id=${`message-${message.id}`}>
      <strong>${nameOf(message.author)}</strong>
      ${message.flags & LOADING ? html`<p class="thinking">thinking…</p>` : html`<${Markdown} text=${message.content} />`}
      ${message.attachments.map((each) => html`<img key=${each.id} src=${each.url} alt=${each.description ?? each.filename} />`)}
      <${Components} message=${message} />
    </li>`;
}
