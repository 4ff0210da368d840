/** Every change of the page's state, as one pure function of what was told and the time of it. */

import { COMBO_S, type Camp, type ChatLine, type ComboEnded, type Decided, type GiftGiven, type FreeTicket, FREE_TICKET_SECONDS, type GiftUpdate, LOTTERY_SHOWN_S, type Lottery, POLL_SHOWN_S, type Poll, TICKET_SECONDS, type ToViewer, type Welcome } from "./protocol";
import { type Answered, type Banner, type Line, type Link, type Measured, NO_VIDEO, type Notice, type OwnGift, type Play, type FreeNow, type LotteryNow, type PollNow, type State, type Timed, type Video, canBeMany, freeCoins, giftOf, isOver, tierOf } from "./state";
import { withChoice, withoutOpenChoice, withPush, withPushTold, withVotesAfter } from "./votes";
import { withDecided, withHeld, withWaiting } from "./waiting";
import { words } from "./words";

export const LINES_MAX = 200;
export const BANNERS_MAX = 3;
export const NOTICES_MAX = 3;
export const OWN_GIFTS_MAX = 6;
export const BANNER_MS = { small: COMBO_S * 1_000 + 500, medium: 6_000, large: 8_000 } as const;
export const BANNER_OVER_MS = 2_500;
export const NOTICE_MS = 6_000;
export const PAID_GIFT_MS = 30_000;
export const QUEUED_GIFT_MS = 300_000;
export const DONE_GIFT_MS = 5_000;
export const FAILED_GIFT_MS = 15_000;
const SHOWN_MS = {
  committed: PAID_GIFT_MS,
  queued: QUEUED_GIFT_MS,
  running: QUEUED_GIFT_MS, // after its seconds, which are at most as many again
  paused: 2 * QUEUED_GIFT_MS,
  done: DONE_GIFT_MS,
  failed: PAID_GIFT_MS,
  refused: FAILED_GIFT_MS,
  refunded: FAILED_GIFT_MS,
} as const;
const MEASURE_WEIGHT = 0.3;
const NEVER_MS = Number.MAX_SAFE_INTEGER;

/** What happens on the page itself. */
export type Happening =
  | { readonly type: "link_changed"; readonly link: Link }
  | { readonly type: "renamed"; readonly name: string }
  | { readonly type: "name_asked"; readonly is_asked: boolean }
  | { readonly type: "gift_sent"; readonly id: string; readonly gift: string; readonly count: number }
  | { readonly type: "push_sent"; readonly id: string; readonly camp: Camp }
  | { readonly type: "choice_sent"; readonly choice: number }
  | { readonly type: "liked" }
  | { readonly type: "poll_folded"; readonly poll: number; readonly is_folded: boolean }
  | { readonly type: "amount_chosen"; readonly amount: number }
  | { readonly type: "side_chosen"; readonly side: State["side"] }
  | { readonly type: "video_changed"; readonly video: Video }
  | { readonly type: "own_video_changed"; readonly video: Video }
  | { readonly type: "play_failed"; readonly reason: string }
  | { readonly type: "play_moved"; readonly reason: string }
  | { readonly type: "round_trip"; readonly ms: number }
  | { readonly type: "media_delay"; readonly ms: number }
  | { readonly type: "measured"; readonly measured: Measured }
  | { readonly type: "figures_shown"; readonly are_shown: boolean }
  | { readonly type: "muted"; readonly is_muted: boolean }
  | { readonly type: "tray_opened"; readonly is_open: boolean }
  | { readonly type: "chat_scrolled"; readonly is_at_end: boolean }
  | { readonly type: "line_reported" }
  | { readonly type: "keeping_opened"; readonly is_open: boolean }
  | { readonly type: "line_opened"; readonly key: string | null }
  | { readonly type: "reply_began"; readonly to: Answered | null }
  | { readonly type: "picker_opened"; readonly is_open: boolean }
  | { readonly type: "tick" };

