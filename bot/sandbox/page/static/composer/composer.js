// Where a member writes: words, or a command.
import { html, useState } from "../html.js";
import { perform } from "../live.js";
import { notice, read } from "../store.js";

export function Composer() {
  const [text, setText] = useState("");
  const send = async (event) => {
    event.preventDefault();
    const content = text.trim();
    if (!content) return;
    setText("");
    try {
      await perform({ do: "say", content });
    } catch (error) {
      notice(read().place, { text: error.message, tone: "error" });
    }
  };
  return html`
    <form class="composer" onSubmit=${send}>
      <input aria-label="Message" value=${text} onInput=${(event) => setText(event.target.value)} />
    </form>`;
}
