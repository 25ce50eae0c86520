// The files of a message: pictures together, other files one below the other.
import { OF_COMPONENTS } from "../flags.js";
import { html } from "../html.js";
import { Gallery } from "./gallery.js";
import { FileCard, Spoiler } from "./media.js";

const SPOILER = 1 << 3;

// A message of components shows only what they name: what they leave out is not there for a member.
export const Attachments = ({ attachments, flags }) =>
  flags & OF_COMPONENTS ? html`<${Unseen} count=${attachments.length} />` : html`<${Files} attachments=${attachments} />`;

function Unseen({ count }) {
  if (count === 0) return null;
  const what = count === 1 ? "1 file was" : `${count} files were`;
  return html`<p class="unshown">${what} uploaded, but no component shows ${count === 1 ? "it" : "them"}.</p>`;
}

function Files({ attachments }) {
  const pictures = attachments.filter(isPicture);
  const files = attachments.filter((each) => !isPicture(each));
  return html`
    ${pictures.length > 0 && html`<${Gallery} pictures=${pictures.map(picture)} />`}
    ${files.map((each) => {
      const card = html`<${FileCard} key=${each.id} attachment=${each} />`;
      return isSpoiler(each) ? html`<${Spoiler} key=${each.id} block what="File">${card}<//>` : card;
    })}`;
}

const isPicture = (each) => Boolean(each.content_type?.startsWith("image/"));
const isSpoiler = (each) =>
  each.filename.startsWith("SPOILER_") || ((each.flags ?? 0) & SPOILER) !== 0;

// An edit that brings another picture to the same place leaves the lightbox open; one that is hidden hides anew.
const picture = (each, at) => ({
  key: isSpoiler(each) ? each.id : at, url: each.url, alt: each.description ?? each.filename, width: each.width, height: each.height,
  spoiler: isSpoiler(each),
});
