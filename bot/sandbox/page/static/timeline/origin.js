// The line above a message that says what it answers.
import { html } from "../html.js";
import { Avatar } from "../parts/avatar.js";
import { openMenu } from "../parts/menu.js";
import { colourOf, messageIn, nameOf, useStore } from "../store.js";
import { gist } from "./gist.js";
import { reach } from "./jump.js";
import { PlainLine } from "./markdown.js";

const CONTEXT_MENU = 23;

export function Answered({ message }) {
  const asked = message.interaction_metadata;
  const target = message.message_reference?.message_id ?? asked?.original_response_message_id ?? asked?.interacted_message_id;
  if (target !== undefined) return html`<${Reply} message=${message} target=${target} />`;
  return message.interaction ? html`<${Used} message=${message} asked=${message.interaction} />` : null;
}

function Used({ message, asked }) {
  const name = message.type === CONTEXT_MENU ? asked.name : `/${asked.name}`;
  return html`
    <p class="answered"><${Person} user=${asked.user} /> used <span class="mention">${name}</span></p>`;
}

// The message that was answered, in one line; by a click it is shown, however far up it stands.
function Reply({ message, target }) {
  const place = message.channel_id;
  const loaded = useStore(() => messageIn(place, target));
  const found = loaded ?? message.referenced_message;
  if (!found) return html`<p class="answered"><em>The message this answers is not here.</em></p>`;
  return html`
    <p class="answered">
      <span class="unseen">In answer to</span> <${Person} user=${found.author} />${" "}
      <button type="button" class="gist" onClick=${() => reach(place, target)}>
        <${PlainLine} text=${gist(found)} />
      </button>
    </p>`;
}

function Person({ user }) {
  const name = nameOf(user);
  const colour = colourOf(user.id);
  const open = (event) => openMenu(event, { user });
  return html`
    <${Avatar} user=${user} />
    <button type="button" class="name" aria-haspopup="menu" style=${colour ? { "--tint": colour } : undefined}
      onClick=${open} onContextMenu=${open}>${name}</button>`;
}
