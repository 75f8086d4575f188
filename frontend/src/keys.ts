// Arrow keys in the calendar and in the bars: left and right to the neighbour in the row, up and down to the nearest
// one of another row. Every one of them stays a stop of the Tab key too, so that nothing changes for who does not know.

const LINKS = "a[href]";

function middle(link: Element): number {
  const box = link.getBoundingClientRect();
  return box.left + box.width / 2;
}

function next(table: Element, link: Element, key: string): Element | undefined {
  const row = link.closest("tr");
  const inRow = [...(row?.querySelectorAll(LINKS) ?? [])];
  const here = inRow.indexOf(link);
  if (key === "ArrowLeft") return inRow[here - 1];
  if (key === "ArrowRight") return inRow[here + 1];
  if (key === "Home") return inRow[0];
  if (key === "End") return inRow.at(-1);
  const rows = [...table.querySelectorAll("tbody tr")];
  const way = key === "ArrowUp" ? -1 : 1;
  for (let n = rows.indexOf(row as HTMLTableRowElement) + way; n >= 0 && n < rows.length; n += way) {
    const links = [...(rows[n]?.querySelectorAll(LINKS) ?? [])];
    const at = middle(link);
    links.sort((a, b) => Math.abs(middle(a) - at) - Math.abs(middle(b) - at));
    if (links[0]) return links[0];
  }
  return undefined;
}

export function moveWithKeys(): void {
  for (const table of document.querySelectorAll<HTMLElement>("table[data-keys]")) {
    table.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
      if (!["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"].includes(event.key)) return;
      const link = event.target instanceof Element ? event.target.closest(LINKS) : null;
      if (!link) return;
      event.preventDefault();
      const to = next(table, link, event.key);
      if (to instanceof HTMLElement || to instanceof SVGElement) to.focus();
    });
  }
}
