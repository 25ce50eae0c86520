// Pictures, spoilers and files.
import { holdsExpired, ownAddress } from "../addresses.js";
import { html, useRef, useState } from "../html.js";
import { size } from "../parts/size.js";
import { now } from "../store.js";
import { Lightbox } from "./lightbox.js";

// What is hidden until someone asks for it: a few words, or a `block`.
export function Spoiler({ children, block = false, what = "Spoiler" }) {
  const [shown, setShown] = useState(false);
  const tag = block ? "div" : "span";
  const reveal = (event) => {
    if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    setShown(true);
  };
  const asked = shown ? { tabIndex: -1 } : {
    role: "button", tabIndex: 0, "aria-label": `${what}, hidden. Show it`, onClick: reveal, onKeyDown: reveal,
  };
  return html`
    <${tag} class=${`spoiler ${shown ? "shown" : "hidden"} ${block ? "block" : ""}`} ...${asked}>
      <${tag} class="concealed" inert=${!shown} aria-hidden=${shown ? null : "true"}>${children}<//>
      ${block && !shown && html`<span class="spoiler-label" aria-hidden="true">Spoiler</span>`}
    <//>`;
}

// A picture that opens in the lightbox. Its place is reserved by its size before it is loaded.
export function Picture({ url, alt, width, height, spoiler = false }) {
  const [broken, setBroken] = useState(null);
  const [open, setOpen] = useState(null);
  const kept = useRef(url);
  if (path(kept.current) !== path(url) || broken === kept.current) kept.current = url;
  const address = ownAddress(kept.current);
  if (address === null) return html`<${Elsewhere} url=${url} alt=${alt} />`;
  if (broken === kept.current) return html`<${Gone} url=${url} alt=${alt} width=${width} height=${height} />`;
  const shown = html`
    <button type="button" class="picture" aria-label=${`Open picture: ${alt || "no description"}`}
      data-picture=${ownAddress(url)} data-alt=${alt ?? ""} style=${shape({ width, height })} onClick=${(event) => setOpen(event.currentTarget)}>
      <img src=${address} alt=${alt ?? ""} width=${width} height=${height} loading="lazy" decoding="async"
        onError=${() => setBroken(kept.current)} />
    </button>
    ${open && html`<${Lightbox} from=${open} close=${() => setOpen(null)} />`}`;
  return spoiler ? html`<${Spoiler} block what="Picture">${shown}<//>` : shown;
}

// Two addresses of one file differ in when they expire alone; the one that is shown stays.
const path = (url) => url.split("?")[0];

const shape = ({ width, height }) => (width && height ? { "--width": `${width}px`, aspectRatio: `${width} / ${height}` } : undefined);

const Elsewhere = ({ url, alt }) => html`
  <p class="elsewhere">
    A picture from elsewhere, which this page does not load: ${" "}
    <a href=${url} target="_blank" rel="noreferrer">${alt || url}</a>
  </p>`;

const Gone = ({ url, alt, ...size }) => html`
  <p class="gone" style=${shape(size)}>
    <span>${holdsExpired(url, now()) ? "This content is no longer available." : "This picture cannot be shown."}</span>
    ${alt && html`<small>${alt}</small>`}
  </p>`;

// A file that is no picture: its name, its size, and where to get it.
export function FileCard({ attachment }) {
  const { filename, url, size: bytes, description, title } = attachment;
  const name = title ?? filename;
  return html`
    <figure class="file">
      <svg class="file-icon" viewBox="0 0 24 32" aria-hidden="true"><path d="M2 1h13l7 7v23H2z M15 1v7h7" /></svg>
      <div class="file-words">
        <a href=${ownAddress(url) ?? url} target="_blank" rel="noreferrer">${name}</a>
        <small>${size(bytes)}</small>
        ${description && html`<small>${description}</small>`}
      </div>
      <a class="download" href=${ownAddress(url) ?? url} download=${filename} aria-label=${`Download ${name}`}>↓</a>
    </figure>`;
}
