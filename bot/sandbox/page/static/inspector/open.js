// The way into the inspector from elsewhere: what is known of one message or one interaction.
import { change } from "../store.js";

// `target` is {message_id} or {interaction_id}; none shows everything.
export function inspect(target = null) {
  change({ panel: "inspector", inspecting: target });
}
