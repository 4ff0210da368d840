/** Lines that wait, beside the chat: one's own, those that ask for a moderator, and why the room rests. */

import { type TemplateResult, html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";

import type { State } from "../state";
import { words } from "../words";
import type { Actions } from "./actions";
import { hueOf } from "./names";

/** What oneself said and nobody else has heard yet. */
export function waitingView(state: State): TemplateResult {
  return html`${repeat(
    state.waiting,
    (line) => line.id,
    (line) => html`<li class="line is-waiting" data-hue=${hueOf(state.name)}>
      <b>${state.name}</b><span class="text">${line.text}</span><small>${words[`waits_${line.reason}`]}</small>
    </li>`,
  )}`;
}

/** What a moderator is asked about. */
export function heldView(state: State, act: Actions): TemplateResult | typeof nothing {
  if (!state.is_moderator || state.held.length === 0) return nothing;
  return html`<section class="held" aria-label=${words.held}>
    <h3>${words.held} <small>${state.held.length}</small></h3>
    <ol>
      ${repeat(
        state.held,
        (line) => line.id,
        (line) => html`<li>
          <p data-hue=${hueOf(line.name)}><b>${line.name}</b><span>${line.text}</span> <small>${words[`held_${line.reason}`]}</small></p>
          <button class="chip is-yes" @click=${() => act.decide(line.id, true)}>${words.approve}</button>
          <button class="chip is-hard" @click=${() => act.decide(line.id, false)}>${words.deny}</button>
        </li>`,
      )}
    </ol>
  </section>`;
}

/** Why neither chat nor gifts are taken just now. */
export function restView(state: State): TemplateResult | typeof nothing {
  const rest = state.show.rest;
  return rest === "" ? nothing : html`<p class="rest" role="status">${words[`rest_${rest}`]}</p>`;
}
