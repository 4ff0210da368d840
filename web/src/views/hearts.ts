/** Hearts that rise over the picture: decoration without state, so it is drawn beside the views. */

const HEARTS_MAX = 30;
const BURST_MAX = 6;

export class Hearts {
  private own = 0; // own hearts that are drawn already, until the room's total has them too

  constructor(private readonly layer: () => Element | null) {}

  /** Draw the viewer's own heart at once. */
  tap(): void {
    this.own += 1;
    this.rise();
  }

  /** Draw what the room's total has grown by, without the own ones. */
  grew(likes: number): void {
    const others = Math.max(0, likes - this.own);
    this.own = Math.max(0, this.own - likes);
    for (let i = 0; i < Math.min(others, BURST_MAX); i += 1) this.rise();
  }

  private rise(): void {
    const layer = this.layer();
    if (layer === null || layer.childElementCount >= HEARTS_MAX) return;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const heart = document.createElement("i");
    heart.className = "heart";
    heart.dataset["look"] = String(Math.floor(Math.random() * 6));
    heart.style.setProperty("--drift", `${Math.round(Math.random() * 80 - 50)}px`);
    heart.style.setProperty("--from", `${Math.round(Math.random() * 34)}px`);
    heart.style.setProperty("--late", `${Math.round(Math.random() * 350)}ms`);
    heart.addEventListener("animationend", () => heart.remove());
    layer.append(heart);
  }
}
