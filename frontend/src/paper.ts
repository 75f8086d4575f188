// A button that opens the browser's print window; without scripts the browser's own menu does the same.
export function printOnPress(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}
