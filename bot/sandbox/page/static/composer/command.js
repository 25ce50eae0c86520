// A chosen command, filled in by keyboard: one pill for each option, and a field for further ones.
import { html, useState } from "../html.js";
import { optionId } from "../parts/listbox.js";
import { closest } from "./closest.js";
import { deedsOf } from "./deeds.js";
import * as filling from "./filling.js";
import { Panel } from "./panel.js";
import { Pill } from "./pill.js";
import { MORE, useStanding } from "./standing.js";
import { useSuggestions } from "./suggestions.js";

const LIST = "composer-list";
const idOf = (name) => `option-${name}`;

// `put` takes what makes the command as it is to be of the one there is; `focused` is where the option that has the
// focus is noted, for files that are dropped.
export function CommandForm({ leaf, command, put, send, leave, focused }) {
  const standing = useStanding(leaf, command);
  const [sought, seek] = useState("");
  const suggestions = useOffers(leaf, command, standing, sought);
  const active = activeIn(suggestions.offers, standing, filling.entryOf(command, standing.at), sought);
  const form = { leaf, command, put, standing, suggestions, active, sought, seek, send, leave };
  const deeds = deedsOf(form);
  const activeId = active in suggestions.offers ? optionId(LIST, active) : null;
  const list = suggestions.state === "none" ? null : { id: LIST, activeId };
  const on = (name) => eventsOf(form, deeds, focused, name);
  return html`
    <${Above} form=${form} deeds=${deeds} />
    <div class="command" role="group" aria-label=${`/${leaf.name}`} onMouseDown=${(event) => beside(event, standing)}>
      <span class="command-name">/${leaf.name}</span>
      ${command.shown.map((name) => html`
        <${Pill} key=${name} id=${idOf(name)} option=${filling.optionOf(leaf, name)}
          entry=${filling.entryOf(command, name)} fault=${command.faults[name]} field=${standing.field(name)}
          list=${name === standing.at ? list : null} on=${on(name)} onRemove=${() => deeds.remove(name)}
          onFile=${(file) => put((now) => filling.withFile(now, name, file))} />`)}
      <${More} left=${filling.unshown(leaf, command).length} text=${sought} field=${standing.field(MORE)}
        list=${standing.at === MORE ? list : null} on=${on(MORE)} />
    </div>`;
}

// A press beside the fields goes to the last of them.
function beside(event, standing) {
  if (event.target !== event.currentTarget) return;
  event.preventDefault();
  standing.go(MORE);
}

function eventsOf({ leaf, put, standing }, deeds, focused, name) {
  return {
    onFocus: () => {
      focused.current = name;
      standing.arrive(name);
    },
    onBlur: () => {
      focused.current = null;
      standing.leave();
      put((now) => filling.withFaultOf(leaf, now, name));
    },
    onClick: () => standing.mark({ open: true }),
    onKeyDown: deeds.press,
    onInput: (event) => (name === MORE ? deeds.seek(event.target.value) : deeds.write(name, event.target.value)),
  };
}

// What can be chosen where the keyboard stands: values of an option, or further options.
function useOffers(leaf, command, { at, open }, sought) {
  const option = filling.optionOf(leaf, at);
  const entry = filling.entryOf(command, at);
  const values = useSuggestions({ leaf, option, entry, others: filling.others(leaf, command, at), open });
  if (at !== MORE) return values;
  const further = filling.unshown(leaf, command);
  const offers = closest(further, sought, (each) => [each.name]).map(asOffer);
  return { state: open && further.length ? "ready" : "none", offers };
}

const asOffer = ({ name, description }) => ({ key: name, text: name, description });

// The value that stands there already, or the first one; further options wait until one goes to them.
function activeIn(offers, { at, chosen }, entry, sought) {
  if (chosen !== null) return Math.min(chosen, offers.length - 1);
  if (at === MORE && !sought) return -1;
  const same = (each) => JSON.stringify(each.value) === JSON.stringify(entry.value);
  return entry.value === undefined ? 0 : Math.max(0, offers.findIndex(same));
}

function Above({ form, deeds }) {
  const { leaf, command, standing, suggestions, active } = form;
  const option = filling.optionOf(leaf, standing.at);
  const fault = command.faults[standing.at];
  const help = option && html`
    <strong>${option.name}</strong> <span>${option.description}</span>
    ${fault && html`<span class="panel-fault">${fault}</span>`}`;
  return html`
    <${Panel} id=${LIST} label=${option ? `Values for ${option.name}` : "More options"} help=${help}
      suggestions=${suggestions} active=${active} onPick=${deeds.pick}
      onActive=${(chosen) => standing.mark({ chosen })} />`;
}

function More({ left, text, list, field, on }) {
  return html`
    <span class="grow more" data-text=${text || (left ? `+${left} more` : "")}>
      <input type="text" role="combobox" size="1" autocomplete="off" spellcheck=${false} enterkeyhint="send"
        aria-label=${left ? `${left} more option${left === 1 ? "" : "s"}` : "End of the command"}
        placeholder=${left ? `+${left} more` : ""} value=${text} ref=${field}
        aria-autocomplete="list" aria-expanded=${String(Boolean(list))} aria-controls=${list?.id}
        aria-activedescendant=${list?.activeId} ...${on} />
    </span>`;
}
