// What a person takes out of the timeline, and where the keyboard goes on then.
import { dismiss, dismissMessage } from "../store.js";
import { nearest } from "./roving.js";

export const leaveMessage = (message) =>
  leave(document.getElementById(`message-${message.id}`), () => dismissMessage(message.channel_id, message.id));

export const leaveNotice = (element, place, id) => leave(element, () => dismiss(place, id));

// From the message beside what goes; where there is none, from the talk.
function leave(gone, go) {
  const beside = gone && (nearest(gone.nextElementSibling, "nextElementSibling")
    ?? nearest(gone.previousElementSibling, "previousElementSibling"));
  go();
  (beside ?? document.getElementById("talk")).focus();
}
