// What a bot needs to sign in to this sandbox.
import { get, Refusal } from "../api.js";
import { html, useEffect, useState } from "../html.js";
import { Copy } from "./copy.js";

export function Signing() {
  const [found, setFound] = useState(null);
  const [trouble, setTrouble] = useState(null);
  useEffect(() => {
    get("/health").then(setFound, (error) => {
      if (!(error instanceof Refusal)) throw error;
      setTrouble(error.message);
    });
  }, []);
  return html`
    <div class="signing">
      ${trouble && html`<p role="alert">${trouble}</p>`}
      ${found && html`<${Ways} ...${found} />`}
    </div>`;
}

function Ways({ api_url: api, gateway_url: gateway, token }) {
  const settings = [["DISCORD_API_URL", api], ["DISCORD_GATEWAY_URL", gateway], ["DISCORD_TOKEN", token]];
  const lines = settings.map(([name, value]) => `${name}=${value} \\`).join("\n");
  const library = [
    `discord.http.Route.BASE = "${api}"`,
    `discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL("${gateway}")`,
  ].join("\n");
  return html`
    <p>It signs in as it would to Discord, with these. The token is good for this sandbox and nowhere else.</p>
    <dl class="settings">${settings.map(([name, value]) => html`
      <dt key=${name}>${name}</dt><dd><code>${value}</code><${Copy} what=${name} text=${value} /></dd>`)}</dl>
    <${Lines} title="This project's bot" text=${`${lines}\npython -m bot run --no-env-file`}>
      From a shell; its <code>.env</code>, which is for the real Discord, is left out:</>
    <${Lines} title="Any other discord.py bot" text=${library}>
      Two lines before it starts, and the token in place of its own:</>`;
}

const Lines = ({ title, text, children }) => html`
  <section><h3>${title}</h3><p>${children}</p>
    <pre tabindex="0" role="region" aria-label=${title}>${text}</pre>
    <${Copy} what=${`the lines for ${title.toLowerCase()}`} text=${text} />
  </section>`;
