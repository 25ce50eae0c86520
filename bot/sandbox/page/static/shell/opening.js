// Before there is a world to show: that it opens, or why it does not.
import { get, Refusal } from "../api.js";
import { html, useEffect, useState } from "../html.js";

export const Opening = () => html`<p class="opening" role="status">Opening the sandbox…</p>`;

export function Broken({ error }) {
  const [users, setUsers] = useState([]);
  const unknown = error instanceof Refusal && error.status === 400;
  useEffect(() => {
    if (unknown) get("/scene").then((scene) => setUsers(scene.users), () => setUsers([]));
  }, []);
  const asked = new URLSearchParams(location.search).get("as");
  return html`
    <main class="opening">
      <p class="mark"><strong>Sandbox</strong></p>
      <h1>${unknown ? `Nobody here is called “${asked}”.` : error.message}</h1>
      ${unknown
        ? html`<p>One can act as:</p>
          <ul>${users.map((each) => html`<li key=${each.id}><a href=${`/?${new URLSearchParams({ as: each.username })}`}>${each.username}</a></li>`)}</ul>`
        : html`<button type="button" class="main-button" onClick=${() => location.reload()}>Try again</button>`}
    </main>`;
}
