/** The shared game at a glance: the ball between the two camps, the score, and a button to push for each. */

import { type TemplateResult, html, nothing } from "lit-html";
import { styleMap } from "lit-html/directives/style-map.js";

import type { Camp } from "../protocol";
import type { State } from "../state";
import { words } from "../words";
import type { Actions } from "./actions";
import { sign } from "./icons";

export function campsView(state: State, act: Actions): TemplateResult {
  const { show } = state;
  // Red pushes towards +1, which is drawn on the right: the red share of the bar grows from the left.
  const red_percent = Math.min(100, Math.max(0, (show.ball + 1) * 50));
  return html`
    <section class="camps" aria-label=${words.camps}>
      ${campView(state, act, "red", show.camp_red)}
      <div class="pitch">
        <p class="score" aria-label="${words.score}: ${words.red} ${show.score_red}, ${words.blue} ${show.score_blue}">
          <b class="is-red" id="score-red">${show.score_red}</b><span title=${words.camps_hint}>${words.camps}<em> · ${words.camps_hint}</em></span><b class="is-blue" id="score-blue">${show.score_blue}</b>
        </p>
        <div class="track" role="img" aria-label="${words.red} ${Math.round(red_percent)} %">
          <span class="half is-red" style=${styleMap({ width: `${red_percent}%` })}></span>
          <i class="middle"></i>
          <i class="ball" id="ball" data-ball=${show.ball.toFixed(3)} style=${styleMap({ left: `${red_percent}%` })}></i>
        </div>
      </div>
      ${campView(state, act, "blue", show.camp_blue)}
    </section>
  `;
}

function campView(state: State, act: Actions, camp: Camp, members: number): TemplateResult {
  const is_own = state.camp === camp;
  return html`<button
    class="camp is-${camp} ${is_own ? "is-own" : ""}"
    data-camp=${camp}
    aria-pressed=${is_own ? "true" : "false"}
    ?disabled=${state.link.at !== "joined"}
    @click=${() => act.pickCamp(camp)}
  >
    <span class="sr">${words.push_for}</span><span class="camp-name">${words[camp]}</span><small>${sign("people")}${members}${is_own ? ownPushes(state) : nothing}</small>
    ${is_own ? html`<span class="sr">${words.you_are_in}</span>` : nothing}
  </button>`;
}

/** How the own pushes stand: how many are done, and how many wait for the kick-off. */
function ownPushes(state: State): TemplateResult | typeof nothing {
  const waiting = state.pushes.filter((one) => one.is_waiting).length;
  if (state.pushed === 0 && waiting === 0) return nothing;
  const title = waiting === 0 ? words.pushes_done : words.pushes_wait;
  return html`<span class="own-pushes" title=${title}
    ><span class="sr">${title}:</span> +${state.pushed}${waiting === 0 ? nothing : html`<i>…${waiting}</i>`}</span
  >`;
}