/** Return the state after `message`; the same object when nothing changed. `now_ms` is any monotonic clock. */
export function reduce(state: State, message: ToViewer | Happening, now_ms: number): State {
  switch (message.type) {
    case "welcome":
      return welcomed(state, message, now_ms);
    case "chat":
      return message.seq <= state.seq ? state : heard(state, message);
    case "wallet":
      return { ...state, balance_coins: message.balance_coins };
    case "gift_given":
      return message.seq <= state.seq
        ? state
        : { ...heard(state, message), banners: withBanner(state, message, now_ms) };
    case "combo_ended":
      return { ...state, banners: withEnd(state.banners, message, now_ms) };
    case "poll":
      return {
        ...state,
        poll: pollNow(message, now_ms),
        vote: state.poll?.poll.id === message.id ? state.vote : null,
        poll_folded: message.is_over ? null : state.poll_folded, // its end is worth the room
      };
    case "poll_folded":
      return { ...state, poll_folded: message.is_folded ? message.poll : null };
    case "own_vote":
      return state.poll?.poll.id === message.poll
        ? { ...state, vote: message.choice, choice: { poll: message.poll, question: state.poll.poll.question, choice: message.choice, is_open: false } }
        : state;
    case "lottery":
      return { ...state, lottery: lotteryNow(message, now_ms), entry: state.entry?.lottery === message.id ? state.entry : null };
    case "own_entry":
      return { ...state, entry: message };
    case "free_ticket":
      return { ...state, free: freeNow(message, now_ms) };
    case "liked":
      return state.free === null ? state : { ...state, free: { ...state.free, likes: state.free.likes + 1 } };
    case "goals":
      return { ...state, goals: message.goals };
    case "board":
      return { ...state, boards: { ...state.boards, [message.of]: message } };
    case "own_place":
      return { ...state, places: { ...state.places, [message.of]: message } };
    case "side_chosen":
      return { ...state, side: message.side };
    case "amount_chosen":
      return { ...state, amount: message.amount };
    case "lines":
      return message.lines.reduce((told, line) => reduce(told, line, now_ms), state);
    case "waiting":
      return withWaiting(state, message);
    case "held":
      return withHeld(state, message);
    case "kept":
      return { ...state, kept: message };
    case "keeping_opened":
      return { ...state, is_keeping_open: message.is_open };
    case "decided":
      return decided(state, message, now_ms);
    case "removed":
      return {
        ...state,
        lines: withoutLines(state.lines, [message.seq]),
        reply_to: state.reply_to?.seq === message.seq ? null : state.reply_to,
      };
    case "line_reported":
      return withNotice({ ...state, line_open: null }, words.reported, false, now_ms);
    case "line_opened":
      return { ...state, line_open: message.key };
    case "reply_began":
      return { ...state, reply_to: message.to, line_open: null };
    case "picker_opened":
      return { ...state, is_picker_open: message.is_open };
    case "show":
      return { ...state, show: message };
    case "offers":
      return { ...state, offers: message.offers };
    case "gift_update":
      return giftUpdated(state, message, now_ms);
    case "play_start":
      return {
        ...state,
        is_tray_open: false,
        play: {
          token: message.token,
          seconds: message.seconds,
          ends_at_ms: null,
          seconds_left: Math.ceil(message.seconds),
          video: state.play?.token === message.token ? state.play.video : NO_VIDEO,
        },
      };
    case "play_end":
      return withNotice({ ...state, play: null }, message.reason || words.play_over, false, now_ms);
    case "play_moved":
      return withNotice({ ...state, play: null }, message.reason, false, now_ms);
    case "play_failed":
      return withNotice({ ...state, play: null }, message.reason, true, now_ms);
    case "refused":
      return withNotice(message.about === "vote" ? withoutOpenChoice(state) : state, message.reason, true, now_ms);
    case "pong":
      return state;
    case "link_changed":
      return { ...state, link: message.link };
    case "renamed":
      return { ...state, name: message.name, is_name_asked: false };
    case "name_asked":
      return { ...state, is_name_asked: message.is_asked };
    case "gift_sent":
      return giftSent(state, message.id, message.gift, message.count, now_ms);
    case "own_follow":
      return { ...state, is_following: message.is_following };
    case "own_camp":
      return { ...state, camp: message.camp };
    case "push_sent":
      return withPush(state, message.id, message.camp, now_ms);
    case "push_update":
      return message.reason === "" || message.state === "queued"
        ? withPushTold(state, message, now_ms)
        : withNotice(withPushTold(state, message, now_ms), message.reason, true, now_ms);
    case "choice_sent":
      return withChoice(state, message.choice);
    case "video_changed":
      return { ...state, video: message.video };
    case "own_video_changed":
      return state.play === null ? state : { ...state, play: withOwnVideo(state.play, message.video, now_ms) };
    case "round_trip":
      return { ...state, round_trip_ms: smoothed(state.round_trip_ms, message.ms) };
    case "media_delay":
      return { ...state, media_delay_ms: smoothed(state.media_delay_ms, message.ms) };
    case "measured":
      return { ...state, measured: message.measured };
    case "figures_shown":
      return { ...state, are_figures_shown: message.are_shown };
    case "muted":
      return { ...state, is_muted: message.is_muted };
    case "tray_opened":
      return { ...state, is_tray_open: message.is_open };
    case "chat_scrolled":
      return state.is_chat_at_end === message.is_at_end ? state : { ...state, is_chat_at_end: message.is_at_end };
    case "tick":
      return ticked(state, now_ms);
    default:
      return unknown(message, state);
  }
}

