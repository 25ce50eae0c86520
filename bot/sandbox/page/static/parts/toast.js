// A word on what was done where nothing else shows it, for a moment.
import { html, useEffect, useState } from "../html.js";

const SHOWN = 2500;
let show = () => {};

export const toast = (text) => show(text);

export function Toast() {
  const [said, setSaid] = useState({ text: "", count: 0 });
  useEffect(() => {
    show = (text) => setSaid(({ count }) => ({ text, count: count + 1 }));
    return () => { show = () => {}; };
  }, []);
  useEffect(() => {
    const timer = setTimeout(() => setSaid(({ count }) => ({ text: "", count })), SHOWN);
    return () => clearTimeout(timer);
  }, [said.count]);
  return html`<div class="toast" role="status">${said.text && html`<p key=${said.count}>${said.text}</p>`}</div>`;
}
