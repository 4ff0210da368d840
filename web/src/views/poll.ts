/** The poll or quiz of the moment: choices to tap, with live bars. */

import { type TemplateResult, html, nothing } from "lit-html";
import { styleMap } from "lit-html/directives/style-map.js";

import type { Poll } from "../protocol";
import type { State } from "../state";
import { words } from "../words";
import type { Actions } from "./actions";
import { sign } from "./icons";

export function pollView(state: State, act: Actions): TemplateResult | typeof nothing {
  if (state.poll === null) return nothing;
  const { poll, seconds_left } = state.poll;
  const total = poll.votes.reduce((sum, votes) => sum + votes, 0);
  return html`<section class="poll ${poll.is_over ? "is-over" : ""}" aria-label=${poll.is_quiz ? words.quiz : words.poll} data-poll=${poll.id}>
    <header>
      ${sign(poll.is_quiz ? "question" : "poll")}<b>${poll.is_quiz ? words.quiz : words.poll}</b>
      <span class="left">${poll.is_over ? words.poll_over : clock(seconds_left)}</span>
    </header>
    <p>${poll.question}</p>
    <ol>
      ${poll.choices.map((choice, at) => choiceView(state, poll, choice, at, total, act))}
    </ol>
    <footer>${verdict(poll, state.vote) ?? (poll.is_quiz && !poll.is_over ? words.quiz_secret : `${total.toLocaleString("en")} ${total === 1 ? words.vote : words.votes}`)}</footer>
  </section>`;
}

function choiceView(state: State, poll: Poll, choice: string, at: number, total: number, act: Actions): TemplateResult {
  const votes = poll.votes[at] ?? 0;
  const percent = total === 0 ? 0 : Math.round((votes / total) * 100);
  const is_own = state.vote === at;
  const is_first = poll.is_over && (poll.answer ?? firstOf(poll)) === at && (total > 0 || poll.answer !== null);
  const is_wrong = poll.is_over && poll.answer !== null && is_own && poll.answer !== at;
  return html`<li>
    <button
      class="choice ${is_own ? "is-own" : ""} ${is_first ? "is-first" : ""} ${is_wrong ? "is-wrong" : ""}"
      aria-pressed=${is_own ? "true" : "false"}
      ?disabled=${poll.is_over || state.link.at !== "joined"}
      @click=${() => act.vote(poll.id, at)}
    >
      <i style=${styleMap({ width: `${percent}%` })}></i>
      <span>${choice}</span>${is_own ? sign("check") : nothing}${poll.votes.length === 0 ? nothing : html`<b>${percent} %</b>`}
    </button>
  </li>`;
}

function firstOf(poll: Poll): number {
  return poll.votes.indexOf(Math.max(...poll.votes));
}

/** Say to who took part in a quiz how it went. */
function verdict(poll: Poll, vote: number | null): string | null {
  if (!poll.is_over || poll.answer === null || vote === null) return null;
  return vote === poll.answer ? words.quiz_right : words.quiz_wrong;
}

function clock(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
