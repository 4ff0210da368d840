/** How the room is kept, for its moderators: freeze, slow mode, what waits, the chat's delay, links. */

import { type TemplateResult, html, nothing } from "lit-html";

import type { HoldMode, Kept, Moderate } from "../protocol";
import type { State } from "../state";
import { words } from "../words";
import type { Actions } from "./actions";
import { sign } from "./icons";

const SLOW_S = [0, 5, 10, 30, 60] as const;
const DELAY_S = [0, 2, 5, 10] as const;
const HOLD: readonly HoldMode[] = ["off", "words", "links", "newcomers", "all"];

/** The button in the chat's head. */
export function keepingButton(state: State, act: Actions): TemplateResult | typeof nothing {
  if (state.kept === null) return nothing;
  return html`<button
    id="keeping"
    class="chip"
    aria-label=${words.keeping}
    title=${words.keeping}
    aria-expanded=${state.is_keeping_open ? "true" : "false"}
    @click=${() => act.openKeeping(!state.is_keeping_open)}
  >
    ${sign("shield")}
  </button>`;
}

/** The panel behind it. */
export function keepingView(state: State, act: Actions): TemplateResult | typeof nothing {
  const kept = state.kept;
  if (kept === null || !state.is_keeping_open) return nothing;
  const order = (moderate: Omit<Moderate, "type">): void => act.order({ type: "moderate", ...moderate });
  return html`<section class="keeping" aria-label=${words.keeping}>
    <label class="toggle"
      ><input type="checkbox" .checked=${kept.is_frozen} @change=${(event: Event) => order({ deed: isOn(event) ? "freeze" : "thaw" })} />${words.keep_frozen}</label
    >
    <label class="toggle"
      ><input type="checkbox" .checked=${kept.has_links} @change=${(event: Event) => order({ deed: isOn(event) ? "links_on" : "links_off" })} />${words.keep_links}</label
    >
    <label>${words.keep_slow}${choice(SLOW_S, kept.slow_s, seconds, (slow_s) => order({ deed: "slow", seconds: slow_s }))}</label>
    <label>${words.keep_delay}${choice(DELAY_S, kept.delay_s, seconds, (delay_s) => order({ deed: "delay", seconds: delay_s }))}</label>
    <label class="wide"
      >${words.keep_hold}${choice(
        HOLD,
        kept.hold,
        (mode) => words[`hold_${mode}`],
        (hold) => order({ deed: "hold", hold, seconds: kept.hold_s, then: kept.then }),
      )}</label
    >
  </section>`;
}

/** Offer values; one that somebody chose elsewhere is offered, too. */
function choice<T extends string | number>(offered: readonly T[], value: T, name: (one: T) => string, choose: (one: T) => void): TemplateResult {
  const all = offered.includes(value) ? offered : [...offered, value];
  return html`<select @change=${(event: Event) => choose(all[(event.currentTarget as HTMLSelectElement).selectedIndex] ?? value)}>
    ${all.map((one) => html`<option ?selected=${one === value} .selected=${one === value}>${name(one)}</option>`)}
  </select>`;
}

function seconds(value: Kept["slow_s"]): string {
  return value === 0 ? words.keep_off : `${value} s`;
}

function isOn(event: Event): boolean {
  return (event.currentTarget as HTMLInputElement).checked;
}
