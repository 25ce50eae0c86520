// What stands beside the talk. Members do where there is room for them, unless they were sent away.
import { useEffect } from "../html.js";
import { change, read } from "../store.js";
import { recall, remember } from "./memory.js";
import { phone, roomy } from "./screen.js";

export function toggle(panel) {
  const open = read().panel !== panel;
  if (panel === "people" && !phone.matches) remember("people", open ? "shown" : "hidden");
  change({ panel: open ? panel : null });
}

export const shut = () => read().panel && toggle(read().panel);

// A window that became narrow begins with the talk alone.
export function usePanels() {
  useEffect(() => {
    if (roomy.matches && read().panel === null && recall("people") !== "hidden") change({ panel: "people" });
    const narrowed = () => phone.matches && change({ panel: null });
    phone.addEventListener("change", narrowed);
    return () => phone.removeEventListener("change", narrowed);
  }, []);
}
