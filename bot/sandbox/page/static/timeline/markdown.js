// Discord's markdown, drawn.
import { html, useMemo } from "../html.js";
import { blocks } from "./blocks.js";
import { tokens } from "./dialect.js";
import { linking } from "./links.js";
import { Spoiler } from "./media.js";
import { ChannelName, Everyone, RoleName, UserName } from "./mentions.js";
import { Time } from "./times.js";

// All of a text, or one line of it where `inline`.
export function Markdown({ text, inline = false }) {
  const drawn = useMemo(() => (inline ? line(text) : blocks(text ?? "").map(block)), [text, inline]);
  return inline ? html`<span class="markdown inline">${drawn}</span>` : html`<div class="markdown">${drawn}</div>`;
}

// One line to be read and nothing else, for what is inside of a button.
export const PlainLine = ({ text }) => html`<span class="markdown inline">${draw(tokens(text), { ...FULL, ...PLAIN })}</span>`;

const BLOCKS = {
  words: ({ text }) => {
    const found = tokens(text);
    return html`<${found.some(isBlock) ? "div" : "p"}>${draw(found)}<//>`;
  },
  // The page has headings of its own above these.
  heading: ({ level, text }) => html`<${`h${level + 2}`} class=${`heading-${level}`}>${line(text)}<//>`,
  subtext: ({ text }) => html`<p class="subtext">${line(text)}</p>`,
  quote: (given) => html`<blockquote>${given.blocks.map(block)}</blockquote>`,
  list: ({ ordered, start, items }) => html`
    <${ordered ? "ol" : "ul"} start=${start}>
      ${items.map((item) => html`<li>${line(item.text)}${item.lists.map(block)}</li>`)}
    <//>`,
};
const block = (given) => BLOCKS[given.kind](given);
const isBlock = (token) => token.type === "code_block" || (token.children ?? []).some(isBlock);

const line = (text) => draw(tokens(text ?? ""));

const PAIRS = {
  em: (_, inner) => html`<em>${inner}</em>`,
  strong: (token, inner) => (token.markup === "__" ? html`<u>${inner}</u>` : html`<strong>${inner}</strong>`),
  s: (_, inner) => html`<s>${inner}</s>`,
  link: (token, inner) => html`
    <a ...${Object.fromEntries(token.attrs)} ...${linking(token.attrGet("href"))}>${inner}</a>`,
};
const LEAVES = {
  code_inline: ({ content }) => html`<code>${content}</code>`,
  code_block: ({ content, meta }) => html`
    <figure class="code">
      ${meta.language && html`<figcaption>${meta.language}</figcaption>`}
      <pre><code>${content}</code></pre>
    </figure>`,
  spoiler: ({ children }) => html`<${Spoiler}>${draw(children)}<//>`,
  user: ({ meta }) => html`<${UserName} id=${meta.id} />`,
  role: ({ meta }) => html`<${RoleName} id=${meta.id} />`,
  channel: ({ meta }) => html`<${ChannelName} id=${meta.id} />`,
  command: ({ meta }) => html`<span class="mention">/${meta.name}</span>`,
  all: ({ content }) => html`<${Everyone} name=${content} />`,
  emoji: ({ meta }) => html`<span class="custom-emoji">:${meta.name}:</span>`,
  time: ({ meta }) => html`<${Time} ...${meta} />`,
};

// The same without anything that could be pressed.
const PLAIN = {
  link: (_, inner) => inner,
  code_block: LEAVES.code_inline,
  spoiler: () => html`<span class="mention">Spoiler</span>`,
  user: ({ meta }) => html`<${UserName} id=${meta.id} plain />`,
  channel: ({ meta }) => html`<${ChannelName} id=${meta.id} plain />`,
};
const FULL = { ...PAIRS, ...LEAVES };

// markdown-it's tokens as a tree: what stands between an opening and its close is inside.
function draw(given, drawings = FULL) {
  const open = [{ inner: [] }];
  for (const token of given) {
    if (token.nesting === 1) {
      open.push({ token, inner: [] });
    } else if (token.nesting === -1) {
      const { token: opening, inner } = open.pop();
      open.at(-1).inner.push(drawings[opening.type.replace("_open", "")](opening, inner));
    } else {
      open.at(-1).inner.push(drawings[token.type]?.(token) ?? token.content);
    }
  }
  return open[0].inner;
}
