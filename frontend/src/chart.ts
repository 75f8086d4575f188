// Time under the reader's hand: zooms and moves the graphs that the server has drawn, all of a chart together, and shows
// what a point is. Nothing is drawn anew but the labels of the time axis: points, lines and ranges keep what they are,
// where they lead and what they say, and without this island everything is there already.
import { Tip } from "./tip";

const LEFT = 52;
const RIGHT = 746;
const PAD = 14;
const LETTER_ROOM = 20;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SVG = "http://www.w3.org/2000/svg";

interface Point {
  at: number;
  y: number;
  line: number;
  link: SVGAElement;
  letter: SVGTextElement | null;
  told: string;
}

interface Panel {
  svg: SVGSVGElement;
  points: Point[];
  lines: SVGPolylineElement[];
  bands: { rect: SVGRectElement; from: number; to: number }[];
  across: SVGGElement;
  cross: SVGLineElement;
}

const number = (text: string | undefined, or: number): number => {
  const value = Number(text);
  return text === undefined || !Number.isFinite(value) ? or : value;
};

function panelOf(svg: SVGSVGElement): Panel | undefined {
  const across = svg.querySelector<SVGGElement>("g.across");
  if (!across) return undefined;
  const cross = document.createElementNS(SVG, "line");
  cross.setAttribute("class", "cross");
  cross.setAttribute("y1", "8");
  cross.setAttribute("y2", "212");
  cross.setAttribute("visibility", "hidden");
  across.before(cross);
  const points = [...svg.querySelectorAll<SVGAElement>("a[data-at]")].map((link): Point => {
    const y = Number(/translate\([-\d.]+ ([-\d.]+)\)/.exec(link.getAttribute("transform") ?? "")?.[1] ?? 0);
    const title = link.querySelector("title");
    const told = title?.textContent ?? "";
    // The browser's own hint would lie over ours.
    title?.remove();
    return { at: Number(link.dataset.at), y, line: Number(link.dataset.line), link, letter: link.querySelector("text"), told };
  });
  return {
    svg,
    points,
    lines: [...svg.querySelectorAll<SVGPolylineElement>("polyline")],
    bands: [...svg.querySelectorAll<SVGRectElement>("rect.band")].map((rect) => ({
      rect,
      from: number(rect.dataset.from, Number.NEGATIVE_INFINITY),
      to: number(rect.dataset.to, Number.POSITIVE_INFINITY),
    })),
    across,
    cross,
  };
}

/** Days, months or years between which labels stand, at most eight of them. */
function ticks(from: number, to: number): { at: number; label: string }[] {
  const found: { at: number; label: string }[] = [];
  const text = (at: number): string => new Date(at).toISOString();
  const days = (to - from) / DAY;
  if (days <= 2) {
    const step = Math.max(1, Math.ceil((to - from) / HOUR / 6)) * HOUR;
    for (let at = Math.ceil(from / step) * step; at < to; at += step) found.push({ at, label: text(at).slice(5, 16).replace("T", " ") });
  } else if (days <= 70) {
    const step = Math.ceil(days / 7) * DAY;
    for (let at = Math.ceil(from / DAY) * DAY; at < to; at += step) found.push({ at, label: text(at).slice(0, 10) });
  } else {
    const step = Math.ceil(days / 30.44 / 8);
    const first = new Date(from);
    for (let month = first.getUTCFullYear() * 12 + first.getUTCMonth() + 1; ; month += step) {
      const at = Date.UTC(Math.floor(month / 12), month % 12, 1);
      if (at >= to) break;
      found.push({ at, label: text(at).slice(0, 7) });
    }
  }
  return found;
}

class TimeChart {
  private readonly panels: Panel[];
  private readonly first: number;
  private readonly last: number;
  private from: number;
  private to: number;
  private active: Point | undefined;
  private readonly tip: Tip;

  constructor(private readonly place: HTMLElement) {
    this.panels = [...place.querySelectorAll<SVGSVGElement>("svg.trend")].map(panelOf).filter((panel) => panel !== undefined);
    const { first, last, from, to } = place.dataset;
    this.first = Number(first);
    this.last = Number(last);
    this.from = Number(from);
    this.to = Number(to);
    this.tip = new Tip(place, place.dataset.open ?? "");
    if (this.panels.length === 0) return;
    this.bar();
    for (const panel of this.panels) this.listen(panel);
    place.addEventListener("keydown", (event) => this.key(event));
    place.addEventListener("pointerleave", () => this.forget());
    this.draw();
  }

