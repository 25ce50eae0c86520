// Where the keyboard stands in a command, and how the list there is.
import { useLayoutEffect, useRef, useState } from "../html.js";
import { entryOf, nextEmpty } from "./filling.js";

export const MORE = "";  // the field behind the pills, for further options

// The list of further options waits until it is asked for: by an arrow, by typing or by a press.
// `at` is the option whose field has the focus; `open` says whether its list may be shown, and `chosen` which of the
// list was gone to by arrows or pointer.
export function useStanding(leaf, command) {
  const [standing, setStanding] = useState({ at: null, open: true, chosen: null });
  const [wanted, setWanted] = useState(() => ({ name: nextEmpty(leaf, command) ?? MORE }));
  const fields = useRef({});
  const arriving = useRef(null);
  useLayoutEffect(() => fields.current[wanted.name]?.focus(), [wanted]);
  useLayoutEffect(() => fields.current[command.wrong?.name]?.focus(), [command.wrong]);
  const mark = (patch) => setStanding((now) => ({ ...now, ...patch }));
  return {
    ...standing,
    mark,
    field: (name) => (element) => { fields.current[name] = element; },
    go: (name, chosen = null) => {
      arriving.current = chosen;
      setWanted({ name });
    },
    arrive: (name) => {
      const open = name === MORE ? arriving.current !== null : entryOf(command, name).value === undefined;
      setStanding({ at: name, open, chosen: arriving.current });
      arriving.current = null;
    },
    leave: () => mark({ at: null }),
  };
}
