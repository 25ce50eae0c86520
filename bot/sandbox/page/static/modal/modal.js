// The form that a bot opened: what it asks, what stands in it, and sending that.
import { Refusal } from "../api.js";
import { Dots } from "../components/buttons.js";
import { html, useRef, useState } from "../html.js";
import { perform } from "../live.js";
import { composes } from "../parts/composes.js";
import { useOpened } from "../parts/opened.js";
import { change, read, useStore } from "../store.js";
import { Discard } from "./discard.js";
import { Entry } from "./entries.js";
import { faultsOf, initialOf, inputsOf, toldOf } from "./values.js";

const UNANSWERED = "The bot did not answer in time.";
// Closes the form of this interaction; another may have been opened since.
const closing = (opener) => () => read().modal?.interaction_id === opener && change({ modal: null });
const stop = (event) => event.preventDefault();

export function Modal({ interaction_id: opener, modal }) {
  const box = useRef(null);
  const close = closing(opener);
  const filling = useFilling(modal);
  const sending = useSending(opener, modal, filling.values);
  const [leaving, setLeaving] = useState(false);
  useOpened(box, () => fieldIn(box.current, "")?.focus());
  const leave = () => (filling.touched ? setLeaving(true) : close());
  const submit = (event) => {
    event.preventDefault();
    const wrong = filling.check();
    if (wrong) fieldIn(box.current, wrong)?.focus();
    else sending.send();
  };
  return html`
    <dialog class="modal" ref=${box} aria-labelledby="modal-title" aria-describedby="modal-from"
      onClose=${close} onCancel=${stop} onKeyDown=${(event) => onKeyDown(event, leave)}
      onMouseDown=${(event) => event.target === box.current && leave()}>
      <form class="modal-form" noValidate onSubmit=${submit} aria-busy=${sending.busy ? "true" : null}>
        <${Head} title=${modal.title} leave=${leave} />
        <div class="modal-body">
          ${modal.components.map((each) => html`<${Entry} key=${each.id} entry=${each} filling=${filling} />`)}
        </div>
        <${Foot} sending=${sending} leave=${leave} />
      </form>
      ${leaving && html`<${Discard} stay=${() => setLeaving(false)} discard=${close} />`}
    </dialog>`;
}

function Head({ title, leave }) {
  const bot = useStore((state) => state.scene.bot);
  return html`
    <header class="modal-head">
      <h2 id="modal-title">${title}</h2>
      <p id="modal-from">What you enter goes to <strong>${bot.username}</strong>. Give no bot a password.</p>
      <button type="button" class="modal-close" aria-label="Close" onClick=${leave}>×</button>
    </header>`;
}

const Foot = ({ sending, leave }) => html`
  <footer class="modal-foot">
    <p class="modal-failure" role="alert">${sending.failure}</p>
    <button type="button" class="button secondary" onClick=${leave}>Cancel</button>
    <button type="submit" class="button primary" aria-disabled=${sending.busy ? "true" : null}
      aria-busy=${sending.busy ? "true" : null}>
      <span class="button-face">Submit</span>${sending.busy && html`<${Dots} />`}
    </button>
  </footer>`;

// What stands in the inputs, by custom id, and what is wrong with it since it was last to be sent.
function useFilling(modal) {
  const [begun] = useState(() => initialOf(modal));
  const [values, setValues] = useState(begun);
  const [faults, setFaults] = useState({});
  return {
    values, faults,
    touched: Object.keys(begun).some((name) => String(values[name]) !== String(begun[name])),
    set: (name, value) => {
      setValues((before) => ({ ...before, [name]: value }));
      setFaults(({ [name]: mended, ...others }) => others);
    },
    // The first input that cannot be sent as it is.
    check: () => {
      const found = faultsOf(modal, values);
      setFaults(found);
      return inputsOf(modal).map(({ component }) => component.custom_id).find((name) => name in found);
    },
  };
}

// A form that could not be sent, or that was not answered, stays as it is and may be sent again.
function useSending(opener, modal, values) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState(null);
  const failed = (why) => {
    setBusy(false);
    setFailure(`${why} Nothing you entered is lost: try again.`);
  };
  async function send() {
    if (busy) return;
    setBusy(true);
    setFailure(null);
    const about = { modal: opener, answered: closing(opener), overdue: () => failed(UNANSWERED) };
    try {
      await perform({ do: "submit", interaction_id: opener, values: await toldOf(modal, values) }, about);
    } catch (error) {
      failed(error.message);
      if (!(error instanceof Refusal || error instanceof DOMException)) throw error;
    }
  }
  return { busy, failure, send };
}

// A list that is open inside keeps the keys to itself, and its filter sends no form.
function onKeyDown(event, leave) {
  if (event.defaultPrevented || composes(event)) return;
  if (event.key === "Enter" && event.target.closest(".popup")) event.preventDefault();
  if (event.key !== "Escape") return;
  event.preventDefault();
  leave();
}

// Where the keyboard goes in an input of this name, or in the first.
function fieldIn(box, name) {
  const field = box.querySelector(name ? `[data-field="${CSS.escape(name)}"]` : "[data-field]");
  return field?.querySelector("input:not(:disabled), textarea, [role=combobox]");
}
