// Where a member writes: words with files, or a command.
import { html, useMemo, useRef } from "../html.js";
import { change as changeStore, channel, may, maySpeak, nameOf, read, useStore } from "../store.js";
import { MOST, Tray, attached } from "./attachments.js";
import { CommandForm } from "./command.js";
import { recalled, useDraft } from "./drafts.js";
import { useDrop } from "./drop.js";
import { withFiles } from "./filling.js";
import { Cross, Plane, Plus } from "./icons.js";
import { leavesOf } from "./offers.js";
import { run, say } from "./sending.js";
import { Words } from "./words.js";
import { written } from "./written.js";

const ATTACH = 15;
const NONE = [];

export function Composer() {
  const place = useStore(() => channel());
  return html`
    <section class="composer" aria-label="Composer">
      ${maySpeak(place) ? html`<${Desk} place=${place} />` : html`
        <p class="composer-shut" role="status">You may not send messages in this channel.</p>`}
    </section>`;
}

// Said where it matters: while a command is written.
function Unconnected({ draft }) {
  const connected = useStore((state) => state.connected);
  const matters = draft.command !== null || draft.text.startsWith("/");
  const words = matters && !connected ? "No bot is connected: nobody will answer a command." : "";
  return html`<p class="composer-note" role="status">${words}</p>`;
}

// The line one writes in, with all that belongs to it.
function Desk({ place }) {
  const { key, draft, change } = useDraft();
  const offered = useStore((state) => state.offered[state.place]) ?? NONE;
  const answered = useStore((state) => (state.replyingTo?.channel_id === place.id ? state.replyingTo : null));
  const leaves = useMemo(() => leavesOf(offered), [offered]);
  const focused = useRef(null);
  const leaf = leaves.find((each) => each.name === draft.command?.name) ?? null;
  const take = (files) => change((now) => taken(now, files, leaf, focused.current));
  const over = useDrop(take);
  const send = () => (leaf ? run(leaf, draft, change) : say(draft, change, answered));
  const submit = (event) => {
    event.preventDefault();
    send();
  };
  return html`
    <form class="desk" onSubmit=${submit}>
      <${Unconnected} draft=${draft} />
      ${draft.refused && html`<p class="composer-refused" role="alert">${draft.refused}</p>`}
      ${leaf
        ? html`<${CommandDesk} key=${`${key}/${leaf.name}`} ...${{ leaf, draft, change, send, focused }} />`
        : html`<${WordsDesk} key=${key} ...${{ place, draft, change, leaves, answered, send, take }} />`}
      ${over && html`<p class="drop" aria-hidden="true">Let go to attach</p>`}
    </form>`;
}

function CommandDesk({ leaf, draft, change, send, focused }) {
  const put = (alter) => change((now) => (now.command ? { command: alter(now.command), refused: null } : {}));
  const leave = () => change({ command: null, text: written(draft.command), plain: true, refused: null });
  return html`
    <div class="line">
      <${CommandForm} ...${{ leaf, command: draft.command, put, send, leave, focused }} />
      <button type="button" class="leave" aria-label="Leave the command" onClick=${leave}><${Cross} /></button>
      <button type="submit" class="send" aria-label=${`Send /${leaf.name}`}><${Plane} /></button>
    </div>`;
}

function WordsDesk({ place, draft, change, leaves, answered, send, take }) {
  const bot = useStore((state) => state.scene.bot);
  const choose = (command) => change({ command, text: "", refused: null });
  const recall = () => {
    const last = recalled(read().me);
    if (last && leaves.some((each) => each.name === last.name)) choose(last);
  };
  const cancel = answered && (() => changeStore({ replyingTo: null }));
  const label = place.name ? `Message #${place.name}` : `Message @${nameOf(bot)}`;
  return html`
    ${answered && html`<${Answering} message=${answered} cancel=${cancel} />`}
    ${draft.files.length > 0 && html`<${Tray} files=${draft.files} put=${(files) => change({ files })} />`}
    <div class="line">
      ${may(ATTACH, place) && html`<${Clip} take=${take} />`}
      <${Words} ...${{ draft, change, leaves, bot: nameOf(bot), label, choose, recall, send, answered, cancel }} />
      <button type="submit" class="send" aria-label="Send message"><${Plane} /></button>
    </div>`;
}

function Answering({ message, cancel }) {
  return html`
    <p class="answering">
      <span>Answering <strong>${nameOf(message.author)}</strong></span>
      <button type="button" aria-label="Answer nobody" onClick=${cancel}><${Cross} /></button>
    </p>`;
}

function Clip({ take }) {
  const chooser = useRef(null);
  const choose = (event) => {
    const files = [...event.target.files];
    event.target.value = "";
    if (files.length) take(files);
  };
  return html`
    <input type="file" multiple class="unseen" tabindex="-1" aria-hidden="true" ref=${chooser} onChange=${choose} />
    <button type="button" class="clip" aria-label="Attach files" onClick=${() => chooser.current.click()}>
      <${Plus} /></button>`;
}

// The draft with further files: a command's options take them, or the message does.
function taken(draft, files, leaf, focused) {
  if (leaf) {
    const { command, refusal } = withFiles(leaf, draft.command, files, focused);
    return command ? { command, refused: null } : { refused: refusal };
  }
  if (!may(ATTACH)) return { refused: "You may not attach files in this channel." };
  if (draft.files.length + files.length > MOST) return { refused: `A message has at most ${MOST} files.` };
  return { files: [...draft.files, ...files.map(attached)], refused: null };
}
