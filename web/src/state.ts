/** What the page knows: plain frozen values, changed only by `reduce`. */

import type { Badge, Board, BoardKind, Camp, Emote, Gift, GiftState, GiveGift, GoalBar, Held, Kept, Lottery, Offer, OfferState, OwnEntry, OwnPlace, Poll, Show, Waiting } from "./protocol";
import { TIER_LARGE_COINS, TIER_MEDIUM_COINS } from "./protocol";
import type { OwnChoice, OwnPush } from "./votes";

/** How the page stands with the room. `closed` does not come back without the viewer. */
export type Link =
  | { readonly at: "connecting" }
  | { readonly at: "joined" }
  | { readonly at: "waiting"; readonly reason: string }
  | { readonly at: "closed"; readonly reason: string };

/** How a video stream stands. `forbidden` and `unsupported` do not come back by themselves. */
export type VideoAt = "off" | "connecting" | "playing" | "stalled" | "unsupported" | "forbidden";

export interface Video {
  readonly at: VideoAt;
  readonly stream: MediaStream | null;
}

/** What was measured of the picture in the last second; freezes since it began. */
export interface Measured {
  readonly width: number;
  readonly height: number;
  readonly fps: number;
  readonly kbps: number;
  readonly lost_percent: number;
  readonly freezes: number;
  readonly frozen_s: number;
}

/** One row of the chat: what somebody said or gave. `key` is unique on this page. */
export type Line =
  | {
      readonly key: string;
      readonly kind: "said";
      readonly seq: number;
      readonly name: string;
      readonly text: string;
      readonly badges: readonly Badge[];
      readonly reply_to: number;
      readonly reply_name: string;
      readonly source: string;
    }
  | { readonly key: string; readonly kind: "gave"; readonly name: string; readonly gift: string; readonly count: number };

/** A line that the next one shall answer. */
export interface Answered {
  readonly seq: number;
  readonly name: string;
}

/** A gift of one's own on its way; `sending` until the server has answered for `id`. */
export interface OwnGift {
  readonly id: string;
  readonly gift: string;
  readonly count: number;
  readonly price_coins: number; // of one, as it was shown; 0 on a page that did not send it
  readonly state: "sending" | GiftState;
  readonly reason: string;
  readonly gone_at_ms: number;
  readonly seconds_left: number; // of one that runs or rests
  readonly ends_at_ms: number | null; // of one that runs
}

/** What has a price here: a gift of the catalogue, or an effect of an outside game. */
export type Sold = Pick<Gift, "id" | "name" | "emoji" | "price_coins">;

/** How much is made of a gift: by its price, all of a combo together. */
export type Tier = "small" | "medium" | "large";

/** Somebody's combo over the picture, `coins` of it up to now; `is_over` when it grows no more. */
export interface Banner {
  readonly key: string;
  readonly name: string;
  readonly gift: string;
  readonly count: number;
  readonly coins: number;
  readonly is_over: boolean;
  readonly gone_at_ms: number;
}

/** What was given a moment ago: one tap gives it again, and the combo goes on. */
export interface Again {
  readonly gift: string;
  readonly count: number;
  readonly given: number;
  readonly gone_at_ms: number;
}

/** One sentence for this viewer alone. */
export interface Notice {
  readonly key: string;
  readonly text: string;
  readonly is_bad: boolean;
  readonly gone_at_ms: number;
}

/** One's own first-person game; its time starts with its first picture, and until then nobody knows when it ends. */
export interface Play {
  readonly token: string;
  readonly seconds: number;
  readonly ends_at_ms: number | null;
  readonly seconds_left: number;
  readonly video: Video;
}

/** What ends by itself; `seconds_left` counts down on the page. */
export interface Timed {
  readonly is_over: boolean;
  readonly ends_at_ms: number;
  readonly gone_at_ms: number;
  readonly seconds_left: number;
}

export interface PollNow extends Timed {
  readonly poll: Poll;
}

export interface LotteryNow extends Timed {
  readonly lottery: Lottery;
}

/** How far the own free ticket is; `seconds` as of `at_ms`, `left_s` of watching is still to come. */
export interface FreeNow {
  readonly likes: number;
  readonly seconds: number;
  readonly at_ms: number;
  readonly left_s: number;
  readonly is_used: boolean;
}

