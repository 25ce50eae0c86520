// Files to send with a modal: chosen, dropped or taken away again.
import { html, useState } from "../html.js";
import { boundsOf } from "./modal_values.js";

export function Files({ id, component, value, set, aria }) {
  const [over, setOver] = useState(false);
  const { most } = boundsOf(component);
  const add = (files) => set([...value, ...files]);
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    add(event.dataTransfer.files);
  };
  const choose = (event) => {
    add(event.target.files);
    event.target.value = "";
  };
  return html`
    <div class=${over ? "upload over" : "upload"} onDrop=${drop} onDragLeave=${() => setOver(false)}
      onDragOver=${(event) => { event.preventDefault(); setOver(true); }}>
      <input type="file" class="unseen" id=${id} multiple=${most > 1} onChange=${choose}
        aria-labelledby=${`${id}-label`} ...${aria} />
      <label class="upload-choose" for=${id} aria-hidden="true">
        <strong>${most > 1 ? "Choose files" : "Choose a file"}</strong> or drop ${most > 1 ? "them" : "it"} here
      </label>
      <ul class="upload-files" aria-live="polite">
        ${value.map((file, index) => html`
          <${File} key=${`${index} ${file.name}`} file=${file}
            remove=${() => set(value.filter((_, other) => other !== index))} />`)}
      </ul>
    </div>`;
}

const File = ({ file, remove }) => html`
  <li class="upload-file">
    <span class="upload-name">${file.name}</span><span class="upload-size">${sized(file.size)}</span>
    <button type="button" class="upload-remove" aria-label=${`Remove ${file.name}`} onClick=${remove}>×</button>
  </li>`;

function sized(bytes) {
  if (bytes < 1024) return `${bytes} bytes`;
  const kilobytes = bytes / 1024;
  return kilobytes < 1024 ? `${kilobytes.toFixed(1)} KiB` : `${(kilobytes / 1024).toFixed(1)} MiB`;
}
