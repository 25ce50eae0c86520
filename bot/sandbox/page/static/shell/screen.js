// How much room there is.
import { useEffect, useState } from "../html.js";

export const phone = matchMedia("(max-width: 700px)");
export const roomy = matchMedia("(min-width: 1100px)");

export function useNarrow() {
  const [narrow, setNarrow] = useState(phone.matches);
  useEffect(() => {
    const look = () => setNarrow(phone.matches);
    phone.addEventListener("change", look);
    return () => phone.removeEventListener("change", look);
  }, []);
  return narrow;
}
