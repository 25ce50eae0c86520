// Files to send with a modal: chosen, dropped or taken away again.
import { Thumbnail } from "../composer/pill.js";
import { html, useState } from "../html.js";
import { size } from "../parts/size.js";
import { boundsOf } from "./values.js";

export function Files({ id, component, value, set, aria }) {
  const [over, setOver] = useState(false);
  const { most } = boundsOf(component);
  const add = (files) => set([...value, ...files]);
  const hover = (event) => {
    event.preventDefault();
    setOver(event.type === "dragover");
  };
  const drop = (event) => {
    hover(event);
    add(event.dataTransfer.files);
  };
  const remove = (index) => {
    set(value.filter((_, other) => other !== index));
    document.getElementById(id).focus();
  };
  const choose = (event) => {
    add(event.target.files);
    event.target.value = "";
  };
  return html`
    <div class=${over ? "upload over" : "upload"} onDrop=${drop} onDragLeave=${hover} onDragOver=${hover}>
      <input type="file" class="unseen" id=${id} multiple=${most > 1} onChange=${choose}
        aria-labelledby=${`${id}-label`} ...${aria} />
      <label class="upload-choose" for=${id} aria-hidden="true">
        <strong>${most > 1 ? "Choose files" : "Choose a file"}</strong> or drop ${most > 1 ? "them" : "it"} here
      </label>
      <ul class="upload-files" aria-live="polite">
        ${value.map((file, index) => html`
          <${File} key=${`${index} ${file.name}`} file=${file} remove=${() => remove(index)} />`)}
      </ul>
    </div>`;
}

const File = ({ file, remove }) => html`
  <li class="upload-file">
    ${file.type.startsWith("image/") && html`<span class="upload-picture"><${Thumbnail} file=${file} /></span>`}
    <span class="upload-name">${file.name}</span><span class="upload-size">${size(file.size)}</span>
    <button type="button" class="upload-remove" aria-label=${`Remove ${file.name}`} onClick=${remove}>×</button>
  </li>`;
