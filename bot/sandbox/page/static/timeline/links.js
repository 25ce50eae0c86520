// Links: to elsewhere, or, as Discord writes them, to a channel or a message that is here.
import { addressOf, go } from "../shell/going.js";
import { channel, read } from "../store.js";
import { reach } from "./jump.js";

const OURS = /^https:\/\/(?:ptb\.|canary\.)?discord\.com\/channels\/(?:@me|\d+)\/(\d+)(?:\/(\d+))?\/?$/;

// {place, message?} where the address leads to what this member sees here, or null.
export function within(url) {
  const [, place, message] = OURS.exec(url ?? "") ?? [];
  return place !== undefined && channel(place) !== null ? { place, message } : null;
}

// The properties of a link to an address. One to what is here goes there; asked for another window, so does that.
export function linking(url) {
  const here = within(url);
  if (here === null) return { href: url, target: "_blank", rel: "noopener noreferrer" };
  const mark = here.message ? `#message-${here.message}` : "";
  return {
    href: `${addressOf(read().scene.me, channel(here.place))}${mark}`,
    onClick: (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      lead(here);
    },
  };
}

async function lead({ place, message }) {
  if (place !== read().place) await go(place);
  if (message === undefined || place !== read().place) return;
  requestAnimationFrame(() => requestAnimationFrame(() => reach(place, message)));
}
