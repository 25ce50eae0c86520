// Go anywhere by a few letters of its name.
import { html, useMemo, useState } from "../html.js";
import { Listbox, listKeys, optionId } from "../parts/listbox.js";
import { isThread, placeName, read, useStore } from "../store.js";
import { closeOverlay, Dialog } from "./dialog.js";
import { enter, go, listed } from "./going.js";

const MOST = 50;

export function Switcher() {
  const [typed, setTyped] = useState("");
  const [active, setActive] = useState(0);
  const scene = useStore((state) => state.scene);
  const options = useMemo(() => matching(destinations(scene), typed).slice(0, MOST), [scene, typed]);
  const pick = (index) => {
    closeOverlay();
    options[index].run();
  };
  const keys = (event) => listKeys(event, { count: options.length, active, setActive, pick, close: closeOverlay, caret: true });
  const write = (event) => {
    setTyped(event.target.value);
    setActive(0);
  };
  return html`
    <${Dialog} name="switcher" label="Go to a channel or server" bare>
      <input type="text" class="switcher-box" role="combobox" aria-label="Where to?" placeholder="Where to?" autocomplete="off" spellcheck="false"
        aria-expanded="true" aria-controls="switcher" aria-activedescendant=${options.length ? optionId("switcher", active) : null}
        value=${typed} onInput=${write} onKeyDown=${keys} autofocus />
      <${Listbox} id="switcher" label="Places" options=${options} active=${active} onPick=${pick} onActive=${setActive} />
      ${options.length === 0 && html`<p role="status">Nothing is called that.</p>`}
    </>`;
}

function destinations(scene) {
  const unread = read().unread;
  const place = (each, server) => ({
    value: each.id, label: isThread(each) ? `${each.name} (thread)` : placeName(each), description: server,
    mark: unread[each.id] ? `${unread[each.id]} unread` : undefined, run: () => go(each.id),
  });
  const inside = (guild) => listed(guild).map((each) => place(each, guild.name));
  const servers = scene.guilds.filter((guild) => guild.channels.length > 0);
  return [
    ...servers.flatMap(inside),
    place(scene.direct, "Direct messages"),
    ...servers.map((guild) => ({ value: guild.id, label: guild.name, description: "Server", run: () => enter(guild.id) })),
  ];
}

// Every letter in its order; a name that begins so, or holds it whole, comes first.
function matching(all, typed) {
  const wanted = typed.toLowerCase().replace(/^[#@]/, "").trim();
  return all
    .map((each) => ({ each, rank: rankOf(each.label.toLowerCase().replace(/^[#@]/, ""), wanted) }))
    .filter(({ rank }) => rank < Infinity)
    .sort((a, b) => a.rank - b.rank)
    .map(({ each }) => each);
}

function rankOf(name, wanted) {
  const at = name.indexOf(wanted);
  if (at >= 0) return Math.min(at, 1);
  let from = 0;
  for (const letter of wanted) {
    from = name.indexOf(letter, from) + 1;
    if (from === 0) return Infinity;
  }
  return 2;
}
