/** What people say and give. */

import { type TemplateResult, html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";

import { NAME_CHARACTERS_MAX } from "../protocol";
import type { State } from "../state";
import { words } from "../words";
import type { Actions } from "./actions";
import { boardView } from "./board";
import { goalsView } from "./goals";
import { sign } from "./icons";
import { keepingButton, keepingView } from "./keeping";
import { lineView } from "./line";
import { lotteryView } from "./lottery";
import { pollView } from "./poll";
import { hueOf, initialOf } from "./names";
import { heldView, restView, waitingView } from "./waiting";
import { walk } from "./walk";

const AT_END_PX = 60;

export function chatView(state: State, act: Actions): TemplateResult {
  return html`
    <section class="chat" aria-label=${words.chat}>
      <header class="chat-head">
        <div class="tabs" role="tablist" aria-label=${words.chat} @keydown=${walk}>
          ${tabView(state.side === "chat", "tab-chat", words.chat, () => act.chooseSide("chat"))}
          ${tabView(state.side !== "chat", "tab-board", words.board, () => act.chooseSide("round"))}
        </div>
        ${keepingButton(state, act)}
        <button id="own-name" class="chip" title=${words.change_name} @click=${() => act.askName(true)}>
          <span class="sr">${words.change_name}:</span><span class="face" aria-hidden="true" data-hue=${hueOf(state.name)}>${initialOf(state.name)}</span><span class="name">${state.name}</span>${sign("pen")}
        </button>
      </header>
      <div class="pinned">${heldView(state, act)} ${keepingView(state, act)} ${goalsView(state)} ${pollView(state, act)} ${lotteryView(state, act)}</div>
      ${state.side === "chat" ? nothing : boardView(state, state.side, act)}
      <div class="talk">
        <div class="chat-window" @scroll=${(event: Event) => act.chatScrolled(isAtEnd(event.currentTarget as HTMLElement))} tabindex="0" role="log" aria-live="polite" aria-label=${words.chat}>
          <ol id="chat">
            ${state.lines.length === 0 ? html`<li class="empty">${words.chat_empty}</li>` : nothing}
            ${repeat(
              state.lines,
              (line) => line.key,
              (line) => lineView(state, line, act),
            )}
            ${waitingView(state)}
          </ol>
        </div>
        ${state.is_chat_at_end ? nothing : html`<button class="newest" @click=${toEnd}>${sign("down")}${words.newest}</button>`}
      </div>
      ${restView(state)} ${state.is_name_asked && state.epoch !== null && state.link.at !== "closed" ? nameView(state, act) : nothing}
    </section>
  `;
}

function tabView(is_chosen: boolean, id: string, text: string, choose: () => void): TemplateResult {
  return html`<button id=${id} role="tab" aria-selected=${is_chosen ? "true" : "false"} tabindex=${is_chosen ? 0 : -1} @click=${choose}>${text}</button>`;
}

function nameView(state: State, act: Actions): TemplateResult {
  return html`
    <form
      class="name-card"
      aria-label=${words.your_name}
      @submit=${(event: SubmitEvent) => {
        event.preventDefault();
        const input = (event.currentTarget as HTMLFormElement).elements.namedItem("name") as HTMLInputElement;
        act.rename(input.value);
      }}
    >
      <label for="name-input">${words.name_hint}</label>
      <button type="button" class="quiet" @click=${() => act.askName(false)}>${words.later}</button>
      <input id="name-input" name="name" .value=${state.name} maxlength=${NAME_CHARACTERS_MAX} autocomplete="nickname" required />
      <button type="submit" class="primary" id="name-save">${words.save}</button>
    </form>
  `;
}

// The list hangs from its end (column-reverse), so its scroll is 0 there and negative above.
function isAtEnd(chat_window: HTMLElement): boolean {
  return Math.abs(chat_window.scrollTop) < AT_END_PX;
}

function toEnd(event: Event): void {
  (event.currentTarget as HTMLElement).parentElement?.querySelector(".chat-window")?.scrollTo({ top: 0 });
}
