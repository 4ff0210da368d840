/** Arrow keys among things of which one is chosen, as in any list of tabs or of radio buttons. */

const STEP_OF: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** Choose the neighbour of the one that has the focus, and look at it; the last one's neighbour is the first. */
export function walk(event: KeyboardEvent): void {
  const step = STEP_OF[event.key];
  const all = [...(event.currentTarget as HTMLElement).querySelectorAll("button")];
  const at = all.findIndex((one) => one === document.activeElement);
  if (step === undefined || at < 0) return;
  event.preventDefault();
  const next = all[(at + step + all.length) % all.length];
  next?.focus();
  next?.click();
}
