// One option of a command: its name, and the field in which its value stands.
import { html, useEffect, useMemo, useRef } from "../html.js";
import { hasList } from "./suggestions.js";
import { Type } from "./values.js";

const MODES = { [Type.INTEGER]: "numeric", [Type.NUMBER]: "decimal" };

// `list` is {id, activeId} while this option's list is shown; `on` are the field's events.
export function Pill({ id, option, entry, fault, list, field, on, onFile, onRemove }) {
  const about = `${id}-about`;
  const shared = {
    id, ref: field, "aria-describedby": about, "aria-invalid": fault ? "true" : null, ...on,
  };
  return html`
    <div class=${fault ? "pill bad" : "pill"}>
      <label class="pill-name" id=${`${id}-name`} for=${id}>${option.name}</label>
      ${option.type === Type.ATTACHMENT
        ? html`<${FileField} shared=${shared} entry=${entry} onFile=${onFile} />`
        : html`<${TextField} shared=${shared} option=${option} entry=${entry} list=${list} />`}
      ${!option.required && html`
        <button type="button" class="pill-remove" tabindex="-1" aria-label=${`Remove ${option.name}`}
          onClick=${onRemove}>×</button>`}
      <span class="unseen" id=${about}>${fault ? `${fault} ` : ""}${option.description}</span>
    </div>`;
}

function TextField({ shared, option, entry, list }) {
  const given = {
    ...shared, value: entry.text, "aria-required": option.required ? "true" : null, autocomplete: "off",
    autocapitalize: hasList(option) ? "none" : null, spellcheck: false, inputmode: MODES[option.type],
    enterkeyhint: "send",
  };
  const box = hasList(option)
    ? html`<input type="text" role="combobox" ...${given} aria-autocomplete="list" size="1"
        aria-expanded=${String(Boolean(list))} aria-controls=${list?.id}
        aria-activedescendant=${list?.activeId} />`
    : html`<textarea rows="1" cols="1" ...${given}></textarea>`;
  // What is written stands a second time, unseen, and so gives the field its size.
  return html`<span class="grow" data-text=${entry.text}>${box}</span>`;
}

function FileField({ shared, entry, onFile }) {
  const chooser = useRef(null);
  const take = (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (file) onFile(file);
  };
  return html`
    <span class="pill-file">
      <input type="file" class="unseen" tabindex="-1" aria-hidden="true" ref=${chooser} onChange=${take} />
      ${entry.file && html`<${Thumbnail} file=${entry.file} />`}
      <button type="button" ...${shared} aria-labelledby=${`${shared.id}-name ${shared.id}`}
        onClick=${() => chooser.current.click()}>${entry.file ? entry.file.name : "Choose a file"}</button>
    </span>`;
}

// The picture that a file holds, as long as it is shown; nothing for other files.
export function Thumbnail({ file }) {
  const url = useMemo(() => (file.type.startsWith("image/") ? URL.createObjectURL(file) : null), [file]);
  useEffect(() => () => url && URL.revokeObjectURL(url), [url]);
  return url && html`<img class="preview" src=${url} alt="" />`;
}
