// What the room tells games, bots and overlays, and what they may ask of it.
// Written by `python -m avatar_live.protocol.typescript` from avatar_live/protocol; change it there.

export type Camp = "blue" | "red";

export type Deed = "approve" | "ban" | "delay" | "demote" | "deny" | "dismiss" | "freeze" | "hold" | "links_off" | "links_on" | "mute" | "remove" | "slow" | "thaw" | "unban" | "unmute";

export type GoalKind = "coins" | "followers" | "likes" | "viewers";

export type Prize = "coins" | "ticket";

export type HoldMode = "all" | "links" | "newcomers" | "off" | "words";

export type HoldEnd = "drop" | "tell";

/** Hear only events of these types from now on, or everything again (none named). */
export interface UseMask {
  readonly type: "mask";
  readonly id: string;
  readonly types?: readonly string[];
}

/** Ask how the show does: the answer's `data` has the fields of `RoomState`. */
export interface AskState {
  readonly type: "state";
  readonly id: string;
}

/** Write a chat line in the program's own name or another; `reply_to` is the number of the line that it answers. */
export interface SayLine {
  readonly type: "say";
  readonly id: string;
  readonly text: string;
  readonly name?: string;
  readonly reply_to?: number;
}

/** Keep order as a moderator does, see `Moderate`; the audit log names the token. */
export interface KeepOrder {
  readonly type: "moderate";
  readonly deed: Deed;
  readonly seq?: number;
  readonly viewer?: string;
  readonly seconds?: number;
  readonly reason?: string;
  readonly is_by_address?: boolean;
  readonly line?: number;
  readonly hold?: HoldMode;
  readonly then?: HoldEnd;
  readonly id: string;
}

/** Send `count` events marked as a test to every program and webhook; `data` sets some of their fields. Nothing happens in the room, and no coin moves. */
export interface SendTest {
  readonly type: "test";
  readonly id: string;
  readonly event: string;
  readonly count?: number;
  readonly data?: Readonly<Record<string, string | number | boolean>>;
}

/** Sell effects, and no others, from now on: `game` is here while this line is. The answer's `data` has what is paid and waits for the game, as `asked`; the contract stands in `effects.py`. The game belongs to the token that offers it first, until that ends or the game has been away for long. */
export interface OfferEffects {
  readonly type: "offer_effects";
  readonly id: string;
  readonly game: string;
  readonly effects: readonly OfferedEffect[];
}

/** Offer one effect. `seconds` is how long it runs, 0 for what happens at once; `cooldown_s` is the time from one sale to the next. Of the `_max`, 0 means without limit; `at_once_max` may run at the same time, others wait. */
export interface OfferedEffect {
  readonly id: string;
  readonly name: string;
  readonly emoji: string;
  readonly price_coins: number;
  readonly seconds?: number;
  readonly cooldown_s?: number;
  readonly per_show_max?: number;
  readonly per_viewer_max?: number;
  readonly at_once_max?: number;
  readonly is_available?: boolean;
}

/** Say how far a paid effect is; `reason` tells the giver why it failed. */
export interface ReportEffect {
  readonly type: "effect_state";
  readonly id: string;
  readonly effect_id: string;
  readonly state: "accepted" | "done" | "failed" | "paused" | "resumed" | "running";
  readonly reason?: string;
}

/** Begin: the newest event is `seq` of `epoch`, and from `oldest_seq` on all are kept (above `seq` when none is). Who hears nothing for twice `keepalive_s` connects again. `types` is the mask, empty for everything. */
export interface ProgramWelcome {
  readonly type: "welcome";
  readonly epoch: string;
  readonly seq: number;
  readonly oldest_seq: number;
  readonly keepalive_s: number;
  readonly scopes: readonly ("chat" | "games" | "host" | "moderate" | "money" | "read")[];
  readonly types: readonly string[];
  readonly title: string;
}

/** Say that the line lives; every event up to `seq` was told here, or is masked. */
export interface Keepalive {
  readonly type: "keepalive";
  readonly epoch: string;
  readonly seq: number;
}

/** Say, before what is kept is told again, that some events are gone. Of the asked epoch some after `since` and before `oldest_seq`: chat and likes first, while gifts, effects and the like are kept for longer and told. Of an earlier `epoch` nobody knows how many. */
export interface Missed {
  readonly type: "missed";
  readonly epoch: string;
  readonly since: number;
  readonly oldest_seq: number;
}

/** Say that the server stops: connect again after `after_s` and resume after `seq` of `epoch`. */
export interface Reconnect {
  readonly type: "reconnect";
  readonly epoch: string;
  readonly seq: number;
  readonly after_s: number;
}

/** Answer the command `id`: done, with what was asked for in `data`, or refused for a `reason`. */
export interface Answer {
  readonly type: "answer";
  readonly id: string;
  readonly ok: boolean;
  readonly reason?: string;
  readonly data?: unknown;
}

/** How the show does just now. */
export interface RoomState {
  readonly title: string;
  readonly is_live: boolean;
  readonly audience: number;
  readonly likes: number;
  readonly camp_red: number;
  readonly camp_blue: number;
  readonly score_red: number;
  readonly score_blue: number;
  readonly playing: readonly string[];
}

/** Answer an offer: it is on the shelf, and `asked` is what is paid and waits for the game, each to be done once. */
export interface OfferTaken {
  readonly asked: readonly EffectAskedEvent[];
}

/** Tell a game of a paid effect that waits for it; `name` is the giver's, `seconds` what is left of the running. */
export interface EffectAskedEvent {
  readonly id: string;
  readonly game: string;
  readonly effect: string;
  readonly name: string;
  readonly price_coins: number;
  readonly seconds: number;
}

