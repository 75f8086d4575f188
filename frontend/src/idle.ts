// A page that nobody touches closes by itself. With scripts a reader hears of it a minute before and may go on with one
// press; without them the page leaves on its own, which the server has written into it.

const WARN_MS = 60_000;

export function leaveWhenIdle(): void {
  const place = document.querySelector<HTMLElement>("[data-leave]");
  const button = place?.querySelector("button");
  if (!place || !button) return;
  const ends = Date.now() + Number(place.dataset.leave) * 1000;
  const look = (): void => {
    const left = ends - Date.now();
    // By the clock and not by counting: a computer that slept has not counted.
    if (left <= 0) window.location.replace(place.dataset.to ?? "/");
    else if (left <= WARN_MS) place.hidden = false;
  };
  setInterval(look, 1000);
  document.addEventListener("visibilitychange", look);
  button.addEventListener("click", () => window.location.reload());
}
