// The components of a message, old rows and version two.
import { html, useRef } from "../html.js";
import { Button } from "./buttons.js";
import { useKeptFocus } from "./keptfocus.js";
import { Container, File, MediaGallery, Row, Section, Separator, Text, Thumbnail } from "./layout.js";
import { Menu } from "./menus.js";
import { useControls } from "./using.js";

const DRAWINGS = {
  1: Row, 2: Button, 3: Menu, 5: Menu, 6: Menu, 7: Menu, 8: Menu, 9: Section, 10: Text, 11: Thumbnail,
  12: MediaGallery, 13: File, 14: Separator, 17: Container,
};

export function Components({ message }) {
  const root = useRef(null);
  const using = useControls(message);
  useKeptFocus(root);
  const draw = (each) => html`<${Part} key=${each.id} component=${each} using=${using} draw=${draw} />`;
  return html`
    <div class="components stack" ref=${root}>
      ${message.components.map(draw)}
      ${using.failure && html`<p class="failed" role="alert">${using.failure.text}</p>`}
    </div>`;
}

function Part(given) {
  const Drawing = DRAWINGS[given.component.type];
  if (Drawing) return html`<${Drawing} ...${given} />`;
  return html`<p class="unknown">A component of kind ${given.component.type}, which this page cannot draw.</p>`;
}
