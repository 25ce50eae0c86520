// The messages of the place, the oldest above.
import { html, useMemo, useRef } from "../html.js";
import { channel, useStore } from "../store.js";
import { Announcer } from "./announcer.js";
import { Message } from "./message.js";
import { Notice } from "./notice.js";
import { rows } from "./rows.js";
import { useRoving } from "./roving.js";
import { useScrolling } from "./scrolling.js";
import { written } from "./times.js";

const NONE = [];

export function Timeline() {
  const place = useStore((state) => state.place);
  const me = useStore((state) => state.me);
  return html`<${Talk} key=${`${me} ${place}`} place=${place} me=${me} />`;
}

function Talk({ place, me }) {
  const scene = useStore((state) => state.scene);
  const messages = useStore((state) => state.messages[place]) ?? NONE;
  const notices = useStore((state) => state.notices[place]) ?? NONE;
  const newFrom = useStore((state) => state.newFrom[place]) ?? null;
  const complete = useStore((state) => state.complete[place]);
  const scroller = useRef(null);
  const log = useRef(null);
  const drawn = useMemo(
    () => rows(messages, notices, newFrom).map((row) => ROWS[row.kind](row, { place, me, scene })),
    [messages, notices, newFrom, scene],
  );
  const scrolling = useScrolling(scroller, { place, me, messages });
  const roving = useRoving(log);
  return html`
    <div class="timeline-frame">
      <div class="timeline" ref=${scroller} onScroll=${scrolling.onScroll}>
        <div class="timeline-inside">
          ${complete ? html`<${Beginning} place=${place} />` : html`<p class="loading" aria-hidden="true">Loading…</p>`}
          <div class="messages" role="log" aria-label="Messages" aria-live="off" ref=${log} ...${roving}>${drawn}</div>
        </div>
      </div>
      ${scrolling.away && html`<${Present} count=${scrolling.arrived} go=${scrolling.toPresent} />`}
      <${Announcer} messages=${messages} me=${me} ready=${complete !== undefined} />
    </div>`;
}

const ROWS = {
  message: ({ key, message, first }, { me, scene }) => html`
    <${Message} key=${key} message=${message} first=${first} me=${me} scene=${scene} />`,
  notice: ({ key, notice }, { place }) => html`<${Notice} key=${key} notice=${notice} place=${place} />`,
  day: ({ key, at }) => html`
    <div key=${key} class="day" role="separator" aria-label=${written(at / 1000, "D")}>
      <span>${written(at / 1000, "D")}</span>
    </div>`,
  new: ({ key }) => html`<div key=${key} class="day new" role="separator" aria-label="New messages"><span>New</span></div>`,
};

function Beginning({ place }) {
  const { name } = channel(place) ?? {};
  return html`
    <div class="beginning">
      <p>${name ? `#${name}` : "Direct messages"}</p>
      <p>${name ? `This is where #${name} begins.` : "This is where your direct messages with the bot begin."}</p>
    </div>`;
}

const Present = ({ count, go }) => html`
  <button type="button" class="present" onClick=${go}>
    ${count > 0 ? `${count} new message${count > 1 ? "s" : ""} – jump to present` : "Jump to present"}
  </button>`;
