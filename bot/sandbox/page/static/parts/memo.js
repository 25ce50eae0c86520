// A part that is drawn again only when one of its properties is another than before.
import { html } from "../html.js";

export function memo(Part) {
  return function Remembered(props) {
    this.shouldComponentUpdate = (next) => differs(this.props, next);
    return html`<${Part} ...${props} />`;
  };
}

const differs = (before, after) =>
  Object.keys({ ...before, ...after }).some((key) => !Object.is(before[key], after[key]));
