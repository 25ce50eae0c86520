// What a message's controls are doing: which of them waits for the bot, and what went wrong.
import { Refusal } from "../api.js";
import { useRef, useState } from "../html.js";
import { perform } from "../live.js";
import { fail, forgive, useStore } from "../store.js";

// While one control waits, the others of its message are inert, as the bot may be changing them.
export function useControls(message) {
  const [sending, setSending] = useState(null);
  const sent = useRef(false);
  const waiting = useStore((state) => componentOf(state.pending, message.id));
  const failure = useStore((state) => state.failed[message.id] ?? null);
  const busy = sending ?? waiting;

  async function use(control, deed) {
    if (busy !== null || sent.current) return;
    sent.current = true;
    setSending(control.custom_id);
    forgive(message.id);
    const about = { message: message.id, component: control.custom_id };
    try {
      await perform({ ...deed, message: message.id, name: control.custom_id }, about);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      fail(about, error.message);
    } finally {
      sent.current = false;
      setSending(null);
    }
  }
  return { busy, failure, use, edited: message.edited_timestamp, message: message.id };
}

const componentOf = (pending, message) =>
  Object.values(pending).find((about) => about.component && about.message === message)?.component ?? null;
