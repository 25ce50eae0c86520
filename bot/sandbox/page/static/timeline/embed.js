// A bot's card: author, title, words, fields, pictures and a footer.
import { ownAddress } from "../addresses.js";
import { html } from "../html.js";
import { linking } from "./links.js";
import { Markdown } from "./markdown.js";
import { Picture } from "./media.js";
import { When, written } from "./times.js";

export function Embed({ embed }) {
  const { author, title, description, fields = [], image, thumbnail } = embed;
  const bar = !embed.color ? undefined : { "--bar": `#${embed.color.toString(16).padStart(6, "0")}` };
  return html`
    <section class=${`embed ${thumbnail ? "with-thumbnail" : ""}`} aria-label=${title ? `Embed: ${title}` : "Embed"} style=${bar}>
      <div class="embed-words">
        ${author && html`<p class="embed-author"><${Icon} url=${author.icon_url} /><${Linked} url=${author.url}>${author.name}<//></p>`}
        ${title && html`<p class="embed-title"><${Linked} url=${embed.url}><${Markdown} text=${title} inline /><//></p>`}
        ${description && html`<${Markdown} text=${description} />`}
        ${fields.length > 0 && html`<${Fields} fields=${fields} />`}
      </div>
      ${thumbnail && html`<div class="embed-thumbnail"><${Shown} media=${thumbnail} what="Thumbnail" /></div>`}
      ${image && html`<div class="embed-image"><${Shown} media=${image} what="Image" /></div>`}
      <${Footer} embed=${embed} />
    </section>`;
}

// Nothing checks where a bot's title leads to.
const Linked = ({ url, children }) =>
  /^https?:\/\//i.test(url ?? "") ? html`<a ...${linking(url)}>${children}</a>` : html`<span>${children}</span>`;

// A small picture beside a name; one from elsewhere is not loaded.
const Icon = ({ url }) =>
  url && ownAddress(url) ? html`<img class="embed-icon" src=${ownAddress(url)} alt="" width="24" height="24" />` : null;

const Shown = ({ media, what }) => html`
  <${Picture} url=${media.url} alt=${media.description ?? what} width=${media.width} height=${media.height} />`;

function Fields({ fields }) {
  const spans = widths(fields);
  return html`
    <dl class="fields">
      ${fields.map(({ name, value }, index) => html`
        <div class=${`field wide-${spans[index]}`}>
          <dt><${Markdown} text=${name} inline /></dt>
          <dd><${Markdown} text=${value} /></dd>
        </div>`)}
    </dl>`;
}

// Twelfths of the row: inline fields stand in threes, and what is left over shares a row.
function widths(fields) {
  const found = [];
  for (let at = 0; at < fields.length;) {
    const row = fields.slice(at, at + 3);
    const outer = row.findIndex((each) => !each.inline);
    const count = Math.max(1, outer < 0 ? row.length : outer);
    for (let each = 0; each < count; each += 1) found.push(12 / count);
    at += count;
  }
  return found;
}

function Footer({ embed: { footer, timestamp } }) {
  if (!footer && !timestamp) return null;
  return html`
    <footer class="embed-footer">
      <${Icon} url=${footer?.icon_url} />
      ${footer && html`<span>${footer.text}</span>`}
      ${footer && timestamp && html`<span aria-hidden="true">•</span>`}
      ${timestamp && html`<${Moment} timestamp=${timestamp} />`}
    </footer>`;
}

function Moment({ timestamp }) {
  const at = Date.parse(timestamp) / 1000;
  if (Number.isNaN(at)) return html`<span>Invalid date</span>`;
  return html`<time datetime=${timestamp} title=${written(at, "F")}><${When} at=${at} /></time>`;
}
