/** What people say and give, and the line to say something oneself. */

import { type TemplateResult, html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";

import { CHAT_CHARACTERS_MAX, NAME_CHARACTERS_MAX } from "../protocol";
import { type Line, type State, giftOf } from "../state";
import { giftName, words } from "../words";
import type { Actions } from "./actions";
import { giftPicture, sign } from "./icons";
import { hueOf, initialOf } from "./names";

const AT_END_PX = 60;

export function chatView(state: State, act: Actions): TemplateResult {
  return html`
    <section class="chat" aria-label=${words.chat}>
      <header class="chat-head">
        <h2>${words.chat}</h2>
        <button id="own-name" class="chip" title=${words.change_name} aria-label="${words.change_name}: ${state.name}" @click=${() => act.askName(true)}>
          <span class="face" data-hue=${hueOf(state.name)}>${initialOf(state.name)}</span><span class="name">${state.name}</span>${sign("pen")}
        </button>
      </header>
      <div class="chat-window" @scroll=${(event: Event) => act.chatScrolled(isAtEnd(event.currentTarget as HTMLElement))} tabindex="0">
        <ol id="chat" role="log" aria-live="polite" aria-label=${words.chat}>
          ${state.lines.length === 0 ? html`<li class="empty">${words.chat_empty}</li>` : nothing}
          ${repeat(
            state.lines,
            (line) => line.key,
            (line) => lineView(state, line, act),
          )}
        </ol>
      </div>
      ${state.is_chat_at_end ? nothing : html`<button class="newest" @click=${toEnd}>${sign("down")}${words.newest}</button>`}
      ${state.is_name_asked ? nameView(state, act) : nothing}
    </section>
  `;
}

/** The bar under the chat: say, like, give. */
export function dockView(state: State, act: Actions): TemplateResult {
  const is_joined = state.link.at === "joined";
  return html`
    <div class="dock">
      <form
        class="say"
        @submit=${(event: SubmitEvent) => {
          event.preventDefault();
          const input = (event.currentTarget as HTMLFormElement).elements.namedItem("text") as HTMLInputElement;
          const text = input.value.trim();
          if (text !== "" && act.say(text)) input.value = "";
        }}
      >
        <input id="say" name="text" maxlength=${CHAT_CHARACTERS_MAX} placeholder=${words.chat_hint} aria-label=${words.chat_label} autocomplete="off" enterkeyhint="send" />
        <button id="send" type="submit" aria-label=${words.send} ?disabled=${!is_joined}>${sign("send")}</button>
      </form>
      <button id="like" class="dock-button is-like" aria-label="${words.like} (${state.show.likes} ${words.likes})" ?disabled=${!is_joined} @click=${act.like}>
        ${sign("heart")}<small id="likes">${short(state.show.likes)}</small>
      </button>
      <button
        id="gifts-open"
        class="dock-button is-gift"
        aria-label=${words.gifts_open}
        aria-expanded=${state.is_tray_open ? "true" : "false"}
        @click=${() => act.openTray(!state.is_tray_open)}
      >
        ${sign("gift")}<small>${words.gifts}</small>
      </button>
    </div>
  `;
}

const MUTE_S = 600;

function lineView(state: State, line: Line, act: Actions): TemplateResult {
  if (line.kind === "said") {
    return html`<li class="line" data-hue=${hueOf(line.name)}><b>${line.name}</b><span class="text">${line.text}</span>${menuView(state, line, act)}</li>`;
  }
  const gift = giftOf(state, line.gift);
  return html`<li class="line is-gift">
    <b>${line.name}</b><span class="text">${words.gave} ${giftName(line.gift, gift?.name ?? line.gift)}</span>${giftPicture(line.gift, gift?.emoji ?? "")}
    ${line.count > 1 ? html`<b class="times">×${line.count}</b>` : nothing}
  </li>`;
}

/** A small sign at the end of a line, and behind it what can be done about the line. */
function menuView(state: State, line: Extract<Line, { kind: "said" }>, act: Actions): TemplateResult {
  const is_open = state.line_open === line.key;
  return html`<button
      class="line-more"
      aria-label=${words.line_menu}
      title=${words.line_menu}
      aria-expanded=${is_open ? "true" : "false"}
      @click=${() => act.openLine(is_open ? null : line.key)}
    >
      ⋯</button
    >${is_open
      ? html`<span class="line-menu" role="group" aria-label=${words.line_menu}>
          ${state.is_moderator
            ? html`<button class="chip" @click=${() => act.moderate("remove", line.seq)}>${words.remove_line}</button>
                <button class="chip" @click=${() => act.moderate("mute", line.seq, MUTE_S)}>${words.mute_viewer}</button>
                <button class="chip is-hard" @click=${() => act.moderate("ban", line.seq)}>${words.ban_viewer}</button>`
            : html`<button class="chip" @click=${() => act.reportLine(line.seq)}>${words.report_line}</button>`}
        </span>`
      : nothing}`;
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
      <input id="name-input" name="name" .value=${state.name} maxlength=${NAME_CHARACTERS_MAX} autocomplete="nickname" required />
      <div class="row">
        <button type="button" class="quiet" @click=${() => act.askName(false)}>${words.later}</button>
        <button type="submit" class="primary" id="name-save">${words.save}</button>
      </div>
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

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

function short(count: number): string {
  return compact.format(count);
}
