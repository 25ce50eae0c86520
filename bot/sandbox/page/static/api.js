// What the page asks of the sandbox. Everything a person does goes through `act`.

export class Refusal extends Error {
  // The sandbox or the client's own rules said no, with a sentence for the person.
  constructor(status, name, message) {
    super(message);
    this.status = status;
    this.name = name;
  }
}

async function ask(method, path, body) {
  const sent = body === undefined ? {} : {
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  let answer;
  try {
    answer = await fetch(`/sandbox${path}`, { method, ...sent });
  } catch {
    throw new Refusal(0, "Unreachable", "The sandbox cannot be reached. Is it still running?");
  }
  const told = await answer.json().catch(() => null);
  if (!answer.ok) {
    throw new Refusal(answer.status, told?.error ?? "Error", told?.message ?? answer.statusText);
  }
  return told;
}

export const get = (path, query = {}) => {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  return ask("GET", `${path}?${new URLSearchParams(given)}`);
};
export const post = (path, body = {}) => ask("POST", path, body);
export const remove = (path) => ask("DELETE", path);

// `deed` is what the control API's /sandbox/act takes beside who and where: {do, ...}.
export const act = (user, channel, deed) => post("/act", { user, channel, ...deed });

// A file as an option's value or a message's file.
export async function encoded(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return { filename: file.name, base64: btoa(text) };
}
