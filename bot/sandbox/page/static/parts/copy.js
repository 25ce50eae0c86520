// A button that copies a text, and says that it has.
import { html, useEffect, useState } from "../html.js";

const SAID_FOR = 2000;

export function Copy({ text, what }) {
  const label = `Copy: ${what}`;
  const [said, say] = useState("");
  useEffect(() => {
    const timer = said && setTimeout(() => say(""), SAID_FOR);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = () => navigator.clipboard.writeText(text).then(() => say("Copied"), () => say("Not copied"));
  return html`
    <button type="button" class="copy small-button" aria-label=${said ? `${label}: ${said}` : label} onClick=${copy}>
      ${said || "Copy"}
    </button>
    <span class="unseen" role="status">${said}</span>`;
}
