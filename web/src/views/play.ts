/** The arrows of one's own first-person game, for fingers and mice, and the way out. */

import { type TemplateResult, html } from "lit-html";

import type { Arrow } from "../keys";
import type { State } from "../state";
import { words } from "../words";
import type { Actions } from "./actions";
import { sign } from "./icons";

export function playView(state: State, act: Actions): TemplateResult {
  return html`
    <section class="play" aria-label=${words.you_play} data-token=${state.play?.token ?? ""}>
      <div class="arrows">${arrowView("left", act)}${arrowView("right", act)}</div>
      <div class="middle">
        <p><b>${words.you_play}</b><small>${words.steer}</small></p>
        <button class="quiet" id="leave" @click=${act.leaveGame}>${sign("close")}${words.leave}</button>
      </div>
      <div class="arrows">${arrowView("down", act)}${arrowView("up", act)}</div>
    </section>
  `;
}

function arrowView(arrow: Arrow, act: Actions): TemplateResult {
  const holder = (event: PointerEvent): string => `pointer ${event.pointerId}`;
  const release = (event: PointerEvent): void => act.release(arrow, holder(event));
  return html`<button
    class="arrow is-${arrow}"
    data-arrow=${arrow}
    aria-label=${words[arrow]}
    @pointerdown=${(event: PointerEvent) => {
      (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
      act.press(arrow, holder(event));
    }}
    @pointerup=${release}
    @pointercancel=${release}
    @contextmenu=${(event: Event) => event.preventDefault()}
  >
    ${sign("arrow")}
  </button>`;
}
