// The frame that everything stands in, and what lies over it.
import { html, useEffect } from "../html.js";
import { channel, placeName, useStore } from "../store.js";
import { Banners } from "./banners.js";
import { Connect } from "./connect.js";
import { addressOf } from "./going.js";
import { usePanels } from "./panels.js";
import { Shortcuts, useShortcuts } from "./shortcuts.js";
import { Strip } from "./strip.js";
import { Switcher } from "./switcher.js";

const OVERLAYS = { switcher: Switcher, shortcuts: Shortcuts, connect: Connect };

export function Frame({ children }) {
  const panel = useStore((state) => state.panel);
  const overlay = useStore((state) => state.overlay);
  const opening = useStore((state) => state.streaming === null);
  const Over = OVERLAYS[overlay];
  useShortcuts();
  usePanels();
  useAddress();
  useStaying();
  return html`
    <div class="app" aria-busy=${String(opening)}>
      <${Strip} />
      <${Banners} />
      <div class=${`rooms panel-${panel ?? "none"}`}>${children}</div>
      ${Over && html`<${Over} />`}
    </div>`;
}

// The window's title and address say who and where it is.
function useAddress() {
  const me = useStore((state) => state.scene.me);
  const place = useStore(() => channel());
  useEffect(() => {
    document.title = `Sandbox – ${placeName(place)}`;
    history.replaceState(null, "", addressOf(me, place));
  }, [me, place]);
}

// A browser would leave the page for a file that is let go where nothing takes it.
function useStaying() {
  useEffect(() => {
    const stay = (event) => {
      if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "none";
    };
    const kinds = ["dragover", "drop"];
    for (const kind of kinds) addEventListener(kind, stay);
    return () => {
      for (const kind of kinds) removeEventListener(kind, stay);
    };
  }, []);
}
