// The second version's parts that hold or show something.
import { html } from "../html.js";
import { Gallery } from "../timeline/gallery.js";
import { Markdown } from "../timeline/markdown.js";
import { FileCard, Picture, Spoiler } from "../timeline/media.js";

const LARGE = 2;

export const Row = ({ component, draw }) => html`<div class="controls">${component.components.map(draw)}</div>`;

export const Text = ({ component }) => html`<${Markdown} text=${component.content} />`;

export const Section = ({ component, draw }) => html`
  <div class="section">
    <div class="section-words">${component.components.map(draw)}</div>
    <div class="accessory">${draw(component.accessory)}</div>
  </div>`;

const picture = (item, key) => ({
  key, url: item.media.url, alt: item.description, width: item.media.width, height: item.media.height,
  spoiler: item.spoiler,
});

export const Thumbnail = ({ component }) => html`
  <div class="thumbnail"><${Picture} ...${picture(component)} /></div>`;

export const MediaGallery = ({ component }) => html`<${Gallery} pictures=${component.items.map(picture)} />`;

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
  const accent = colour === null ? null : { borderInlineStartColor: `#${colour.toString(16).padStart(6, "0")}` };
  const box = html`
    <div class=${accent ? "container stack accented" : "container stack"} style=${accent}>
      ${component.components.map(draw)}
    </div>`;
  return component.spoiler ? html`<${Spoiler} block what="Container">${box}<//>` : box;
}
