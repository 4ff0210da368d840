/** The lottery of the moment: how to enter, who is in, and who has won. */

import { type TemplateResult, html, nothing } from "lit-html";

import type { Lottery } from "../protocol";
import type { State } from "../state";
import { words } from "../words";
import type { Actions } from "./actions";
import { sign } from "./icons";
import { namesView } from "./names";

export function lotteryView(state: State, act: Actions): TemplateResult | typeof nothing {
  if (state.lottery === null) return nothing;
  const { lottery, seconds_left } = state.lottery;
  const is_winner = lottery.is_over && state.entry?.is_winner === true;
  return html`<section class="poll lottery ${lottery.is_over ? "is-over" : ""} ${is_winner ? "is-won" : ""}" aria-label=${words.lottery} data-lottery=${lottery.id}>
    <header>
      ${sign("clover")}<b>${words.lottery}</b>
      <span class="left">${lottery.is_over ? words.poll_over : `${Math.floor(seconds_left / 60)}:${String(seconds_left % 60).padStart(2, "0")}`}</span>
    </header>
    <p>${prizeView(lottery)}</p>
    ${lottery.is_over ? endView(state, lottery) : entryView(state, lottery, act)}
    <footer title=${words.lottery_check}>
      ${lottery.is_over
        ? html`<code>${lottery.seed}${state.entry === null ? "" : `:${state.entry.tag}`}</code>`
        : html`${lottery.entries.toLocaleString("en")} ${words.lottery_in}`}
    </footer>
  </section>`;
}

function prizeView(lottery: Lottery): TemplateResult {
  const times = lottery.winners_max > 1 ? html` <small>× ${lottery.winners_max}</small>` : nothing;
  return lottery.prize === "ticket" ? html`${words.lottery_ticket}${times}` : html`${sign("coin")} ${lottery.coins.toLocaleString("en")} ${words.coins}${times}`;
}

function entryView(state: State, lottery: Lottery, act: Actions): TemplateResult {
  if (state.entry !== null) return html`<div class="entered">${sign("check")}${words.lottery_entered}</div>`;
  if (lottery.word === "") return html`<div class="entered is-open">${sign("heart")}${words.lottery_like} ${lottery.likes}</div>`;
  return html`<button class="choice is-entry" ?disabled=${state.link.at !== "joined"} @click=${() => act.say(lottery.word)}>
    <span>${words.lottery_write} <b>${lottery.word}</b></span>${sign("send")}
  </button>`;
}

function endView(state: State, lottery: Lottery): TemplateResult {
  if (state.entry?.is_winner === true) return html`<div class="entered">${sign("trophy")}${words.lottery_won}</div>`;
  return html`<div class="entered is-open">${sign("trophy")}${lottery.winners.length === 0 ? words.lottery_nobody : html`<span>${namesView(lottery.winners)}</span>`}</div>`;
}
