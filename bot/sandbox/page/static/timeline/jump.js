// To a message: into sight, under the keyboard, and marked for a moment.
import { Refusal } from "../api.js";
import { older } from "../live.js";
import { isLater, messageIn, read } from "../store.js";

// Those further up than what is there are fetched first.
export async function reach(place, id) {
  if (messageIn(place, id)) {
    jump(id);
    return;
  }
  await load(place, id);
  requestAnimationFrame(() => requestAnimationFrame(() => jump(id)));
}

async function load(place, id) {
  const oldest = () => read().messages[place]?.[0]?.id ?? "0";
  try {
    for (let before = null; before !== oldest() && isLater(oldest(), id) && !read().complete[place];) {
      before = oldest();
      await older(place);
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
}

function jump(id) {
  const found = document.getElementById(`message-${id}`);
  if (found === null) return;
  found.scrollIntoView({ block: "center" });
  found.focus({ preventScroll: true });
  found.classList.remove("found");
  requestAnimationFrame(() => found.classList.add("found"));
  found.addEventListener("animationend", () => found.classList.remove("found"), { once: true });
}
