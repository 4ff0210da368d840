/** The bar under the chat: say (with emotes, as an answer), like, give. */

import { type TemplateResult, html, nothing } from "lit-html";

import { CHAT_CHARACTERS_MAX } from "../protocol";
import type { State } from "../state";
import { words } from "../words";
import type { Actions } from "./actions";
import { emotePicture } from "./emotes";
import { sign } from "./icons";

export function dockView(state: State, act: Actions): TemplateResult {
  const is_joined = state.link.at === "joined";
  return html`
    ${state.is_picker_open ? pickerView(state) : nothing} ${state.reply_to === null ? nothing : replyingView(state.reply_to.name, act)}
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
        <button
          id="emotes-open"
          type="button"
          aria-label=${words.emotes}
          title=${words.emotes}
          aria-expanded=${state.is_picker_open ? "true" : "false"}
          @click=${() => act.openPicker(!state.is_picker_open)}
        >
          ${sign("smile")}
        </button>
        <button id="send" type="submit" aria-label=${words.send} ?disabled=${!is_joined}>${sign("send")}</button>
      </form>
      <button id="like" class="dock-button is-like" ?disabled=${!is_joined} @click=${act.like}>
        ${sign("heart")}<span class="sr">${words.like}:</span><small id="likes">${short(state.show.likes)}</small>
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

function pickerView(state: State): TemplateResult {
  return html`<div class="picker" role="group" aria-label=${words.emotes}>
    ${state.emotes.map(
      (emote) => html`<button type="button" data-emote=${emote.code} title=":${emote.code}:" aria-label=":${emote.code}:" @click=${() => write(`:${emote.code}: `)}>
        ${emotePicture(emote.code, emote.emoji)}
      </button>`,
    )}
  </div>`;
}

function replyingView(name: string, act: Actions): TemplateResult {
  return html`<div class="replying">
    ${sign("reply")}<span>${words.replying_to} <b>${name}</b></span>
    <button type="button" aria-label=${words.reply_cancel} @click=${() => act.replyTo(null)}>${sign("close")}</button>
  </div>`;
}

/** Write where the cursor stands; a line that would grow too long stays as it is. */
function write(text: string): void {
  const input = document.querySelector<HTMLInputElement>("#say");
  if (input === null || input.value.length + text.length > CHAT_CHARACTERS_MAX) return;
  const at = input.selectionStart ?? input.value.length;
  input.setRangeText(text, at, input.selectionEnd ?? at, "end");
}

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

function short(count: number): string {
  return compact.format(count);
}
