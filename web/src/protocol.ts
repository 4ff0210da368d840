// What the viewer's page and the server say to each other.
// Written by `python -m avatar_live.protocol.typescript` from avatar_live/protocol; change it there.

export const TICKET_SECONDS = 30.0;
export const GIANT_HEAD_SECONDS = 10.0;
export const DANCE_SECONDS = 4.0;
export const COMBO_S = 5.0;
export const FREE_TICKET_LIKES = 100;
export const FREE_TICKET_SECONDS = 300.0;
export const TIER_MEDIUM_COINS = 50;
export const TIER_LARGE_COINS = 150;
export const START_BALANCE_COINS = 1000;

export const QUESTION_CHARACTERS_MAX = 120;
export const CHOICE_CHARACTERS_MAX = 40;
export const CHOICES_MIN = 2;
export const CHOICES_MAX = 6;
export const POLL_SECONDS_MIN = 5;
export const POLL_SECONDS_MAX = 3600;
export const POLL_SHOWN_S = 15.0;
export const GOALS_MAX = 3;
export const GOAL_TARGET_MAX = 1000000000;
export const GOAL_TITLE_CHARACTERS_MAX = 40;
export const PLACES_MAX = 10;
export const WINNERS_MAX = 50;
export const LOTTERY_COINS_MAX = 1000000;
export const LOTTERY_LIKES_MAX = 10000;
export const LOTTERY_WORD_CHARACTERS_MAX = 20;
export const LOTTERY_SECONDS_MIN = 5;
export const LOTTERY_SECONDS_MAX = 3600;
export const LOTTERY_SHOWN_S = 30.0;

export const MESSAGE_BYTES_MAX = 4096;
export const NAME_CHARACTERS_MAX = 24;
export const CHAT_CHARACTERS_MAX = 200;
export const LIKES_PER_MESSAGE_MAX = 50;
export const GIFT_ID_CHARACTERS_MAX = 64;
export const GIFT_COUNT_MAX = 99;
export const PUSH_ID_CHARACTERS_MAX = 64;
export const CLOSE_SLOW = 4000;
export const CLOSE_RESTARTING = 4001;
export const CLOSE_BAD_MESSAGE = 4100;
export const CLOSE_REFUSED = 4101;
export const CLOSE_FULL = 4002;
export const CLOSE_TOKEN = 4102;
export const MODERATION_SECONDS_MAX = 2592000.0;
export const REASON_CHARACTERS_MAX = 200;
export const SHOW_HZ = 10.0;

export type Reaction = "barrage" | "confetti" | "fireworks" | "giant_head" | "move" | "sticker" | "throw" | "ticket";

export type Move = "bow" | "cheer" | "dance" | "wave";

export type Camp = "blue" | "red";

export type GiftState = "committed" | "done" | "failed" | "paused" | "queued" | "refunded" | "refused" | "running";

export type PushState = "done" | "failed" | "queued" | "refused";

export type Hindrance = "away" | "cooling" | "off" | "sold_out";

export type Deed = "approve" | "ban" | "delay" | "demote" | "deny" | "dismiss" | "freeze" | "hold" | "links_off" | "links_on" | "mute" | "remove" | "slow" | "thaw" | "unban" | "unmute";

export type Badge = "follower" | "host" | "moderator" | "top";

export type GoalKind = "coins" | "followers" | "likes" | "viewers";

export type Prize = "coins" | "ticket";

export type BoardKind = "round" | "season";

export type HoldMode = "all" | "links" | "newcomers" | "off" | "words";

export type HoldEnd = "drop" | "tell";

export type HoldReason = "all" | "delay" | "link" | "newcomer" | "word";

export type Rest = "" | "frozen" | "hidden";

export type FromViewer = Join | Say | Like | GiveGift | PickCamp | Vote | AskBoard | Follow | ClaimTicket | LeaveGame | Moderate | ReportLine | Ping;

export type ToViewer = Welcome | ChatLine | GiftGiven | ComboEnded | Removed | Waiting | Held | Decided | Kept | Lines | Show | Offers | GiftUpdate | PlayStart | PlayEnd | OwnCamp | PushUpdate | OwnFollow | Poll | OwnVote | Goals | Lottery | OwnEntry | FreeTicket | Board | OwnPlace | Refused | Wallet | Pong;

