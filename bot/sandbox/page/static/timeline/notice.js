// What only the page says, at its time among the messages.
import { html } from "../html.js";
import { leaveNotice } from "./leaving.js";

export function Notice({ notice, place }) {
  const { id, text, tone, about } = notice;
  return html`
    <div class=${`notice ${tone}`} role=${tone === "error" ? "alert" : "status"}>
      <span>${about?.name && html`<span class="about">${about.name}</span>`}${text}</span>
      <button type="button" onClick=${({ currentTarget }) => leaveNotice(currentTarget.parentElement, place, id)}>Dismiss</button>
    </div>`;
}
