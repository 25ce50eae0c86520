// Where files are found, and for how long.

const LOOPBACK = ["127.0.0.1", "localhost", "[::1]"];

// The address to show a picture from, or null where it is none of the sandbox's own. The sandbox
// may be open under another of its names than it gives its files.
export function ownAddress(url) {
  if (/^(data:image\/|blob:)/.test(url)) return url;
  if (!URL.canParse(url, location.href)) return null;
  const { host, hostname, port, pathname, search } = new URL(url, location.href);
  const same = host === location.host || (LOOPBACK.includes(hostname) && port === location.port);
  return same ? `${pathname}${search}` : null;
}

// An address is good until the second that its `ex` names in hexadecimal.
const EXPIRY = /[?&]ex=([0-9a-f]+)/g;
export const holdsExpired = (text, now) =>
  [...text.matchAll(EXPIRY)].some(([, second]) => Number.parseInt(second, 16) < now);
