// A message in one line.
import { LOADING } from "../flags.js";

const TEXT = 10;

export function gist(message) {
  if (message.flags & LOADING) return "is thinking…";
  const [embed] = message.embeds;
  const text = message.content || embed?.title || embed?.description || spoken(message.components)[0];
  return text ? text.replace(/\s+/g, " ").trim() : shown(message);
}

const spoken = (components = []) =>
  components.flatMap((each) => (each.type === TEXT ? [each.content] : spoken(each.components)));

function shown({ attachments, embeds }) {
  if (attachments.length === 1) return attachments[0].description ?? attachments[0].filename;
  if (attachments.length > 1) return `${attachments.length} files`;
  return embeds.length ? "an embed" : "a message";
}
