// Keeps the failure of one part to be drawn from the rest of the page, and says it in its place.
import { html } from "../html.js";

// `what` is what cannot be drawn. It is tried again as soon as one of its properties is another.
export function bounded(Part, what) {
  return function Bounded(props) {
    this.componentDidCatch = (error) => this.setState({ error, of: this.props });
    const { error, of } = this.state ?? {};
    if (error && Object.keys(props).every((key) => Object.is(props[key], of[key]))) {
      return html`<p class="undrawn">${what} cannot be drawn: ${error.message}</p>`;
    }
    return html`<${Part} ...${props} />`;
  };
}
