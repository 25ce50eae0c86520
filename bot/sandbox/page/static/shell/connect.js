// The dialog that tells how a bot signs in.
import { html } from "../html.js";
import { Signing } from "../parts/signing.js";
import { Dialog } from "./dialog.js";

export const Connect = () => html`<${Dialog} name="connect" label="Sign a bot in"><${Signing} /></>`;