/** Enter the room, first message of all. `viewer` is the secret id that the page keeps (it owns the wallet); absent for a newcomer. `epoch` and `seq` say what a returning page has seen. */
export interface Join {
  readonly type: "join";
  readonly name: string;
  readonly viewer?: string | null;
  readonly epoch?: string | null;
  readonly seq?: number;
  readonly token?: string | null;
}

/** Write a chat line; `reply_to` is the `seq` of the line that it answers. */
export interface Say {
  readonly type: "say";
  readonly text: string;
  readonly reply_to?: number;
}

/** Like `count` times since the last message. */
export interface Like {
  readonly type: "like";
  readonly count?: number;
}

/** Give `count` of the gift `gift` of the catalogue; `id` is the client's own and makes it happen once. `price_coins` is what one was shown to cost: a gift that costs more by now is refused, and 0 says nothing. */
export interface GiveGift {
  readonly type: "gift";
  readonly id: string;
  readonly gift: string;
  readonly count?: number;
  readonly price_coins?: number;
}

/** Stand with a camp; each press also pushes a little. With an `id`, the client's own, a press that is sent again pushes once, and `PushUpdate` tells how it stands. */
export interface PickCamp {
  readonly type: "camp";
  readonly camp: Camp;
  readonly id?: string;
}

/** Choose in a poll, by the number of the choice from 0 on; until the poll ends another vote replaces it. */
export interface Vote {
  readonly type: "vote";
  readonly poll: number;
  readonly choice: number;
}

/** Ask for a board and for one's own place on it. */
export interface AskBoard {
  readonly type: "ask_board";
  readonly of: BoardKind;
}

/** Follow this room from now on, or no more. */
export interface Follow {
  readonly type: "follow";
  readonly is_following?: boolean;
}

/** Take the free play ticket of who has watched and liked enough; once a show. */
export interface ClaimTicket {
  readonly type: "claim_ticket";
}

/** End one's own first-person game early. */
export interface LeaveGame {
  readonly type: "leave_game";
}

/** Keep order, as a moderator: `seq` points at a line and so at who wrote it, `viewer` at a viewer's digest. `seconds` is how long a mute lasts, or the time between two lines of a viewer (`slow`, 0 ends it). `is_by_address` lets a ban hold for the network address, too. `dismiss` forgets the reports of a line. `hold` says which lines wait for a moderator, for `seconds`, and what happens to them `then`; `delay` how long everybody's lines wait; `approve` and `deny` decide on the waiting line `line`. */
export interface Moderate {
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
}

/** Tell the host that a line should not stand there; one viewer counts once a line. */
export interface ReportLine {
  readonly type: "report";
  readonly seq: number;
}

/** Ask for an answer; `t` comes back as it was. */
export interface Ping {
  readonly type: "ping";
  readonly t: number;
}

/** Say which arrow keys are down; an older `n` than the last is dropped. */
export interface Keys {
  readonly type: "keys";
  readonly n: number;
  readonly up?: boolean;
  readonly down?: boolean;
  readonly left?: boolean;
  readonly right?: boolean;
}

/** Say once a second that the page lives, and how its picture does: `freezes` and `frozen_ms` since the stream began, and how long a picture waits in the browser before it is shown. */
export interface Pulse {
  readonly type: "pulse";
  readonly freezes?: number;
  readonly frozen_ms?: number;
  readonly delay_ms?: number;
}

/** Answer a join: the viewer's secret id and wallet, the catalogue, the show, what was missed or the last lines. */
export interface Welcome {
  readonly type: "welcome";
  readonly viewer: string;
  readonly name: string;
  readonly epoch: string;
  readonly seq: number;
  readonly balance_coins: number;
  readonly catalogue: readonly Gift[];
  readonly show: Show;
  readonly recent: readonly (ChatLine | GiftGiven)[];
  readonly title: string;
  readonly player: string | null;
  readonly player_seconds_left: number | null;
  readonly camp: Camp | null;
  readonly is_moderator: boolean;
  readonly removed: readonly number[];
  readonly emotes: readonly Emote[];
  readonly waiting: readonly Waiting[];
  readonly held: readonly Held[];
  readonly kept: Kept | null;
  readonly offers: readonly Offer[];
  readonly combos: readonly GiftGiven[];
  readonly poll: Poll | null;
  readonly vote: number | null;
  readonly goals: readonly GoalBar[];
  readonly board: Board | null;
  readonly is_following: boolean;
  readonly lottery: Lottery | null;
  readonly entry: OwnEntry | null;
  readonly free_ticket: FreeTicket | null;
}

