// The messages that were dismissed in this window, for as long as it is open: a reload brings none of them back.
const KEY = "sandbox.dismissed";
const MOST = 500;

export function recall() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? [];
  } catch {
    return [];
  }
}

// A browser may allow no storage; then they are gone until the page is left.
export function keep(id) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify([...recall(), id].slice(-MOST)));
  } catch {
    // Nothing else can be done.
  }
}
