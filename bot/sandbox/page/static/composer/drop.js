// Files dropped anywhere on the page, or pasted into it.
import { useEffect, useRef, useState } from "../html.js";
import { read } from "../store.js";

const carriesFiles = (event) => Boolean(event.dataTransfer?.types.includes("Files")) && read().modal === null;

// Whether files hang over the page; `take` gets those that are let go.
export function useDrop(take) {
  const [over, setOver] = useState(false);
  const taking = useRef(take);
  taking.current = take;
  useEffect(() => {
    const hang = (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const part = (event) => event.relatedTarget === null && setOver(false);
    const drop = (event) => {
      setOver(false);
      if (!carriesFiles(event)) return;
      event.preventDefault();
      taking.current([...event.dataTransfer.files]);
    };
    const paste = (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length === 0 || !isFree(document.activeElement)) return;
      event.preventDefault();
      taking.current(files);
    };
    const heard = { dragenter: hang, dragover: hang, dragleave: part, drop, paste };
    for (const [name, hearer] of Object.entries(heard)) document.addEventListener(name, hearer);
    return () => {
      for (const [name, hearer] of Object.entries(heard)) document.removeEventListener(name, hearer);
    };
  }, []);
  return over;
}

// What is pasted is for the composer where the keyboard stands in it, or nowhere.
const isFree = (element) => element === document.body || element.closest(".composer") !== null;
