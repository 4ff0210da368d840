/** The poll or quiz of the moment: choices to tap, with live bars, or folded up into a line that says how it stands. */

import { type TemplateResult, html, nothing } from "lit-html";
import { styleMap } from "lit-html/directives/style-map.js";

import type { Poll } from "../protocol";
import type { State } from "../state";
import { words } from "../words";
import type { Actions } from "./actions";
import { sign } from "./icons";

const SHORT_CHARACTERS_MAX = 14; // two choices beside each other on a phone

export function pollView(state: State, act: Actions): TemplateResult | typeof nothing {
  if (state.poll === null) return nothing;
  const { poll, seconds_left } = state.poll;
  const is_folded = state.poll_folded === poll.id;
  const is_short = poll.choices.every((choice) => choice.length <= SHORT_CHARACTERS_MAX);
  const told = verdict(poll, state.vote);
  return html`<section class="poll ${poll.is_over ? "is-over" : ""}" aria-label=${poll.is_quiz ? words.quiz : words.poll} data-poll=${poll.id}>
    <button class="fold" aria-expanded=${is_folded ? "false" : "true"} title=${is_folded ? words.poll_unfold : words.poll_fold} @click=${() => act.foldPoll(poll.id, !is_folded)}>
      ${sign(poll.is_quiz ? "question" : "poll")}<b>${is_folded ? poll.question : poll.is_quiz ? words.quiz : words.poll}</b>
      <small>${is_folded ? standing(poll, state.vote) : partOf(poll)}</small><span class="left">${poll.is_over ? words.poll_over : clock(seconds_left)}</span>${sign("chevron")}
    </button>
    <div class="asked" ?hidden=${is_folded}>
      <p>${poll.question}</p>
      <ol class=${is_short ? "is-short" : ""}>
        ${poll.choices.map((choice, at) => choiceView(state, poll, choice, at, act))}
      </ol>
      ${told === null ? nothing : html`<footer>${told}</footer>`}
    </div>
  </section>`;
}

function choiceView(state: State, poll: Poll, choice: string, at: number, act: Actions): TemplateResult {
  const total = totalOf(poll);
  const percent = percentOf(poll, at);
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

/** Say how many took part, which of a quiz nobody hears before its end. */
function partOf(poll: Poll): string {
  if (poll.is_quiz && !poll.is_over) return words.quiz_secret;
  const total = totalOf(poll);
  return `${total.toLocaleString("en")} ${total === 1 ? words.vote : words.votes}`;
}

/** Say in a word how a poll stands: one's own choice, or what is ahead. */
function standing(poll: Poll, vote: number | null): TemplateResult | typeof nothing {
  if (vote === null && (poll.votes.length === 0 || totalOf(poll) === 0)) return nothing;
  const at = vote ?? firstOf(poll);
  const choice = poll.choices[at] ?? "";
  return html`<bdi>${choice}</bdi>${poll.votes.length === 0 ? nothing : ` ${percentOf(poll, at)} %`}`;
}

function totalOf(poll: Poll): number {
  return poll.votes.reduce((sum, votes) => sum + votes, 0);
}

function percentOf(poll: Poll, at: number): number {
  const total = totalOf(poll);
  return total === 0 ? 0 : Math.round(((poll.votes[at] ?? 0) / total) * 100);
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
