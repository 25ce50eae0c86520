// The marks inside a line, read by markdown-it: its rules where Discord agrees, ours where not.
import MarkdownIt from "markdown-it";

const parser = new MarkdownIt("zero", { html: false, linkify: true });
parser.enable(["backticks", "emphasis", "strikethrough", "link", "autolink", "linkify"]);
parser.validateLink = (address) => /^https?:\/\/[^/]/i.test(address);
parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
for (const schema of ["ftp:", "mailto:", "//"]) parser.linkify.add(schema, null);

// The tokens of a text without blocks.
export const tokens = (text) => parser.parseInline(text, {})[0]?.children ?? [];

// A rule that takes what a pattern finds at its place; `make` writes the tokens.
function rule(name, before, pattern, make) {
  parser.inline.ruler.before(before, name, (state, silent) => {
    pattern.lastIndex = state.pos;
    const match = pattern.exec(state.src.slice(0, state.posMax));
    if (match === null) return false;
    if (!silent) make(state, match);
    state.pos += match[0].length;
    return true;
  });
}

function leaf(state, type, meta, content = "") {
  const token = state.push(type, "", 0);
  token.meta = meta;
  token.content = content;
  return token;
}

// Less the line breaks at its end.
function withoutEnd(code) {
  let end = code.length;
  while (code[end - 1] === "\n") end -= 1;
  return code.slice(0, end);
}

// markdown-it's own rule for words runs over | and stops for more than is needed.
parser.inline.ruler.at("text", (state, silent) => {
  const plain = /[^\\`*_~|<@[\]:]+/y;
  plain.lastIndex = state.pos;
  const found = plain.exec(state.src.slice(0, state.posMax))?.[0];
  if (!found) return false;
  if (!silent) state.pending += found;
  state.pos += found.length;
  return true;
});

rule("escape", "backticks", /\\([^\p{L}\p{N}\s])/uy, (state, [, mark]) => {
  state.push("text_special", "", 0).content = mark;
});
// No character below can be taken in two ways: a text that never closes what it opens is given up at once.
rule("code_block", "backticks", /```(?:([\w+#.-]+)\n)?\n*([^\n][^]*?)```\n?/y, (state, [, language, code]) => {
  state.pending = state.pending.replace(/\n$/, "");
  leaf(state, "code_block", { language }, withoutEnd(code));
});
// Marks inside of code close no spoiler, but where that leaves none to close it.
rule("spoiler", "emphasis", /\|\|(?:((?:`[^`]*`|\\[^]|[^\\`]|`(?![^`]*`))+?)|((?:\\[^]|[^\\])+?))\|\|/y, (state, [, ...found]) => {
  leaf(state, "spoiler").children = tokens(found.find(Boolean));
});
rule("user", "autolink", /<@!?(\d+)>/y, (state, [, id]) => leaf(state, "user", { id }));
rule("role", "autolink", /<@&(\d+)>/y, (state, [, id]) => leaf(state, "role", { id }));
rule("channel", "autolink", /<#(\d+)>/y, (state, [, id]) => leaf(state, "channel", { id }));
rule("command", "autolink", /<\/([^:<>\n]{1,100}):(\d+)>/y, (state, [, name]) => leaf(state, "command", { name }));
rule("emoji", "autolink", /<a?:(\w{2,32}):\d+>/y, (state, [, name]) => leaf(state, "emoji", { name }));
rule("time", "autolink", /<t:(-?\d{1,13})(?::([tTdDfFsSR]))?>/y, (state, [, at, style]) =>
  leaf(state, "time", { at: Number(at), style: style ?? "f" }));
rule("all", "autolink", /@(?:everyone|here)\b/y, (state, [text]) => leaf(state, "all", {}, text));

// When a run of * or _ may open and close. Discord cares for spaces, and for _ inside of words,
// but not for punctuation as CommonMark does; two of a kind open and close everywhere.
parser.inline.State = class extends parser.inline.State {
  scanDelims(start, insideWords) {
    const { length } = super.scanDelims(start, insideWords);
    const before = this.src[start - 1] ?? " ";
    const after = start + length < this.posMax ? this.src[start + length] : " ";
    const touches = (mark, other) =>
      length > 1 || (!/\s/.test(mark) && (insideWords || !/[\p{L}\p{N}]/u.test(other)));
    return { can_open: touches(after, before), can_close: touches(before, after), length };
  }
};
