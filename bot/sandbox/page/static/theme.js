// The chosen theme, before anything is drawn: this file alone is no module, so that the browser waits for it.
(() => {
  const light = matchMedia("(prefers-color-scheme: light)");
  const chosen = () => {
    try {
      return localStorage.getItem("sandbox.theme");
    } catch {
      return null;
    }
  };
  const apply = (event) => {
    const theme = event?.type === "theme" ? event.detail : chosen();
    const asked = theme === "light" || theme === "dark" ? theme : light.matches ? "light" : "dark";
    document.documentElement.dataset.theme = asked;
  };
  light.addEventListener("change", apply);
  addEventListener("storage", apply);
  addEventListener("theme", apply);
  apply();
})();
