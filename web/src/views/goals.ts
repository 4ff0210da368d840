/** What everybody together is on the way to. */

import { type TemplateResult, html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import { styleMap } from "lit-html/directives/style-map.js";

import type { GoalBar, GoalKind } from "../protocol";
import type { State } from "../state";
import { words } from "../words";
import { sign } from "./icons";

const SIGN_OF = { likes: "heart", coins: "coin", followers: "people", viewers: "eye" } as const satisfies Record<GoalKind, string>;

export function goalsView(state: State): TemplateResult | typeof nothing {
  if (state.goals.length === 0) return nothing;
  return html`<ul class="goals" aria-label=${words.goals}>
    ${repeat(
      state.goals,
      (goal) => goal.id,
      (goal) => goalView(goal),
    )}
  </ul>`;
}

function goalView(goal: GoalBar): TemplateResult {
  const percent = Math.max(0, Math.min(100, (goal.value / goal.target) * 100));
  return html`<li class="goal is-${goal.kind} ${goal.is_reached ? "is-reached" : ""}" data-goal=${goal.id}>
    <p>
      ${sign(SIGN_OF[goal.kind] ?? "star")}<span>${goal.title}</span>
      <b>${goal.is_reached ? words.goal_reached : `${goal.value.toLocaleString("en")} / ${goal.target.toLocaleString("en")}`}</b>
    </p>
    <div class="goal-track" role="progressbar" aria-label=${goal.title} aria-valuemin="0" aria-valuemax=${goal.target} aria-valuenow=${goal.value}>
      <i style=${styleMap({ width: `${percent}%` })}></i>
    </div>
  </li>`;
}
