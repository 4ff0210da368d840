/** What can be given, what is left to give it, and how one's own gifts stand. */

import { type TemplateResult, html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";

import type { OfferState } from "../protocol";
import { type OwnGift, type Sold, type State, amountOf, freeCoins, giftOf, shelfOf } from "../state";
import { giftName, words } from "../words";
import type { Actions } from "./actions";
import { freeTicketView } from "./free_ticket";
import { giftPicture, sign } from "./icons";
import { walk } from "./walk";

const AMOUNTS = [1, 5, 10, 50, 99] as const;

export function giftsView(state: State, act: Actions): TemplateResult {
  const coins = freeCoins(state);
  const is_joined = state.link.at === "joined";
  return html`
    <section class="gifts ${state.is_tray_open ? "is-open" : ""}" aria-label=${words.gifts}>
      <header>
        <h2>${words.gifts}</h2>
        <div class="amounts" role="radiogroup" @keydown=${walk} aria-label=${words.amount}>
          ${AMOUNTS.map(
            (amount) => html`<button role="radio" data-amount=${amount} aria-checked=${state.amount === amount ? "true" : "false"} tabindex=${state.amount === amount ? 0 : -1} @click=${() => act.chooseAmount(amount)}>×${amount}</button>`,
          )}
        </div>
        ${freeTicketView(state, act)}
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
          [...state.catalogue, ...state.offers],
          (gift) => gift.id,
          (gift) => giftView(gift, amountOf(state, gift.id), shelfOf(state, gift.id), coins, is_joined, act),
        )}
      </ul>
    </section>
  `;
}

function giftView(gift: Sold, amount: number, shelf: OfferState | null, coins: number, is_joined: boolean, act: Actions): TemplateResult {
  const name = giftName(gift.id, gift.name);
  const price_coins = gift.price_coins * amount;
  const care = shelf === null ? "" : careOf(shelf);
  const is_cooling = shelf?.hindrance === "cooling";
  const is_hindered = shelf !== null && shelf.hindrance !== null;
  const hindrance = is_cooling ? `${words.hindered.cooling} ${care}` : care;
  const obstacle = is_hindered ? hindrance : price_coins > coins ? words.too_poor : "";
  return html`<li>
    <button
      class="gift ${gift.id.includes("/") ? "is-offer" : ""}"
      data-gift=${gift.id}
      data-hindrance=${shelf?.hindrance ?? nothing}
      ?disabled=${obstacle !== "" || !is_joined}
      title=${obstacle || name}
      aria-label="${name}${amount > 1 ? ` ×${amount}` : ""}, ${price_coins} ${words.coins}${obstacle === "" ? "" : `, ${obstacle}`}"
      @click=${() => act.give(gift.id, amount)}
    >
      ${giftPicture(gift.id, gift.emoji)}<span class="gift-name">${name}</span>
      <span class="price">${sign("coin")}${price_coins.toLocaleString("en")}</span>
      ${care === "" ? nothing : html`<span class="care">${care}</span>`}
    </button>
  </li>`;
}

/** Say what hinders a gift, with the seconds where it cools down, or how many are left. */
function careOf(shelf: OfferState): string {
  if (shelf.hindrance === "cooling") return `${shelf.wait_s} s`;
  if (shelf.hindrance !== null) return words.hindered[shelf.hindrance];
  return shelf.left === null ? "" : `${shelf.left} ${words.left_of}`;
}

function ownGiftView(state: State, own: OwnGift): TemplateResult {
  const gift = giftOf(state, own.gift);
  const name = giftName(own.gift, gift?.name ?? own.gift);
  return html`<li class="own-gift is-${own.state}" data-state=${own.state} title=${own.reason || nothing}>
    ${giftPicture(own.gift, gift?.emoji ?? "")}<span class="sr">${name}</span>${own.count > 1 ? html`<b>×${own.count}</b>` : nothing}<span>${stateOf(own)}</span>
  </li>`;
}

function stateOf(own: OwnGift): string {
  if (own.state === "committed" && own.reason !== "") return own.reason;
  return own.seconds_left > 0 ? `${words[own.state]} ${own.seconds_left} s` : words[own.state];
}
