// JSON in lines and colours, with a button that copies it.
import { html, useMemo } from "../html.js";
import { Copy } from "../parts/copy.js";

const TOKENS = /("(?:\\.|[^"\\])*")(\s*:)?|\b(?:true|false|null)\b|-?\d[\d.eE+-]*/g;

export function Json({ label, body }) {
  const text = useMemo(() => pretty(body), [body]);
  const drawn = useMemo(() => coloured(text), [text]);
  return html`
    <section class="json">
      <header><h4>${label}</h4><${Copy} text=${text} what=${label} /></header>
      <pre tabindex="0" role="region" aria-label=${label}>${drawn}</pre>
      ${body.cut && html`<p class="hint">Cut: it is ${body.length.toLocaleString()} characters long.</p>`}
    </section>`;
}

function pretty({ text, cut }) {
  return cut ? text : JSON.stringify(JSON.parse(text), null, 2);
}

function coloured(text) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(TOKENS)) {
    const [whole, string, colon] = found;
    parts.push(text.slice(end, found.index));
    const kind = colon ? "key" : string ? "string" : "plain";
    parts.push(html`<span class=${`json-${kind}`}>${whole}</span>`);
    end = found.index + whole.length;
  }
  return [...parts, text.slice(end)];
}
