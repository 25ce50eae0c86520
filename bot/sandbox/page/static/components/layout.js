// The second version's parts that hold or show something.
import { html } from "../html.js";
import { Markdown } from "../timeline/markdown.js";
import { FileCard, Picture, Spoiler } from "../timeline/media.js";

const LARGE = 2;

export const Row = ({ component, draw }) => html`<div class="row">${component.components.map(draw)}</div>`;

export const Text = ({ component }) => html`<${Markdown} text=${component.content} />`;

export const Section = ({ component, draw }) => html`
  <div class="section">
    <div class="section-words">${component.components.map(draw)}</div>
    <div class="accessory">${draw(component.accessory)}</div>
  </div>`;

const Shown = ({ item }) => html`
  <${Picture} url=${item.media.url} alt=${item.description} width=${item.media.width}
    height=${item.media.height} spoiler=${item.spoiler} />`;

export const Thumbnail = ({ component }) => html`<div class="thumbnail"><${Shown} item=${component} /></div>`;

export const Gallery = ({ component }) => html`
  <ul class=${`gallery of-${component.items.length}`} aria-label="Pictures">
    ${component.items.map((item, index) => html`<li key=${index}><${Shown} item=${item} /></li>`)}
  </ul>`;

export function File({ component }) {
  const { name, size, file } = component;
  const card = html`<${FileCard} attachment=${{ filename: name ?? file.url, url: file.url, size: size ?? 0 }} />`;
  return component.spoiler ? html`<${Spoiler} block what="File">${card}<//>` : card;
}

export function Separator({ component }) {
  const size = component.spacing === LARGE ? "large" : "small";
  return component.divider
    ? html`<hr class=${`separator ${size}`} />`
    : html`<div class=${`separator ${size}`} aria-hidden="true"></div>`;
}

export function Container({ component, draw }) {
  const colour = component.accent_color;
  const accent = colour === null ? null : `#${colour.toString(16).padStart(6, "0")}`;
  const inside = component.components.map(draw);
  return html`
    <div class=${`container ${accent ? "accented" : ""}`} style=${accent ? { borderInlineStartColor: accent } : undefined}>
      ${component.spoiler ? html`<${Spoiler} block what="Container"><div class="stack">${inside}</div><//>`
        : html`<div class="stack">${inside}</div>`}
    </div>`;
}
