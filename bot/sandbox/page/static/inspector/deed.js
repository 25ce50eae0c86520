// Asking something of the sandbox from a panel, which says there what went wrong.
import { Refusal } from "../api.js";
import { html, useState } from "../html.js";

// `run(promise)` waits for it; `trouble` is the sentence of the last one that failed.
export function useDeed() {
  const [trouble, setTrouble] = useState("");
  const run = async (promise) => {
    try {
      const answer = await promise;
      setTrouble("");
      return answer;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      setTrouble(error.message);
      return undefined;
    }
  };
  return { run, trouble };
}

export const Trouble = ({ text }) => text && html`<p class="trouble" role="alert">${text}</p>`;
