// The files of a message: pictures together, other files one below the other.
import { html } from "../html.js";
import { Gallery } from "./gallery.js";
import { FileCard, Spoiler } from "./media.js";

const SPOILER = 1 << 3;

export function Attachments({ attachments }) {
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

const picture = (each) => ({
  key: each.id, url: each.url, alt: each.description ?? each.filename, width: each.width, height: each.height,
  spoiler: isSpoiler(each),
});