/** A newer server may say what this page does not know yet: the compiler knows no such message, so it changes nothing. */
function unknown(_message: never, state: State): State {
  return state;
}

function welcomed(state: State, welcome: Welcome, now_ms: number): State {
  const is_same_life = welcome.epoch === state.epoch;
  const recent = is_same_life ? welcome.recent.filter((told) => told.seq > state.seq) : welcome.recent;
  // A room that was born again has no lines yet: what was said before stays readable.
  const before = is_same_life || recent.length === 0 ? withoutLines(state.lines, is_same_life ? welcome.removed : []) : [];
  const play = welcome.player === null ? null : playOn(state.play, welcome.player, welcome.player_seconds_left, now_ms);
  const next: State = {
    ...withVotesAfter(state, welcome, is_same_life, now_ms),
    link: { at: "joined" },
    viewer: welcome.viewer,
    name: welcome.name,
    epoch: welcome.epoch,
    seq: welcome.seq,
    title: welcome.title,
    balance_coins: welcome.balance_coins,
    catalogue: welcome.catalogue,
    offers: welcome.offers,
    show: welcome.show,
    lines: recent.reduce((lines, told) => withLine(lines, lineOf(told, welcome.epoch)), before),
    camp: welcome.camp,
    is_following: welcome.is_following,
    is_moderator: welcome.is_moderator,
    emotes: welcome.emotes,
    poll: welcome.poll === null ? null : pollNow(welcome.poll, now_ms),
    vote: welcome.vote,
    lottery: welcome.lottery === null ? null : lotteryNow(welcome.lottery, now_ms),
    entry: welcome.entry,
    free: welcome.free_ticket === null ? null : freeNow(welcome.free_ticket, now_ms),
    goals: welcome.goals,
    boards: { ...state.boards, round: welcome.board },
    waiting: welcome.waiting,
    held: welcome.held,
    kept: welcome.kept,
    play,
    reply_to: is_same_life ? state.reply_to : null,
  };
  const shown = { ...next, banners: welcome.combos.reduce((banners, given) => withBanner({ ...next, banners }, given, now_ms), next.banners) };
  const is_lost = !is_same_life && state.waiting.length > 0;
  const told = is_lost ? withNotice(shown, words.waiting_lost, true, now_ms) : shown;
  return state.play !== null && play === null ? withNotice(told, words.play_over, false, now_ms) : told;
}

/** Go on with a game: with the clock it had, or the room's when this page (loaded anew) has none. */
function playOn(before: Play | null, token: string, left_s: number | null, now_ms: number): Play {
  const play = before?.token === token ? before : { token, seconds: TICKET_SECONDS, ends_at_ms: null, seconds_left: TICKET_SECONDS, video: NO_VIDEO };
  if (play.ends_at_ms !== null || left_s === null) return play;
  return { ...play, ends_at_ms: now_ms + left_s * 1_000, seconds_left: Math.ceil(left_s) };
}

function decided(state: State, message: Decided, now_ms: number): State {
  const is_own = state.waiting.some((one) => one.id === message.id);
  const next = withDecided(state, message);
  return is_own && !message.is_told ? withNotice(next, message.reason, true, now_ms) : next;
}

function heard(state: State, told: ChatLine | GiftGiven): State {
  return { ...state, seq: told.seq, lines: withLine(state.lines, lineOf(told, state.epoch)) };
}

function lineOf(told: ChatLine | GiftGiven, epoch: string | null): Line {
  const key = `${epoch}:${told.seq}`;
  return told.type === "chat"
    ? { key, kind: "said", seq: told.seq, name: told.name, text: told.text, badges: told.badges, reply_to: told.reply_to, reply_name: told.reply_name, source: told.source }
    : { key: told.combo === "" ? key : told.combo, kind: "gave", name: told.name, gift: told.gift, count: told.combo_count };
}

