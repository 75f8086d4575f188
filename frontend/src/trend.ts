// Zoom for the trend of one analyte. The server has drawn the graph and a table with every value and its source; this
// island reads that table, offers a button, and draws the same points so that a span of time can be pulled out.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

interface Point {
  at: number;
  value: number;
  colour: string;
  text: string;
  source: string;
}

function pointsOf(table: HTMLTableElement): Point[] {
  const style = getComputedStyle(document.documentElement);
  const points: Point[] = [];
  for (const row of table.querySelectorAll<HTMLTableRowElement>("tr[data-at]")) {
    const at = Number(row.dataset.at) / 1000;
    const value = Number(row.dataset.value);
    const link = row.querySelector<HTMLAnchorElement>("a");
    if (!Number.isFinite(at) || !Number.isFinite(value) || !link) continue;
    const cells = [...row.cells].map((cell) => cell.innerText.trim());
    const name = row.cells[3]?.querySelector(".mark")?.getAttribute("aria-label") ?? cells[3] ?? "";
    points.push({
      at,
      value,
      colour: style.getPropertyValue(`--i${row.dataset.colour ?? "6"}`).trim() || "#4d4d4d",
      text: `${cells[0] ?? ""}　${cells[1] ?? ""}　${name}`,
      source: link.href,
    });
  }
  return points.sort((a, b) => a.at - b.at);
}

function draw(place: HTMLElement, readout: HTMLElement, points: Point[]): uPlot {
  let near: Point | undefined;
  const plot = new uPlot(
    {
      width: Math.max(320, place.clientWidth),
      height: 320,
      cursor: { drag: { x: true, y: false } },
      legend: { show: false },
      series: [
        {},
        {
          stroke: "#767676",
          width: 1.5,
          points: {
            show: (u, _series, from, to) => {
              const { ctx } = u;
              ctx.save();
              for (let n = from; n <= to; n += 1) {
                const point = points[n];
                if (!point) continue;
                ctx.fillStyle = point.colour;
                ctx.beginPath();
                ctx.arc(u.valToPos(point.at, "x", true), u.valToPos(point.value, "y", true), 5 * devicePixelRatio, 0, 2 * Math.PI);
                ctx.fill();
              }
              ctx.restore();
              return false;
            },
          },
        },
      ],
      axes: [
        { values: (_u, ticks) => ticks.map((tick) => new Date((tick + 9 * 3600) * 1000).toISOString().slice(0, 10)), space: 90 },
        {},
      ],
      hooks: {
        setCursor: [
          (u) => {
            near = u.cursor.idx == null ? undefined : points[u.cursor.idx];
            readout.textContent = near?.text ?? "";
          },
        ],
      },
    },
    [points.map((point) => point.at), points.map((point) => point.value)],
    place,
  );
  let pressed = 0;
  plot.over.addEventListener("mousedown", (event) => (pressed = event.clientX));
  plot.over.addEventListener("click", (event) => {
    if (near && Math.abs(event.clientX - pressed) < 4) window.location.assign(near.source);
  });
  return plot;
}

export function zoomTrends(): void {
  for (const place of document.querySelectorAll<HTMLElement>("[data-trend]")) {
    const table = document.getElementById(place.dataset.trend ?? "");
    const drawn = place.querySelector("svg");
    if (!(table instanceof HTMLTableElement) || !drawn) continue;
    const points = pointsOf(table);
    if (points.length < 3) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = place.dataset.zoom ?? "＋";
    const readout = document.createElement("p");
    readout.className = "note";
    readout.setAttribute("role", "status");
    let plot: uPlot | undefined;
    button.addEventListener("click", () => {
      if (plot) {
        plot.destroy();
        plot = undefined;
        drawn.removeAttribute("hidden");
        readout.textContent = "";
        button.textContent = place.dataset.zoom ?? "＋";
      } else {
        drawn.setAttribute("hidden", "");
        plot = draw(place, readout, points);
        readout.textContent = place.dataset.hint ?? "";
        button.textContent = place.dataset.unzoom ?? "−";
      }
    });
    place.before(button);
    place.after(readout);
  }
}
