// Behind the curtain: what the bot is told, what it asks, and what can be put in its way.
import { html, useEffect, useRef, useState } from "../html.js";
import { shut } from "../shell/panels.js";
import { change, useStore } from "../store.js";
import { Clock } from "./clock.js";
import { Events } from "./events.js";
import { Faults } from "./faults.js";
import { Process } from "./process.js";
import * as record from "./record.js";
import { Rules } from "./rules.js";
import { TabPanel, Tabs } from "./tabs.js";

const PANELS = { Events, Faults, Clock, Bot: Process, Rules };

function unforgiven({ entries }) {
  const since = entries.findLastIndex((each) => each.kind === "forgiven") + 1;
  return entries.slice(since).filter((each) => each.kind === "violation").length;
}

// The button that opened it has the keyboard again.
function close() {
  document.querySelector(".header [aria-pressed='true']")?.focus();
  shut();
}

export function Inspector() {
  const [chosen, choose] = useState("Events");
  const target = useStore((state) => state.inspecting);
  const rules = record.useRecord((kept) => kept.rules.length);
  const broken = record.useRecord(unforgiven);
  const panel = useRef(null);
  useEffect(() => {
    const end = record.open();
    return () => {
      end();
      change({ inspecting: null });
    };
  }, []);
  useEffect(() => {
    if (!target) return;
    choose("Events");
    panel.current.querySelector("[role=tab]").focus();
  }, [target]);
  const marks = {
    Faults: { mark: rules, says: `${rules} in force` },
    Rules: { mark: broken, says: `${broken} broken` },
  };
  const tabs = Object.keys(PANELS).map((name) => ({ name, ...marks[name] }));
  return html`
    <aside class="inspector" aria-label="Inspector" ref=${panel}>
      <header class="inspector-head">
        <h2>Inspector</h2>
        <button type="button" class="small-button" aria-label="Close the inspector" onClick=${close}>Close</button>
      </header>
      <${Tabs} label="Parts of the inspector" tabs=${tabs} chosen=${chosen} choose=${choose} />
      <${TabPanel} name=${chosen}><${PANELS[chosen]} showEvents=${() => choose("Events")} /><//>
    </aside>`;
}
