// An age-restricted channel asks each member once, before it shows anything.
import { html, useLayoutEffect, useRef, useState } from "../html.js";
import { Icon } from "../parts/icon.js";
import { ageRestricted, channel, guildOf, isThread, placeName, read, useStore } from "../store.js";
import { go, listed } from "./going.js";
import { recall, remember } from "./memory.js";

export function AgeGate({ children }) {
  const place = useStore(() => channel());
  const me = useStore((state) => state.scene.me.username);
  const [, again] = useState(0);
  const key = `of-age.${me}`;
  if (!ageRestricted(place) || recall(key)) return children;
  const agree = () => {
    remember(key, "yes");
    again((count) => count + 1);
  };
  return html`<${Question} key=${place.id} place=${place} onAgree=${agree} />`;
}

function Question({ place, onAgree }) {
  const first = useRef(null);
  useLayoutEffect(() => {
    if (!document.activeElement?.closest("dialog, [role='dialog']")) first.current.focus();
  }, []);
  const where = placeName(isThread(place) ? channel(place.parent_id) : place);
  return html`
    <section class="gate" aria-labelledby="gate-title">
      <${Icon} name="lock" />
      <h2 id="gate-title">${where} is age-restricted</h2>
      <p>What is said and drawn there is for adults. It is asked once of each member whom you act as.</p>
      <p class="gate-buttons">
        <button type="button" class="main-button" ref=${first} onClick=${onAgree}>I am an adult, continue</button>
        <button type="button" class="quiet-button" onClick=${back}>Go back</button>
      </p>
    </section>`;
}

function back() {
  const open = listed(guildOf()).find((each) => !ageRestricted(each));
  go((open ?? read().scene.direct).id);
}