  private x(at: number): number {
    return LEFT + PAD + ((at - this.from) / (this.to - this.from)) * (RIGHT - LEFT - 2 * PAD);
  }
  private time(x: number): number {
    return this.from + ((x - LEFT - PAD) / (RIGHT - LEFT - 2 * PAD)) * (this.to - this.from);
  }

  /** Shows `from` to `to`, never less than six hours and never more than there is. */
  private show(from: number, to: number): void {
    const whole = Math.max(this.last, this.to) - this.first;
    const length = Math.min(Math.max(to - from, HOUR * 6), Math.max(whole, DAY));
    const middle = (from + to) / 2;
    let begin = middle - length / 2;
    begin = Math.max(this.first, Math.min(begin, this.last - length));
    this.from = begin;
    this.to = begin + length;
    this.draw();
  }
  private zoom(factor: number, around = (this.from + this.to) / 2): void {
    this.show(around - (around - this.from) * factor, around + (this.to - around) * factor);
  }
  private move(part: number): void {
    const step = (this.to - this.from) * part;
    this.show(this.from + step, this.to + step);
  }

  private draw(): void {
    const labels = ticks(this.from, this.to);
    for (const panel of this.panels) {
      let letterAt = Number.NEGATIVE_INFINITY;
      for (const point of panel.points) {
        const x = this.x(point.at);
        const inside = point.at >= this.from && point.at <= this.to;
        point.link.setAttribute("transform", `translate(${x.toFixed(1)} ${point.y})`);
        if (inside) point.link.removeAttribute("visibility");
        else point.link.setAttribute("visibility", "hidden");
        if (!point.letter) continue;
        const room = inside && x - letterAt >= LETTER_ROOM;
        if (room) letterAt = x;
        if (room) point.letter.removeAttribute("visibility");
        else point.letter.setAttribute("visibility", "hidden");
      }
      panel.lines.forEach((line, n) => {
        const points = panel.points.filter((point) => point.line === n);
        line.setAttribute("points", points.map((point) => `${this.x(point.at).toFixed(1)},${point.y}`).join(" "));
      });
      for (const band of panel.bands) {
        const edge = (at: number): number => Math.max(LEFT, Math.min(RIGHT, Number.isFinite(at) ? this.x(at) : at < 0 ? LEFT : RIGHT));
        band.rect.setAttribute("x", edge(band.from).toFixed(1));
        band.rect.setAttribute("width", Math.max(0, edge(band.to) - edge(band.from)).toFixed(1));
      }
      panel.across.replaceChildren(
        ...labels.map(({ at, label }) => {
          const text = document.createElementNS(SVG, "text");
          text.setAttribute("x", this.x(at).toFixed(1));
          text.setAttribute("y", "230");
          text.setAttribute("text-anchor", "middle");
          text.textContent = label;
          return text;
        }),
      );
      this.rove(panel);
    }
    for (const link of this.place.querySelectorAll<HTMLAnchorElement>("nav.ranges a[data-from]")) {
      const on = Math.abs(Number(link.dataset.from) - this.from) < HOUR && Math.abs(Number(link.dataset.to) - this.to) < HOUR;
      if (on) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    if (this.active && !this.visible(this.active)) this.forget();
    else this.mark();
  }

  private visible(point: Point): boolean {
    return point.at >= this.from && point.at <= this.to;
  }
  /** One stop of the Tab key for each graph: its newest visible point, or the one that was last looked at. */
  private rove(panel: Panel): void {
    const visible = panel.points.filter((point) => this.visible(point));
    const chosen = visible.find((point) => point === this.active) ?? visible.at(-1);
    for (const point of panel.points) point.link.setAttribute("tabindex", point === chosen ? "0" : "-1");
  }

  private bar(): void {
    const nav = this.place.querySelector<HTMLElement>("nav.ranges");
    if (!nav) return;
    for (const link of nav.querySelectorAll<HTMLAnchorElement>("a[data-from]")) {
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        this.show(Number(link.dataset.from), Number(link.dataset.to));
      });
    }
    for (const step of nav.querySelectorAll("a.step")) step.remove();
    const tools = document.createElement("span");
    tools.className = "tools";
    const { in: closer, out, back, on } = this.place.dataset;
    const acts: [string, string, () => void][] = [
      ["+", closer ?? "", () => this.zoom(0.5)],
      ["−", out ?? "", () => this.zoom(2)],
      ["←", back ?? "", () => this.move(-0.5)],
      ["→", on ?? "", () => this.move(0.5)],
    ];
    for (const [sign, label, act] of acts) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button tool";
      const shape = document.createElement("b");
      shape.setAttribute("aria-hidden", "true");
      shape.textContent = sign;
      button.append(shape, ` ${label}`);
      button.addEventListener("click", act);
      tools.append(button);
    }
    nav.after(tools);
    const hint = document.createElement("p");
    hint.className = "note";
    hint.textContent = this.place.dataset.hint ?? "";
    this.place.append(hint);
  }

  private userX(panel: Panel, clientX: number): number {
    const box = panel.svg.getBoundingClientRect();
    return ((clientX - box.left) / box.width) * 760;
  }
  private nearest(panel: Panel, clientX: number, clientY: number): Point | undefined {
    const box = panel.svg.getBoundingClientRect();
    const x = this.userX(panel, clientX);
    const y = ((clientY - box.top) / box.height) * 240;
    let best: Point | undefined;
    let distance = 26;
    for (const point of panel.points) {
      if (!this.visible(point)) continue;
      const here = Math.hypot(this.x(point.at) - x, (point.y - y) * 0.5);
      if (here < distance) [best, distance] = [point, here];
    }
    return best;
  }

  private look(point: Point): void {
    this.active = point;
    this.tip.show(point.told, point.link.href.baseVal, point.link.getAttribute("lang") ?? "", point.link);
    this.mark();
  }
  private forget(): void {
    this.active = undefined;
    this.tip.hide();
    this.mark();
  }
  /** The same moment in every graph. */
  private mark(): void {
    for (const { cross } of this.panels) {
      if (!this.active) {
        cross.setAttribute("visibility", "hidden");
        continue;
      }
      const x = this.x(this.active.at).toFixed(1);
      cross.setAttribute("x1", x);
      cross.setAttribute("x2", x);
      cross.removeAttribute("visibility");
    }
  }

  private listen(panel: Panel): void {
    const { svg } = panel;
    for (const point of panel.points) {
      point.link.addEventListener("focus", () => {
        this.look(point);
        this.rove(panel);
      });
      point.link.addEventListener("blur", () => {
        if (this.active === point) this.forget();
      });
    }
    // Two fingers zoom; one finger or the mouse marks a span, or moves when it is a finger.
    const fingers = new Map<number, number>();
    let start: { x: number; from: number; to: number; gap: number } | undefined;
    let touched: Point | undefined;
    let known = false;
    let span: SVGRectElement | undefined;
    let dragged = false;
    svg.addEventListener("pointerdown", (event) => {
      fingers.set(event.pointerId, event.clientX);
      dragged = false;
      touched = undefined;
      if (event.button !== 0) return;
      const xs = [...fingers.values()];
      start = { x: this.userX(panel, event.clientX), from: this.from, to: this.to, gap: xs.length === 2 ? Math.abs((xs[0] ?? 0) - (xs[1] ?? 0)) : 0 };
      if (event.pointerType === "touch") touched = this.nearest(panel, event.clientX, event.clientY);
      // Asked before the browser gives the point its focus.
      known = touched !== undefined && touched === this.active;
    });
    svg.addEventListener("pointermove", (event) => {
      if (!fingers.has(event.pointerId) || !start) {
        const near = this.nearest(panel, event.clientX, event.clientY);
        if (near && near !== this.active) this.look(near);
        return;
      }
      fingers.set(event.pointerId, event.clientX);
      const x = this.userX(panel, event.clientX);
      if (Math.abs(x - start.x) > 6) dragged = true;
      const [a, b] = [...fingers.values()];
      if (a !== undefined && b !== undefined && start.gap > 0) {
        const factor = start.gap / Math.max(8, Math.abs(a - b));
        const middle = start.from + (start.to - start.from) * ((this.userX(panel, (a + b) / 2) - LEFT) / (RIGHT - LEFT));
        this.show(middle - (middle - start.from) * factor, middle + (start.to - middle) * factor);
      } else if (event.pointerType === "touch") {
        const step = ((start.x - x) / (RIGHT - LEFT)) * (start.to - start.from);
        if (dragged) this.show(start.from + step, start.to + step);
      } else if (dragged) {
        if (!span) {
          span = document.createElementNS(SVG, "rect");
          span.setAttribute("class", "span");
          span.setAttribute("y", "8");
          span.setAttribute("height", "204");
          svg.append(span);
        }
        span.setAttribute("x", Math.min(x, start.x).toFixed(1));
        span.setAttribute("width", Math.abs(x - start.x).toFixed(1));
      }
    });
    const end = (event: PointerEvent): void => {
      fingers.delete(event.pointerId);
      if (span && start) {
        const [a, b] = [this.time(start.x), this.time(this.userX(panel, event.clientX))];
        this.show(Math.min(a, b), Math.max(a, b));
      }
      span?.remove();
      span = undefined;
      if (fingers.size === 0) start = undefined;
    };
    svg.addEventListener("pointerup", end);
    svg.addEventListener("pointercancel", end);
    svg.addEventListener("pointerleave", (event) => {
      if (fingers.has(event.pointerId)) end(event);
    });
    svg.addEventListener("dragstart", (event) => event.preventDefault());
    svg.addEventListener(
      "click",
      (event) => {
        // A drag ends with a click that means nothing; a finger's first touch shows the point, the link is in the hint.
        if (dragged || (touched && !known)) event.preventDefault();
        if (touched && !dragged) this.look(touched);
      },
      true,
    );
    svg.addEventListener("dblclick", () => this.show(this.first, this.last));
    svg.addEventListener(
      "wheel",
      (event) => {
        const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
        // The page scrolls under the wheel as everywhere; with Ctrl, which a pinch on a pad sends too, the graph zooms.
        if (event.ctrlKey || event.metaKey) {
          event.preventDefault();
          this.zoom(event.deltaY > 0 ? 1.25 : 0.8, this.time(this.userX(panel, event.clientX)));
        } else if (sideways) {
          event.preventDefault();
          this.move(Math.sign(event.deltaX || event.deltaY) * 0.12);
        }
      },
      { passive: false },
    );
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey || !(event.target instanceof Element)) return;
    if (!event.target.closest("svg.trend, .drawn")) return;
    const around = this.active?.at;
    const panel = this.panels.find(({ points }) => points.some(({ link }) => link === event.target));
    const used = (): void => event.preventDefault();
    if (event.key === "Escape") {
      this.forget();
    } else if (event.key === "+" || event.key === ";" || event.key === "=") {
      this.zoom(0.5, around);
      used();
    } else if (event.key === "-") {
      this.zoom(2, around);
      used();
    } else if (event.key === "0") {
      this.show(this.first, this.last);
      used();
    } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      const way = event.key === "ArrowLeft" ? -1 : 1;
      if (event.shiftKey || !panel) this.move(way * 0.25);
      else this.step(panel, way);
      used();
    } else if ((event.key === "ArrowUp" || event.key === "ArrowDown") && panel && this.active) {
      const next = this.panels[this.panels.indexOf(panel) + (event.key === "ArrowUp" ? -1 : 1)];
      const at = this.active.at;
      const visible = next?.points.filter((point) => this.visible(point)) ?? [];
      visible.sort((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at));
      visible[0]?.link.focus();
      if (next) used();
    }
  }
  /** To the point before or after, moving time along where it lies outside. */
  private step(panel: Panel, way: number): void {
    const here = panel.points.findIndex(({ link }) => link === document.activeElement);
    const next = panel.points[here + way];
    if (!next) return;
    if (!this.visible(next)) {
      const half = (this.to - this.from) / 2;
      this.show(next.at - half, next.at + half);
    }
    next.link.focus();
  }
}

export function moveCharts(): void {
  for (const place of document.querySelectorAll<HTMLElement>("[data-chart]")) new TimeChart(place);
}
