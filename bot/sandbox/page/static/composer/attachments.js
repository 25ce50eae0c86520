// The files of a message that is being written.
import { html, useRef } from "../html.js";
import { size } from "../parts/size.js";
import { Thumbnail } from "./pill.js";

export const MOST = 10;
let last = 0;
export const attached = (file) => ({ key: (last += 1), file, spoiler: false, description: "" });

// A file as `say` takes it; its name says that it is a spoiler.
export const named = ({ file, spoiler }) =>
  spoiler ? new File([file], `SPOILER_${file.name}`, { type: file.type }) : file;

export function Tray({ files, put }) {
  const box = useRef(null);
  const remove = (at) => {
    const field = box.current.closest("form").querySelector("textarea");
    const buttons = box.current.querySelectorAll("[data-remove]");
    put(files.filter((_, other) => other !== at));
    (buttons[at + 1] ?? buttons[at - 1] ?? field).focus();
  };
  const alter = (key, patch) => put(files.map((each) => (each.key === key ? { ...each, ...patch } : each)));
  return html`
    <ul class="tray" aria-label="Files to send" ref=${box}>
      ${files.map((each, at) => html`
        <${Card} key=${each.key} entry=${each} alter=${(patch) => alter(each.key, patch)}
          remove=${() => remove(at)} />`)}
    </ul>`;
}

function Card({ entry, alter, remove }) {
  const { file, spoiler, description } = entry;
  const isPicture = file.type.startsWith("image/");
  return html`
    <li class=${spoiler ? "card veiled" : "card"}>
      <div class="card-picture">
        ${isPicture
          ? html`<${Thumbnail} file=${file} />`
          : html`<span class="card-kind" aria-hidden="true">${ending(file.name)}</span>`}
        ${spoiler && html`<span class="card-veil">Spoiler</span>`}
      </div>
      <span class="card-name" title=${file.name}>${file.name}</span>
      <span class="card-size">${size(file.size)}</span>
      <input type="text" maxlength="1024" value=${description} placeholder="Alt text"
        aria-label=${`Alt text of ${file.name}`} onInput=${(event) => alter({ description: event.target.value })} />
      <div class="card-buttons">
        <button type="button" aria-pressed=${String(spoiler)} aria-label=${`Spoiler: ${file.name}`}
          onClick=${() => alter({ spoiler: !spoiler })}>Spoiler</button>
        <button type="button" data-remove aria-label=${`Remove ${file.name}`} onClick=${remove}>Remove</button>
      </div>
    </li>`;
}

const ending = (name) => (name.includes(".") ? name.split(".").at(-1).slice(0, 5).toUpperCase() : "FILE");
