// Dark, light, or as the system has it; `/page/theme.js` puts the choice on the page.
import { html, useState } from "../html.js";
import { Icon } from "../parts/icon.js";
import { recall, remember } from "./memory.js";

const THEMES = [
  { value: "dark", icon: "moon", label: "Dark" },
  { value: "light", icon: "sun", label: "Light" },
  { value: "system", icon: "screen", label: "As the system" },
];

export function Theme() {
  const [chosen, setChosen] = useState(recall("theme") ?? "system");
  const choose = (theme) => {
    remember("theme", theme);
    setChosen(theme);
    dispatchEvent(new CustomEvent("theme", { detail: theme }));
  };
  return html`
    <fieldset class="theme">
      <legend class="unseen">Theme</legend>
      ${THEMES.map(({ value, icon, label }) => html`
        <label key=${value} title=${label}>
          <input type="radio" name="theme" value=${value} checked=${value === chosen} onChange=${() => choose(value)} />
          <${Icon} name=${icon} /><span class="unseen">${label}</span>
        </label>`)}
    </fieldset>`;
}