function withoutLines(lines: readonly Line[], removed: readonly number[]): readonly Line[] {
  return removed.length === 0 ? lines : lines.filter((line) => line.kind !== "said" || !removed.includes(line.seq));
}

/** Append a line; a combo counts up in the row where it began. */
function withLine(lines: readonly Line[], line: Line): readonly Line[] {
  const began = line.kind === "gave" ? lines.findLastIndex((one) => one.key === line.key) : -1;
  return began < 0 ? [...lines, line].slice(-LINES_MAX) : lines.with(began, line);
}

function withBanner(state: State, given: GiftGiven, now_ms: number): readonly Banner[] {
  const coins = (giftOf(state, given.gift)?.price_coins ?? 0) * given.combo_count;
  const gone_at_ms = now_ms + BANNER_MS[tierOf(coins)];
  const banner = { key: given.combo, name: given.name, gift: given.gift, count: given.combo_count, coins, is_over: false, gone_at_ms };
  const at = state.banners.findIndex((one) => one.key === given.combo);
  return at < 0 ? [...state.banners, banner].slice(-BANNERS_MAX) : state.banners.with(at, banner);
}

/** Let a combo that is over stand a moment longer, with what it came to. */
function withEnd(banners: readonly Banner[], ended: ComboEnded, now_ms: number): readonly Banner[] {
  return banners.map((one) =>
    one.key === ended.combo ? { ...one, count: ended.count, coins: ended.coins, is_over: true, gone_at_ms: Math.max(one.gone_at_ms, now_ms + BANNER_OVER_MS) } : one,
  );
}

function giftSent(state: State, id: string, gift: string, count: number, now_ms: number): State {
  const of = giftOf(state, gift);
  if (of === null || of.price_coins * count > freeCoins(state)) return state;
  const own: OwnGift = { id, gift, count, price_coins: of.price_coins, state: "sending", reason: "", gone_at_ms: NEVER_MS, seconds_left: 0, ends_at_ms: null };
  const before = state.again?.gift === gift && state.again.gone_at_ms > now_ms ? state.again.given : 0;
  const again = canBeMany(state, gift) ? { gift, count, given: before + count, gone_at_ms: now_ms + COMBO_S * 1_000 } : null;
  return { ...state, gifts: [...state.gifts, own], again };
}

function giftUpdated(state: State, update: GiftUpdate, now_ms: number): State {
  const is_failed = update.state === "refused" || update.state === "refunded";
  const is_in_line = update.state === "committed" && update.reason !== "";
  const left_ms = update.seconds * 1_000;
  const told = {
    id: update.id,
    state: update.state,
    reason: update.reason,
    gone_at_ms: now_ms + left_ms + (is_in_line ? QUEUED_GIFT_MS : SHOWN_MS[update.state]),
    seconds_left: Math.ceil(update.seconds),
    ends_at_ms: update.state === "running" && left_ms > 0 ? now_ms + left_ms : null,
  };
  const is_known = state.gifts.some((own) => own.id === update.id);
  // A page that was loaded anew, or another page of this viewer, hears of a gift that it did not send.
  const gifts =
    is_known || update.gift === ""
      ? state.gifts.map((own) => (own.id === update.id ? { ...own, ...told } : own))
      : [...state.gifts, { ...told, gift: update.gift, count: 1, price_coins: 0 }]; // what takes its time is given one at a time
  const next = { ...state, balance_coins: update.balance_coins, gifts: kept(gifts) };
  if (!is_failed) return next;
  const said = update.state === "refunded" ? words.refunded : words.refused;
  // A game that could not be played says the same sentence when it ends: once is enough.
  const notices = next.notices.filter((notice) => notice.text !== update.reason);
  return withNotice({ ...next, notices }, update.reason ? `${said}: ${update.reason}` : said, true, now_ms);
}

/** Forget the oldest gifts above the limit, never one that the server still owes an answer for, or that waits. */
function kept(gifts: readonly OwnGift[]): readonly OwnGift[] {
  let surplus = gifts.length - OWN_GIFTS_MAX;
  return gifts.filter((own) => (!isOver(own) && own.state !== "committed") || surplus-- <= 0);
}