export interface State {
  readonly link: Link;
  readonly name: string;
  readonly is_name_asked: boolean;
  readonly viewer: string | null;
  readonly epoch: string | null;
  readonly seq: number;
  readonly title: string;
  readonly balance_coins: number;
  readonly catalogue: readonly Gift[];
  readonly offers: readonly Offer[];
  readonly show: Show;
  readonly lines: readonly Line[];
  readonly gifts: readonly OwnGift[];
  readonly amount: number; // how many of a gift one tap gives
  readonly again: Again | null;
  readonly poll: PollNow | null;
  readonly vote: number | null; // the own one, in that poll
  readonly poll_folded: number | null; // the poll of which only a line is shown, as long as it runs
  readonly choice: OwnChoice | null; // what was chosen last
  readonly lottery: LotteryNow | null;
  readonly entry: OwnEntry | null; // the own one, in that lottery
  readonly free: FreeNow | null;
  readonly goals: readonly GoalBar[];
  readonly boards: Readonly<Record<BoardKind, Board | null>>;
  readonly places: Readonly<Record<BoardKind, OwnPlace | null>>;
  readonly side: "chat" | BoardKind; // what stands beside the picture
  readonly banners: readonly Banner[];
  readonly notices: readonly Notice[];
  readonly camp: Camp | null;
  readonly pushes: readonly OwnPush[]; // for a camp, not done yet
  readonly pushed: number; // how many are done
  readonly is_following: boolean;
  readonly is_moderator: boolean;
  readonly waiting: readonly Waiting[]; // own lines that nobody has heard yet
  readonly held: readonly Held[]; // lines that ask for a moderator
  readonly kept: Kept | null; // how the room is kept, for a moderator
  readonly is_keeping_open: boolean;
  readonly line_open: string | null; // the key of the line whose menu is open
  readonly reply_to: Answered | null;
  readonly emotes: readonly Emote[];
  readonly is_picker_open: boolean;
  readonly video: Video;
  readonly play: Play | null;
  readonly round_trip_ms: number | null;
  readonly media_delay_ms: number | null;
  readonly measured: Measured | null;
  readonly are_figures_shown: boolean;
  readonly is_muted: boolean;
  readonly is_tray_open: boolean;
  readonly is_chat_at_end: boolean;
}

const NO_SHOW: Show = {
  type: "show",
  audience: 0,
  likes: 0,
  ball: 0,
  score_red: 0,
  score_blue: 0,
  camp_red: 0,
  camp_blue: 0,
  playing: [],
  is_live: false,
  source: "",
  followers: 0,
  rest: "",
  shelf: [],
};

export const NO_VIDEO: Video = { at: "off", stream: null };

/** Begin with the name and the secret that this browser keeps. */
export function begin(name: string, viewer: string | null): State {
  return {
    link: { at: "connecting" },
    name,
    is_name_asked: viewer === null,
    viewer,
    epoch: null,
    seq: 0,
    title: "",
    balance_coins: 0,
    catalogue: [],
    offers: [],
    show: NO_SHOW,
    lines: [],
    gifts: [],
    amount: 1,
    again: null,
    poll: null,
    vote: null,
    poll_folded: null,
    choice: null,
    lottery: null,
    entry: null,
    free: null,
    goals: [],
    boards: { round: null, season: null },
    places: { round: null, season: null },
    side: "chat",
    banners: [],
    notices: [],
    camp: null,
    pushes: [],
    pushed: 0,
    is_following: false,
    is_moderator: false,
    waiting: [],
    held: [],
    kept: null,
    is_keeping_open: false,
    line_open: null,
    reply_to: null,
    emotes: [],
    is_picker_open: false,
    video: NO_VIDEO,
    play: null,
    round_trip_ms: null,
    media_delay_ms: null,
    measured: null,
    are_figures_shown: false,
    is_muted: true,
    is_tray_open: false,
    is_chat_at_end: true,
  };
}

/** Return the coins that are not promised to a gift on its way. */
export function freeCoins(state: State): number {
  return state.gifts
    .filter((gift) => gift.state === "sending")
    .reduce((coins, gift) => coins - priceOf(state, gift.gift) * gift.count, state.balance_coins);
}

/** Return the own gifts whose end this page has not heard of: an answer may have been lost with the line. */
export function openGifts(state: State): readonly GiveGift[] {
  return state.gifts
    .filter((own) => !isOver(own))
    .map(({ id, gift, count, price_coins }) => ({ type: "gift", id, gift, count, price_coins }));
}

/** Say that nothing more will be heard of a gift. */
export function isOver(own: OwnGift): boolean {
  return own.state === "done" || own.state === "refused" || own.state === "refunded";
}

/** Return a gift of the catalogue or of a game, or null for one that this show does not know. */
export function giftOf(state: State, id: string): Sold | null {
  return state.catalogue.find((gift) => gift.id === id) ?? state.offers.find((offer) => offer.id === id) ?? null;
}

/** Return what hinders a gift just now or is left of it, or null for one without such cares. */
export function shelfOf(state: State, id: string): OfferState | null {
  return state.show.shelf.find((one) => one.id === id) ?? null;
}

/** Say whether several of a gift can be given at once: not of what takes its time, nor of what a game does. */
export function canBeMany(state: State, id: string): boolean {
  const gift = state.catalogue.find((one) => one.id === id);
  return gift !== undefined && gift.reaction !== "ticket" && gift.seconds === 0;
}

/** Return how many of a gift one tap gives. */
export function amountOf(state: State, id: string): number {
  return canBeMany(state, id) ? state.amount : 1;
}

export function tierOf(coins: number): Tier {
  return coins >= TIER_LARGE_COINS ? "large" : coins >= TIER_MEDIUM_COINS ? "medium" : "small";
}

/** Estimate the delay between the server and this viewer's eyes; null before anything was measured. */
export function latencyMs(state: State): number | null {
  if (state.round_trip_ms === null || state.media_delay_ms === null || state.video.at !== "playing") return null;
  return Math.round(state.round_trip_ms / 2 + state.media_delay_ms);
}

function priceOf(state: State, id: string): number {
  return giftOf(state, id)?.price_coins ?? 0;
}
