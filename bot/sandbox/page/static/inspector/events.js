// The live list of what happens, with its filters.
import { remove } from "../api.js";
import { html, useEffect, useLayoutEffect, useMemo, useRef, useState } from "../html.js";
import { composes } from "../parts/composes.js";
import { useStore } from "../store.js";
import { About } from "./about.js";
import { Trouble, useDeed } from "./deed.js";
import { Entry } from "./entry.js";
import { related, textOf, useRecord } from "./record.js";

const NEAR_END = 24;
const NOTHING_YET = "Nothing here yet. What Discord and the bot tell each other appears as it happens.";
const NOTHING_FITS = "Nothing of what is recorded fits.";
const FILTERS = {
  All: () => true,
  Gateway: (each) => each.kind === "gateway",
  REST: (each) => each.kind === "rest",
  Interactions: (each) => each.kind === "interaction",
  Faults: (each) => each.kind === "fault" || each.fault !== null,
  Violations: (each) => each.kind === "violation",
};

export function Events() {
  const entries = useRecord((record) => record.entries);
  const target = useStore((state) => state.inspecting);
  const [filter, setFilter] = useState("All");
  const [text, setText] = useState("");
  const about = useMemo(() => (target ? related(entries, target) : entries), [entries, target]);
  const shown = useMemo(() => fitting(about, filter, text), [about, filter, text]);
  return html`
    <${Filters} ...${{ filter, setFilter, text, setText }} count=${`${shown.length} of ${entries.length}`} />
    ${target && html`<${About} target=${target} entries=${about} />`}
    <${List} shown=${shown} recorded=${entries.length > 0} anew=${`${filter} ${text} ${JSON.stringify(target)}`} />`;
}

function fitting(entries, filter, text) {
  const words = text.trim().toLowerCase();
  return entries.filter((each) => FILTERS[filter](each) && (!words || textOf(each).includes(words)));
}

function Filters({ filter, setFilter, text, setText, count }) {
  const { run, trouble } = useDeed();
  return html`
    <div class="filters">
      <div class="chips" role="group" aria-label="Kinds of entries">
        ${Object.keys(FILTERS).map((name) => html`
          <button type="button" key=${name} aria-pressed=${name === filter} onClick=${() => setFilter(name)}>${name}</button>`)}
      </div>
      <div class="search">
        <input type="search" aria-label="Search the entries" placeholder="Search titles, paths and bodies" value=${text}
          onKeyDown=${(event) => emptied(event, setText)} onInput=${(event) => setText(event.target.value)} />
        <span class="shown-count" aria-hidden="true">${count}</span>
        <button type="button" class="small-button" onClick=${() => run(remove("/inspection"))}>Clear</button>
      </div>
      <${Counted} count=${count} filter=${`${filter} ${text}`} />
      <${Trouble} text=${trouble} />
    </div>`;
}

// Escape empties the field before it closes anything.
function emptied(event, setText) {
  if (event.key !== "Escape" || !event.target.value || composes(event)) return;
  event.preventDefault();
  setText("");
}

// Says how much is left when a person filters, and nothing while entries merely come.
function Counted({ count, filter }) {
  const [said, say] = useState("");
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) say(`${count} entries are shown`);
    first.current = false;
  }, [filter]);
  return html`<p class="unseen" role="status">${said}</p>`;
}

function List({ shown, recorded, anew }) {
  const list = useRef(null);
  const [open, setOpen] = useState(() => new Set());
  const [active, setActive] = useState(null);
  const { following, setFollowing, scrolling } = useFollowing(list, shown, anew, open.size > 0);
  const toggle = useMemo(() => (id) => {
    setFollowing(false);
    setOpen((before) => toggled(before, id));
  }, []);
  const rows = useRows();
  const reachable = shown.some((each) => each.id === active) ? active : shown.at(-1)?.id;
  return html`
    <div class="entries-frame">
      <ol class="entries" role="list" aria-label="Entries" ref=${list} ...${scrolling} onKeyDown=${walk}
        onFocusIn=${(event) => setActive(Number(event.target.closest(".entry")?.dataset.id) || active)}>
        ${shown.map((entry) => rows({ entry, open: open.has(entry.id), active: entry.id === reachable, toggle }))}
      </ol>
      ${!shown.length && html`<p class="empty">${recorded ? NOTHING_FITS : NOTHING_YET}</p>`}
      <button type="button" class="follow" aria-pressed=${following} onClick=${() => setFollowing(!following)}>
        ${following ? "Following" : "Follow the newest"}
      </button>
    </div>`;
}

function toggled(before, id) {
  const after = new Set(before);
  if (!after.delete(id)) after.add(id);
  return after;
}

// A row that has not changed is the same object as before, so that it is not even looked at.
function useRows() {
  const kept = useRef(new WeakMap());
  return ({ entry, open, active, toggle }) => {
    const state = `${open} ${active}`;
    const before = kept.current.get(entry);
    if (before?.state === state) return before.row;
    const row = html`<${Entry} key=${entry.id} ...${{ entry, open, active, toggle }} />`;
    kept.current.set(entry, { state, row });
    return row;
  };
}

// Stays at the newest entry until a person scrolls up or reads one; back at the end it follows again.
function useFollowing(list, shown, anew, reading) {
  const [following, setFollowing] = useState(true);
  const last = useRef(0);
  const toEnd = () => {
    list.current.scrollTop = list.current.scrollHeight;
    last.current = list.current.scrollTop;
  };
  const onScroll = ({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
    const atEnd = scrollHeight - scrollTop - clientHeight < NEAR_END;
    if (scrollTop < last.current) setFollowing(false);
    else if (atEnd && !reading) setFollowing(true);
    last.current = scrollTop;
  };
  // Where entries come in every frame, a scroll would be undone before it is told of.
  const onWheel = ({ currentTarget: { scrollHeight, clientHeight }, deltaY }) => {
    if (deltaY < 0 && scrollHeight > clientHeight) setFollowing(false);
  };
  useLayoutEffect(() => {
    if (!following) return undefined;
    toEnd();
    // Rows that were never in sight have their true height only after this.
    const frame = requestAnimationFrame(toEnd);
    return () => cancelAnimationFrame(frame);
  }, [shown, following]);
  useLayoutEffect(() => setFollowing(true), [anew]);
  return { following, setFollowing, scrolling: { onScroll, onWheel, onTouchMove: () => setFollowing(false) } };
}

function walk(event) {
  if (!event.target.matches(".entry-head")) return;
  const heads = [...event.currentTarget.querySelectorAll(".entry-head")];
  const at = heads.indexOf(event.target);
  const expanded = event.target.getAttribute("aria-expanded") === "true";
  const steps = {
    ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: heads.length - 1, PageDown: at + 10, PageUp: at - 10,
  };
  if (event.key in steps) heads[Math.max(0, Math.min(heads.length - 1, steps[event.key]))].focus();
  else if ((event.key === "ArrowRight" && !expanded) || (event.key === "ArrowLeft" && expanded)) event.target.click();
  else return;
  event.preventDefault();
}
