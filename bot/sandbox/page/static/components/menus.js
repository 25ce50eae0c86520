// A select menu of a message: what it offers, what stands chosen in it, and sending that.
import { html, useLayoutEffect, useMemo, useState } from "../html.js";
import { useStore } from "../store.js";
import { choicesOf, defaultsOf, invitation, told } from "./choices.js";
import { Select } from "./select.js";

export function Menu({ component, using }) {
  const scene = useStore((state) => state.scene);
  const place = useStore((state) => state.place);
  const choices = useMemo(() => choicesOf(component), [component, scene, place]);
  const [chosen, setChosen] = useState(() => defaultsOf(component));
  const failed = using.failure?.component === component.custom_id ? using.failure : null;
  // An edit says anew what is chosen, and a choice that the bot did not take is taken back.
  useLayoutEffect(() => setChosen(defaultsOf(component)), [JSON.stringify(component), using.edited, failed]);
  const send = (keys) => {
    setChosen(keys);
    using.use(component, { do: "select", values: keys.map((each) => told(component, each)) });
  };
  return html`
    <${Select} id=${`menu-${using.message}-${component.id}`} control=${component.custom_id}
      label=${invitation(component)} choices=${choices} chosen=${chosen} onChange=${send}
      least=${component.min_values} most=${component.max_values} disabled=${component.disabled}
      inert=${using.busy !== null} busy=${using.busy === component.custom_id} />`;
}