/** A viewer came in; `audience` is how many are here with them. */
export interface ViewerJoinedEvent {
  readonly name: string;
  readonly audience: number;
}

/** A viewer went; `audience` is how many are left. */
export interface ViewerLeftEvent {
  readonly name: string;
  readonly audience: number;
}

/** Somebody wrote a line that everybody reads; `line` is its number, `reply_to` that of the line that it answers. */
export interface ChatEvent {
  readonly name: string;
  readonly text: string;
  readonly line: number;
  readonly role: "host" | "moderator" | "viewer";
  readonly reply_to: number;
}

/** A moderator took a line off every page; a line's `chat` has no text any more when it is told again. */
export interface ChatRemovedEvent {
  readonly line: number;
}

/** Viewers liked, told once a tick for everybody together; `total` counts the whole show. */
export interface LikeEvent {
  readonly count: number;
  readonly total: number;
}

/** A gift was committed: its coins are paid. `id` is the giver's own, and names it for ever. `price_coins` is what was paid for all `count` of them. `combo` is the same for gifts of one kind that a viewer gives one after another, and `combo_count` how many those are up to now. A gift with a `source` was given on another platform: it cost no coins of ours, and `worth` says in words what it was worth there. */
export interface GiftEvent {
  readonly id: string;
  readonly name: string;
  readonly gift: string;
  readonly price_coins: number;
  readonly count: number;
  readonly combo: string;
  readonly combo_count: number;
  readonly worth: string;
}

/** A combo of more than one gift is over; `price_coins` is what was paid for all of it. */
export interface ComboEndedEvent {
  readonly combo: string;
  readonly name: string;
  readonly gift: string;
  readonly count: number;
  readonly price_coins: number;
}

/** A viewer follows the room from now on, or the host on the platform that `source` names. `followers` is how many follow the room. */
export interface FollowedEvent {
  readonly name: string;
  readonly followers: number;
}

/** A viewer stands with a camp from now on. */
export interface CampEvent {
  readonly name: string;
  readonly camp: Camp;
}

/** A camp scored; the score after it. */
export interface GoalEvent {
  readonly camp: Camp;
  readonly red: number;
  readonly blue: number;
}

/** The host asks something; `GET /api/polls` has the choices. */
export interface PollStartedEvent {
  readonly poll: number;
  readonly question: string;
  readonly choices: number;
  readonly seconds: number;
  readonly is_quiz: boolean;
}

/** A poll is over: the choice with most `votes` (empty where nobody voted) of a `total`. Of a quiz, the `answer` and how many were `right`. */
export interface PollEndedEvent {
  readonly poll: number;
  readonly question: string;
  readonly winner: string;
  readonly votes: number;
  readonly total: number;
  readonly answer: string;
  readonly right: number;
}

/** Everybody together has reached what the host set: so many likes, coins, followers or viewers. */
export interface GoalReachedEvent {
  readonly goal: number;
  readonly kind: GoalKind;
  readonly title: string;
  readonly target: number;
}

/** Viewers can enter a lottery; `commitment` is the SHA-256 of the seed that draws. */
export interface LotteryStartedEvent {
  readonly lottery: number;
  readonly prize: Prize;
  readonly coins: number;
  readonly winners: number;
  readonly word: string;
  readonly likes: number;
  readonly commitment: string;
}

/** A lottery is over and its prizes are booked: the names of the `count` winners, and the seed that drew them. */
export interface LotteryEndedEvent {
  readonly lottery: number;
  readonly winners: string;
  readonly count: number;
  readonly entries: number;
  readonly prize: Prize;
  readonly coins: number;
  readonly seed: string;
}

/** The board of who gave most in the round is empty again. */
export interface RoundStartedEvent {
  readonly round: number;
}

/** A viewer with a ticket is in the game. */
export interface PlayStartedEvent {
  readonly player: string;
  readonly name: string;
  readonly camp: Camp;
}

/** A viewer's game is over, and why. */
export interface PlayEndedEvent {
  readonly player: string;
  readonly name: string;
  readonly reason: string;
}

/** The gift of this id was paid back, and why. */
export interface RefundEvent {
  readonly id: string;
  readonly reason: string;
}

/** An effect of an outside game is done, or it failed for a reason and is paid back. */
export interface EffectEndedEvent {
  readonly id: string;
  readonly game: string;
  readonly effect: string;
  readonly state: "done" | "failed";
  readonly reason: string;
}

/** What `data` holds, by the type of the event. */
export interface EventData {
  readonly viewer_joined: ViewerJoinedEvent;
  readonly viewer_left: ViewerLeftEvent;
  readonly chat: ChatEvent;
  readonly chat_removed: ChatRemovedEvent;
  readonly like: LikeEvent;
  readonly gift: GiftEvent;
  readonly combo_ended: ComboEndedEvent;
  readonly followed: FollowedEvent;
  readonly camp: CampEvent;
  readonly goal: GoalEvent;
  readonly poll_started: PollStartedEvent;
  readonly poll_ended: PollEndedEvent;
  readonly goal_reached: GoalReachedEvent;
  readonly lottery_started: LotteryStartedEvent;
  readonly lottery_ended: LotteryEndedEvent;
  readonly round_started: RoundStartedEvent;
  readonly play_started: PlayStartedEvent;
  readonly play_ended: PlayEndedEvent;
  readonly refund: RefundEvent;
  readonly effect_asked: EffectAskedEvent;
  readonly effect_ended: EffectEndedEvent;
}

export type FromProgram = UseMask | AskState | SayLine | KeepOrder | SendTest | OfferEffects | ReportEffect;

export type ToProgram = ProgramWelcome | Keepalive | Missed | Reconnect | Answer;