/** Tell everybody of a chat line: `@name` in its text speaks to somebody, `:code:` is an emote. `reply_to` is the `seq` of the line that it answers, 0 for none, and `reply_name` who wrote that one. `source` names where it was written, such as "twitch", and is empty for this room. */
export interface ChatLine {
  readonly type: "chat";
  readonly seq: number;
  readonly name: string;
  readonly text: string;
  readonly badges: readonly Badge[];
  readonly reply_to: number;
  readonly reply_name: string;
  readonly source: string;
}

/** Tell everybody of a committed gift, given `count` times at once. Gifts of one kind by one viewer that follow each other within `COMBO_S` are one combo; `combo` names it, and `combo_count` is how many were given in it up to now. */
export interface GiftGiven {
  readonly type: "gift_given";
  readonly seq: number;
  readonly id: string;
  readonly name: string;
  readonly gift: string;
  readonly count: number;
  readonly combo: string;
  readonly combo_count: number;
}

/** Tell everybody what a combo of more than one gift came to. */
export interface ComboEnded {
  readonly type: "combo_ended";
  readonly combo: string;
  readonly name: string;
  readonly gift: string;
  readonly count: number;
  readonly coins: number;
}

/** Take the chat line `seq` off every page. */
export interface Removed {
  readonly type: "removed";
  readonly seq: number;
}

/** Tell a viewer that the own line `id` is not told yet. */
export interface Waiting {
  readonly type: "waiting";
  readonly id: number;
  readonly text: string;
  readonly reason: HoldReason;
}

/** Ask moderators about a line that waits, at most `seconds` more. */
export interface Held {
  readonly type: "held";
  readonly id: number;
  readonly name: string;
  readonly text: string;
  readonly reason: HoldReason;
  readonly seconds: number;
}

/** Tell its writer and the moderators that a line waits no longer; one that `is_told` follows as a chat line. */
export interface Decided {
  readonly type: "decided";
  readonly id: number;
  readonly is_told: boolean;
  readonly reason: string;
}

/** Tell moderators how the room is kept, whenever somebody changes that. */
export interface Kept {
  readonly type: "kept";
  readonly slow_s: number;
  readonly is_frozen: boolean;
  readonly has_links: boolean;
  readonly hold: HoldMode;
  readonly hold_s: number;
  readonly then: HoldEnd;
  readonly delay_s: number;
}

/** Tell several lines at once, in order: a large room speaks in ticks. */
export interface Lines {
  readonly type: "lines";
  readonly lines: readonly (ChatLine | GiftGiven)[];
}

/** State of the show, sent on change and at most `SHOW_HZ` times a second; the newest wins. */
export interface Show {
  readonly type: "show";
  readonly audience: number;
  readonly likes: number;
  readonly ball: number;
  readonly score_red: number;
  readonly score_blue: number;
  readonly camp_red: number;
  readonly camp_blue: number;
  readonly playing: readonly string[];
  readonly is_live: boolean;
  readonly source: string;
  readonly rest: Rest;
  readonly shelf: readonly OfferState[];
  readonly followers: number;
}

/** Tell what outside games sell from now on, beside the catalogue. */
export interface Offers {
  readonly type: "offers";
  readonly offers: readonly Offer[];
}

/** Tell a giver how the own gift `id` stands, with the wallet after it and the reason when refused or refunded. `seconds` is what is left of one that runs; `gift` says what it is, to a page that did not send it itself. */
export interface GiftUpdate {
  readonly type: "gift_update";
  readonly id: string;
  readonly state: GiftState;
  readonly balance_coins: number;
  readonly reason: string;
  readonly seconds: number;
  readonly gift: string;
}

/** Invite a ticket's owner: POST an SDP offer to `/whep/player` with `Authorization: Bearer <token>`. */
export interface PlayStart {
  readonly type: "play_start";
  readonly token: string;
  readonly seconds: number;
}

export interface PlayEnd {
  readonly type: "play_end";
  readonly reason: string;
}

/** Tell a viewer's pages which camp the viewer stands with from now on, by a button or by a word in the chat. */
export interface OwnCamp {
  readonly type: "own_camp";
  readonly camp: Camp;
}

/** Tell a viewer how the own push stands: of a press by its `id`, of a camp's word in a chat line by `line:` and the line's `seq`. */
export interface PushUpdate {
  readonly type: "push_update";
  readonly id: string;
  readonly camp: Camp;
  readonly state: PushState;
  readonly reason: string;
}

