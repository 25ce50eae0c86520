// What this browser remembers between visits. One that may not remember does so until the page is left.
const named = (key) => `sandbox.${key}`;
const kept = new Map();

export function recall(key) {
  try {
    return localStorage.getItem(named(key));
  } catch {
    return kept.get(key) ?? null;
  }
}

export function remember(key, value) {
  try {
    localStorage.setItem(named(key), value);
  } catch {
    kept.set(key, value);
  }
}
