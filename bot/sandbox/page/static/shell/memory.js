// What this browser remembers between visits. One that may not remember forgets, and says nothing.
const named = (key) => `sandbox.${key}`;

export function recall(key) {
  try {
    return localStorage.getItem(named(key));
  } catch {
    return null;
  }
}

export function remember(key, value) {
  try {
    localStorage.setItem(named(key), value);
  } catch {
    // The choice then lasts as long as the page.
  }
}
