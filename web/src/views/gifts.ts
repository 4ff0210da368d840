/** What can be given, what is left to give it, and how one's own gifts stand. */

import { type TemplateResult, html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";

import type { Gift } from "../protocol";
import { type OwnGift, type State, freeCoins, giftOf } from "../state";
import { giftName, words } from "../words";
import type { Actions } from "./actions";
import { giftPicture, sign } from "./icons";

export function giftsView(state: State, act: Actions): TemplateResult {
  const coins = freeCoins(state);
  const is_joined = state.link.at === "joined";
  return html`
    <section class="gifts ${state.is_tray_open ? "is-open" : ""}" aria-label=${words.gifts}>
      <header>
        <h2>${words.gifts}</h2>
        <ul class="own-gifts" aria-live="polite">
          ${repeat(
            state.gifts.slice(-3),
            (own) => own.id,
            (own) => ownGiftView(state, own),
          )}
        </ul>
        <span class="coins" title=${words.balance}>
          ${sign("coin")}<b id="balance" data-coins=${state.balance_coins}>${coins.toLocaleString("en")}</b><span class="sr">${words.coins}</span>
        </span>
        <button class="close" aria-label=${words.gifts_close} @click=${() => act.openTray(false)}>${sign("close")}</button>
      </header>
      <ul class="catalogue">
        ${repeat(
          state.catalogue,
          (gift) => gift.id,
          (gift) => giftView(gift, coins, is_joined, act),
        )}
      </ul>
    </section>
  `;
}

function giftView(gift: Gift, coins: number, is_joined: boolean, act: Actions): TemplateResult {
  const name = giftName(gift.id, gift.name);
  const is_too_dear = gift.price_coins > coins;
  return html`<li>
    <button
      class="gift"
      data-gift=${gift.id}
      ?disabled=${is_too_dear || !is_joined}
      title=${is_too_dear ? words.too_poor : name}
      aria-label="${name}, ${gift.price_coins} ${words.coins}${is_too_dear ? `, ${words.too_poor}` : ""}"
      @click=${() => act.give(gift.id)}
    >
      ${giftPicture(gift.id, gift.emoji)}<span class="gift-name">${name}</span>
      <span class="price">${sign("coin")}${gift.price_coins}</span>
    </button>
  </li>`;
}

function ownGiftView(state: State, own: OwnGift): TemplateResult {
  const gift = giftOf(state, own.gift);
  const name = giftName(own.gift, gift?.name ?? own.gift);
  return html`<li class="own-gift is-${own.state}" data-state=${own.state} title=${own.reason || nothing}>
    ${giftPicture(own.gift, gift?.emoji ?? "")}<span class="sr">${name}</span><span>${own.state === "committed" && own.reason !== "" ? own.reason : words[own.state]}</span>
  </li>`;
}