/** Tell a viewer's pages whether the viewer follows this room. */
export interface OwnFollow {
  readonly type: "own_follow";
  readonly is_following: boolean;
}

/** Tell how a poll stands. A quiz keeps its `votes` (empty until then) and its `answer` to itself until it is over. */
export interface Poll {
  readonly type: "poll";
  readonly id: number;
  readonly question: string;
  readonly choices: readonly string[];
  readonly votes: readonly number[];
  readonly seconds_left: number;
  readonly is_quiz: boolean;
  readonly is_over: boolean;
  readonly answer: number | null;
}

/** Tell a viewer's pages what the viewer's vote is. */
export interface OwnVote {
  readonly type: "own_vote";
  readonly poll: number;
  readonly choice: number;
}

/** Tell of the goals that the host has set. */
export interface Goals {
  readonly type: "goals";
  readonly goals: readonly GoalBar[];
}

/** Tell how a lottery stands: enter by saying `word`, or by so many `likes`. Everybody can check it: `commitment` is the SHA-256 of `seed`, which is told at the end, and the winners are the entries with the smallest SHA-256 of `seed:tag`. */
export interface Lottery {
  readonly type: "lottery";
  readonly id: number;
  readonly prize: Prize;
  readonly coins: number;
  readonly winners_max: number;
  readonly word: string;
  readonly likes: number;
  readonly entries: number;
  readonly seconds_left: number;
  readonly commitment: string;
  readonly is_over: boolean;
  readonly winners: readonly string[];
  readonly seed: string;
}

/** Tell a viewer that they are in a lottery, under which tag, and at its end whether they have won. */
export interface OwnEntry {
  readonly type: "own_entry";
  readonly lottery: number;
  readonly tag: string;
  readonly is_winner: boolean;
}

/** Tell a viewer how far the own free ticket is: likes and seconds of watching up to now. */
export interface FreeTicket {
  readonly type: "free_ticket";
  readonly likes: number;
  readonly seconds: number;
  readonly is_used: boolean;
}

/** Tell who gave most: in the round of this number, or in the season (`number` is its year and month, 202601). */
export interface Board {
  readonly type: "board";
  readonly of: BoardKind;
  readonly number: number;
  readonly top: readonly Place[];
}

/** Tell a viewer the own place on a board, from 1 on; 0 for who has given nothing. */
export interface OwnPlace {
  readonly type: "own_place";
  readonly of: BoardKind;
  readonly place: number;
  readonly coins: number;
}

/** Say in one sentence why a message was not taken; `about` is its tag. */
export interface Refused {
  readonly type: "refused";
  readonly about: string;
  readonly reason: string;
}

/** Tell a viewer's pages what is in the wallet after coins came in. */
export interface Wallet {
  readonly type: "wallet";
  readonly balance_coins: number;
}

export interface Pong {
  readonly type: "pong";
  readonly t: number;
}

/** Describe one gift: its price, what the stage does and how hard it pushes the giver's camp. `move` is what the host's body does then, or in thanks for what the stage does. One that takes `seconds` is shown to its end before the next, and is not sold meanwhile. */
export interface Gift {
  readonly id: string;
  readonly name: string;
  readonly emoji: string;
  readonly price_coins: number;
  readonly reaction: Reaction;
  readonly push: number;
  readonly move: Move | null;
  readonly seconds: number;
}

/** Stand for `:code:` in a chat line; `emoji` says the same to who has no picture of it. */
export interface Emote {
  readonly code: string;
  readonly emoji: string;
}

/** How far everybody together is on the way to something: `value` of `target`. */
export interface GoalBar {
  readonly id: number;
  readonly kind: GoalKind;
  readonly title: string;
  readonly target: number;
  readonly value: number;
  readonly is_reached: boolean;
}

/** One place of a board. */
export interface Place {
  readonly name: string;
  readonly coins: number;
}

/** Show an effect beside the gifts; it is given like one, by the `id`, which is game/effect. */
export interface Offer {
  readonly id: string;
  readonly game: string;
  readonly name: string;
  readonly emoji: string;
  readonly price_coins: number;
  readonly seconds: number;
  readonly cooldown_s: number;
  readonly per_show_max: number;
  readonly per_viewer_max: number;
}

/** Say what hinders an offer just now, how many seconds it cools down, and how many are left in this show. */
export interface OfferState {
  readonly id: string;
  readonly hindrance: Hindrance | null;
  readonly wait_s: number;
  readonly left: number | null;
}
