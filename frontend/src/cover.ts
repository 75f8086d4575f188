// F9 covers the screen at once: the record disappears before the covering page has come from the server.
// Without scripts the link in the bar does the same with one press more.

export function coverOnKey(): void {
  const link = document.querySelector<HTMLAnchorElement>("a[data-cover]");
  if (!link) return;
  const cover = (): void => {
    document.documentElement.classList.add("covered");
    // Replaced, so that Back does not lead to the record without asking the server.
    window.location.replace(link.href);
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "F9" && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      cover();
    }
  });
  // A page kept by the browser for Back may show a record after its end: fetch it again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
}
