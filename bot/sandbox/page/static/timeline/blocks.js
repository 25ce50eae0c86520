// The blocks of Discord's markdown: what a line may begin with. Everything else is words.

// The rest of a line, and of the lines that a code block in it takes.
const REST = "(?:```[^]+?```|[^\\n])*(?:\\n|$)";
const ITEM = ` *(?:[-*]|\\d+\\.) ${REST}`;
const sticky = (source) => new RegExp(source, "y");

const WORDS = sticky(REST);
const STARTS = [
  [sticky(`(#{1,3}) +(\\S${REST})`), ([, marks, text]) => ({ kind: "heading", level: marks.length, text: line(text) })],
  [sticky(`-# +(\\S${REST})`), ([, text]) => ({ kind: "subtext", text: line(text) })],
  [sticky(`(?:${ITEM})(?:${ITEM}| +\\S${REST})*`), ([text]) => lists(text)],
];
const QUOTES = [
  [sticky(">>> ([^]*)"), ([, text]) => quote(text)],
  [sticky("(?:> [^\\n]*(?:\\n|$))+"), ([text]) => quote(text.replace(/^> /gm, ""))],
];

// A text as a list of {kind: "words" | "heading" | "subtext" | "list" | "quote", …}.
export function blocks(text, quoted = false) {
  const found = [];
  const starts = quoted ? STARTS : [...QUOTES, ...STARTS];
  for (let at = 0; at < text.length;) {
    const [block, end] = begin(text, at, starts) ?? words(text, at);
    if (block.kind === "words" && found.at(-1)?.kind === "words") found.at(-1).text += block.text;
    else found.push(...[block].flat());
    at = end;
  }
  return found;
}

function begin(text, at, starts) {
  for (const [pattern, make] of starts) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) return [make(match), at + match[0].length];
  }
  return null;
}

function words(text, at) {
  WORDS.lastIndex = at;
  const [found] = WORDS.exec(text);
  return [{ kind: "words", text: found }, at + found.length];
}

const line = (text) => text.replace(/\n$/, "");
const quote = (text) => ({ kind: "quote", blocks: blocks(text, true) });

// Items by their indentation; a list of another kind at the same depth is a list of its own.
function lists(text) {
  const top = { indent: -1, lists: [] };
  const open = [top];
  for (const [, indent, mark, rest] of text.matchAll(new RegExp(`^( *)(?:([-*]|\\d+\\.) )?(${REST})`, "gm"))) {
    if (mark === undefined) {
      if (rest) open.at(-1).text += `\n${line(rest)}`;
      continue;
    }
    const item = { indent: indent.length, text: line(rest), lists: [] };
    while (item.indent <= open.at(-1).indent) open.pop();
    add(open.at(-1).lists, item, mark);
    open.push(item);
  }
  return top.lists;
}

function add(found, item, mark) {
  const ordered = mark.endsWith(".");
  if (found.at(-1)?.ordered !== ordered) {
    found.push({ kind: "list", ordered, start: ordered ? Number.parseInt(mark, 10) : null, items: [] });
  }
  found.at(-1).items.push(item);
}
