// Whether the bot is typing here: a line of its own, so that nothing moves when it comes and goes.
import { html, useEffect, useState } from "../html.js";
import { useStore } from "../store.js";

export function Typing() {
  const bot = useStore((state) => state.scene.bot.username);
  const until = useStore((state) => state.typing[state.place] ?? 0);
  const [, over] = useState(0);
  useEffect(() => {
    const timer = setTimeout(() => over((count) => count + 1), Math.max(0, until - Date.now()));
    return () => clearTimeout(timer);
  }, [until]);
  return html`
    <p class="typing" role="status">${until > Date.now() && html`
      <span class="typing-dots" aria-hidden="true"><i></i><i></i><i></i></span><strong>${bot}</strong> is typing…`}</p>`;
}
