// To a message that is there: into sight, under the keyboard, and marked for a moment.
export function jump(id) {
  const found = document.getElementById(`message-${id}`);
  if (found === null) return;
  found.scrollIntoView({ block: "center" });
  found.focus({ preventScroll: true });
  found.classList.remove("found");
  requestAnimationFrame(() => found.classList.add("found"));
  found.addEventListener("animationend", () => found.classList.remove("found"), { once: true });
}
