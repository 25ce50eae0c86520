// A user's round mark: the first letter on a colour that is always the same for them.
import { html } from "../html.js";

const GOLDEN_ANGLE = 137.5;
// Users are numbered by time, so neighbours would look alike without a wide step.
const hueOf = (id) => (Number(BigInt(id) >> 22n) * GOLDEN_ANGLE) % 360;

// `online`, where given, adds a dot that says so.
export function Avatar({ user, online }) {
  const dot = online === undefined ? null : html`<span class=${online ? "dot online" : "dot"}></span>`;
  return html`
    <span class=${user.bot ? "avatar avatar-bot" : "avatar"} aria-hidden="true"
      style=${{ "--hue": hueOf(user.id).toFixed(0) }}>${[...(user.global_name ?? user.username)][0].toUpperCase()}${dot}</span>`;
}
