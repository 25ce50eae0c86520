// The bot that the sandbox hosts, where it hosts one.
import { get, post, Refusal } from "../api.js";
import { useEffect, useState } from "../html.js";
import { hear } from "../live.js";
import { notice, read, useStore } from "../store.js";

// Its process as it was told last; none until that is known, and where a bot runs elsewhere.
export function useHosted() {
  const [state, setState] = useState(null);
  const streaming = useStore((each) => each.streaming);
  useEffect(() => {
    let told = false;
    if (streaming !== false) look().then((found) => told || setState(found));
    return hear("process", (state) => {
      told = true;
      setState(state);
    });
  }, [streaming]);
  return state?.hosted ? state : null;
}

async function look() {
  try {
    return await get("/process");
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return null;
  }
}

export async function start() {
  try {
    await post("/process", { do: "start" });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    notice(read().place, { text: error.message, tone: "error" });
  }
}
