// What a point or a bar is, beside it: shown on hover and on focus, gone with Escape, and with the way to the source.

export class Tip {
  private readonly box: HTMLElement;

  constructor(
    private readonly place: HTMLElement,
    private readonly word: string,
  ) {
    this.box = document.createElement("div");
    this.box.className = "tip";
    this.box.hidden = true;
    place.append(this.box);
  }

  /** `told` line by line; the link says the same to everybody who cannot hover. */
  show(told: string, href: string, language: string, at: Element): void {
    const lines = told.split("\n").map((line) => {
      const paragraph = document.createElement("p");
      paragraph.textContent = line;
      return paragraph;
    });
    this.box.replaceChildren(...lines);
    if (language) this.box.lang = language;
    if (href && this.word) {
      const link = document.createElement("a");
      link.href = href;
      link.tabIndex = -1;
      link.lang = document.documentElement.lang;
      link.textContent = this.word;
      this.box.append(link);
    }
    this.box.hidden = false;
    const whole = this.place.getBoundingClientRect();
    const point = at.getBoundingClientRect();
    const own = this.box.getBoundingClientRect();
    const left = Math.max(0, Math.min(point.left + point.width / 2 - whole.left + 14, whole.width - own.width));
    const above = point.top - whole.top - own.height - 6;
    this.box.style.left = `${left}px`;
    this.box.style.top = `${above > 0 ? above : point.bottom - whole.top + 6}px`;
  }
  hide(): void {
    this.box.hidden = true;
  }
}