function withNotice(state: State, text: string, is_bad: boolean, now_ms: number): State {
  const others = state.notices.filter((one) => one.text !== text);
  const notice: Notice = { key: `${now_ms}:${text}`, text, is_bad, gone_at_ms: now_ms + NOTICE_MS };
  return { ...state, notices: [...others, notice].slice(-NOTICES_MAX) };
}

function timed(of: { readonly is_over: boolean; readonly seconds_left: number }, shown_s: number, now_ms: number): Timed {
  const gone_at_ms = of.is_over ? now_ms + shown_s * 1_000 : NEVER_MS;
  return { is_over: of.is_over, ends_at_ms: now_ms + of.seconds_left * 1_000, gone_at_ms, seconds_left: Math.ceil(of.seconds_left) };
}

function pollNow(poll: Poll, now_ms: number): PollNow {
  return { poll, ...timed(poll, POLL_SHOWN_S, now_ms) };
}

function lotteryNow(lottery: Lottery, now_ms: number): LotteryNow {
  return { lottery, ...timed(lottery, LOTTERY_SHOWN_S, now_ms) };
}

function withCountdown<T extends Timed>(now: T | null, now_ms: number): T | null {
  if (now === null || now.gone_at_ms <= now_ms) return null;
  const seconds_left = now.is_over ? 0 : Math.max(0, Math.ceil((now.ends_at_ms - now_ms) / 1_000));
  return seconds_left === now.seconds_left ? now : { ...now, seconds_left };
}

function freeNow(free: FreeTicket, now_ms: number): FreeNow {
  return { likes: free.likes, seconds: free.seconds, at_ms: now_ms, left_s: secondsToWatch(free.seconds), is_used: free.is_used };
}

function withWatching(free: FreeNow | null, now_ms: number): FreeNow | null {
  if (free === null || free.is_used) return free;
  const left_s = secondsToWatch(free.seconds + (now_ms - free.at_ms) / 1_000);
  return left_s === free.left_s ? free : { ...free, left_s };
}

function secondsToWatch(seconds: number): number {
  return Math.max(0, Math.ceil(FREE_TICKET_SECONDS - seconds));
}

/** Follow a measurement calmly: one late packet is no reason to frighten anybody. */
function smoothed(before_ms: number | null, now_ms: number): number {
  return before_ms === null ? now_ms : before_ms + MEASURE_WEIGHT * (now_ms - before_ms);
}

function withOwnVideo(play: Play, video: Video, now_ms: number): Play {
  const is_beginning = video.at === "playing" && play.ends_at_ms === null;
  return { ...play, video, ends_at_ms: is_beginning ? now_ms + play.seconds * 1_000 : play.ends_at_ms };
}

function ticked(state: State, now_ms: number): State {
  const is_here = (one: { readonly gone_at_ms: number }): boolean => one.gone_at_ms > now_ms;
  const play = state.play === null ? null : withClock(state.play, now_ms);
  const gifts = withCountdowns(state.gifts, now_ms);
  const again = state.again !== null && is_here(state.again) ? state.again : null;
  const poll = withCountdown(state.poll, now_ms);
  const lottery = withCountdown(state.lottery, now_ms);
  const free = withWatching(state.free, now_ms);
  const are_together_still = poll === state.poll && lottery === state.lottery && free === state.free;
  const is_still = are_together_still && play === state.play && gifts === state.gifts && again === state.again;
  if (is_still && [...gifts, ...state.banners, ...state.notices].every(is_here)) return state;
  return {
    ...state,
    gifts: gifts.filter(is_here),
    banners: state.banners.filter(is_here),
    notices: state.notices.filter(is_here),
    again,
    poll,
    lottery,
    free,
    play,
  };
}

/** Return the same gifts while no whole second has passed for one that runs. */
function withCountdowns(gifts: readonly OwnGift[], now_ms: number): readonly OwnGift[] {
  const left = (own: OwnGift): number =>
    own.ends_at_ms === null ? own.seconds_left : Math.max(0, Math.ceil((own.ends_at_ms - now_ms) / 1_000));
  if (gifts.every((own) => left(own) === own.seconds_left)) return gifts;
  return gifts.map((own) => ({ ...own, seconds_left: left(own) }));
}

function withClock(play: Play, now_ms: number): Play {
  if (play.ends_at_ms === null) return play;
  const seconds_left = Math.max(0, Math.ceil((play.ends_at_ms - now_ms) / 1_000));
  return seconds_left === play.seconds_left ? play : { ...play, seconds_left };
}
