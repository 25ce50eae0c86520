// The messages of the place, the oldest above.
import { html } from "../html.js";
import { dismiss, useStore } from "../store.js";
import { Message } from "./message.js";

const NONE = [];

export function Timeline() {
  const place = useStore((state) => state.place);
  const messages = useStore((state) => state.messages[state.place]) ?? NONE;
  const notices = useStore((state) => state.notices[state.place]) ?? NONE;
  return html`
    <div class="timeline">
      <ol class="messages" role="log" aria-label="Messages">
        ${messages.map((each) => html`<${Message} key=${each.id} message=${each} />`)}
        ${notices.map((each) => html`
          <li key=${each.id} class="notice" role="status">${each.text}
            <button type="button" onClick=${() => dismiss(place, each.id)}>Dismiss</button></li>`)}
      </ol>
    </div>`;
}
