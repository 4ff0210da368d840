/** Wire the page: the store in the middle, the room's websocket and the video on one side, the views on the other. */

import { render } from "lit-html";

import { Connection } from "./connection";
import { roomUrl } from "./entrance";
import { cleanName, invitation, isNewcomer, randomId, recall, remember, watchToken } from "./identity";
import { Player } from "./player";
import type { FromViewer, Join } from "./protocol";
import { type State, begin, freeCoins, giftOf, openGifts } from "./state";
import { Store } from "./store";
import { Tabs, entranceTurn } from "./tabs";
import type { Actions } from "./views/actions";
import { appView } from "./views/app";
import { openVotes } from "./votes";
import { Hearts } from "./views/hearts";
import { WhepClient } from "./whep";
import { LANGUAGE, words } from "./words";

const TICK_MS = 250;
const BOARD_MS = 4_000;
const PHONE = "((max-width: 999px) and (orientation: portrait)), ((max-height: 559px) and (orientation: landscape))"; // as in the styles

const endTurn = isNewcomer() ? await entranceTurn() : () => undefined;
const identity = recall();
const invited = invitation();
const store = new Store(begin(identity.name, identity.viewer));
const hearts = new Hearts(() => document.querySelector(".hearts"));
const tabs = new Tabs(() => store.dispatch({ type: "play_moved", reason: words.play_moved }));
const phone = matchMedia(PHONE);
let player: Player | null = null;

const connection = new Connection(await roomUrl(location.href), {
  join: () => joining(store.state),
  open: () => [...openGifts(store.state), ...openVotes(store.state)],
  told: (message) => store.dispatch(message),
  linkChanged: (link) => store.dispatch({ type: "link_changed", link }),
  roundTrip: (ms) => store.dispatch({ type: "round_trip", ms }),
});

const video = new WhepClient({
  url: new URL("whep", location.href).href,
  ice: new URL("whep/ice", location.href).href,
  token: watchToken(),
  changed: (one) => store.dispatch({ type: "video_changed", video: one }),
  mediaDelay: (ms) => {
    if (store.state.play?.video.at !== "playing") tellDelay(ms); // a player's own stream is the one that matters
  },
  measured: (measured) => {
    if (store.state.play?.video.at !== "playing") store.dispatch({ type: "measured", measured });
  },
  isDue: () => store.state.link.at === "joined" && store.state.show.is_live,
});

const act: Actions = {
  say: (text) => say(text),
  replyTo: (line) => {
    store.dispatch({ type: "reply_began", to: line === null ? null : { seq: line.seq, name: line.name } });
    if (line !== null) document.querySelector<HTMLInputElement>("#say")?.focus();
  },
  openPicker: (is_open) => store.dispatch({ type: "picker_opened", is_open }),
  like: () => {
    connection.like();
    store.dispatch({ type: "liked" });
    hearts.tap();
  },
  give: (gift, count) => give(gift, count),
  follow: (is_following) => send({ type: "follow", is_following }),
  claimTicket: () => send({ type: "claim_ticket" }),
  vote: (poll, choice) => {
    store.dispatch({ type: "choice_sent", choice }); // before it is sent, as a gift is
    if (send({ type: "vote", poll, choice }) && phone.matches) act.foldPoll(poll, true);
  },
  foldPoll: (poll, is_folded) => store.dispatch({ type: "poll_folded", poll, is_folded }),
  chooseSide: (side) => {
    store.dispatch({ type: "side_chosen", side });
    askBoard();
  },
  chooseAmount: (amount) => store.dispatch({ type: "amount_chosen", amount }),
  pickCamp: (camp) => {
    const id = randomId();
    store.dispatch({ type: "push_sent", id, camp }); // before it is sent, as a gift is
    send({ type: "camp", camp, id });
  },
  rename: (name) => rename(name),
  askName: (is_asked) => store.dispatch({ type: "name_asked", is_asked }),
  mute: (is_muted) => store.dispatch({ type: "muted", is_muted }),
  showFigures: (are_shown) => store.dispatch({ type: "figures_shown", are_shown }),
  openTray: (is_open) => store.dispatch({ type: "tray_opened", is_open }),
  chatScrolled: (is_at_end) => store.dispatch({ type: "chat_scrolled", is_at_end }),
  openLine: (key) => store.dispatch({ type: "line_opened", key }),
  moderate: (deed, seq, seconds = 0) => {
    if (send({ type: "moderate", deed, seq, seconds })) store.dispatch({ type: "line_opened", key: null });
  },
  openKeeping: (is_open) => store.dispatch({ type: "keeping_opened", is_open }),
  order: (order) => send(order),
  decide: (line, is_told) => send({ type: "moderate", deed: is_told ? "approve" : "deny", line }),
  reportLine: (seq) => {
    if (send({ type: "report", seq })) store.dispatch({ type: "line_reported" });
  },
  comeBack: () => connection.open(),
  leaveGame: () => send({ type: "leave_game" }),
  press: (arrow, holder) => player?.pad.press(arrow, holder),
  release: (arrow, holder) => player?.pad.release(arrow, holder),
};

function tellDelay(ms: number): void {
  store.dispatch({ type: "media_delay", ms });
}

function send(message: FromViewer): boolean {
  return connection.send(message);
}

/** Ask for the board that is shown: its places go out to everybody, one's own place does not. */
function askBoard(): void {
  const { side } = store.state;
  if (side !== "chat") send({ type: "ask_board", of: side });
}

function say(text: string): boolean {
  const { reply_to } = store.state;
  if (!send({ type: "say", text, ...(reply_to === null ? {} : { reply_to: reply_to.seq }) })) return false;
  if (reply_to !== null) store.dispatch({ type: "reply_began", to: null });
  if (store.state.is_picker_open) store.dispatch({ type: "picker_opened", is_open: false });
  return true;
}

function joining(state: State): Join {
  return { type: "join", name: state.name, viewer: state.viewer, epoch: state.epoch, seq: state.seq, ...(invited === undefined || state.epoch !== null ? {} : { token: invited }) };
}

function give(gift: string, count: number): void {
  const price_coins = giftOf(store.state, gift)?.price_coins;
  if (store.state.link.at !== "joined" || price_coins === undefined || price_coins * count > freeCoins(store.state)) return;
  const id = randomId();
  // Written down before it is sent: if the line breaks now, the same id is sent again.
  store.dispatch({ type: "gift_sent", id, gift, count });
  send({ type: "gift", id, gift, count, price_coins });
}

function rename(name: string): void {
  const clean = cleanName(name);
  if (clean === "") return;
  const is_new = clean !== store.state.name;
  store.dispatch({ type: "renamed", name: clean });
  if (is_new) connection.open();
}

function followPlay(state: State, before: State): void {
  if (state.play?.token === before.play?.token) return;
  player?.end();
  player = null;
  enterGame();
}

/** Enter the game that the room offers, as soon as somebody looks at this tab. */
function enterGame(): void {
  const play = store.state.play;
  if (play === null || player !== null || document.hidden) return;
  tabs.claim(play.token);
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur(); // the keys are for the game now
  player = new Player({
    url: new URL("whep/player", location.href).href,
    ice: new URL("whep/ice", location.href).href,
    token: play.token,
    changed: (one) => store.dispatch({ type: "own_video_changed", video: one }),
    mediaDelay: tellDelay,
    measured: (measured) => store.dispatch({ type: "measured", measured }),
    failed: () => store.dispatch({ type: "play_failed", reason: words.play_failed }),
  });
  player.start();
}

function followRoom(state: State, before: State): void {
  if (state.viewer !== before.viewer || state.name !== before.name) remember({ name: state.name, viewer: state.viewer });
  if (state.show.likes > before.show.likes && before.epoch === state.epoch) hearts.grew(state.show.likes - before.show.likes);
  if (state.epoch === before.epoch) return;
  video.forget(); // a server that began a new life knows nothing of the old stream
  video.start();
}

let is_drawing = false;
function draw(): void {
  if (is_drawing) return;
  is_drawing = true;
  requestAnimationFrame(() => {
    is_drawing = false;
    document.title = store.state.title || words.app;
    render(appView(store.state, act), document.body);
  });
}

document.documentElement.lang = LANGUAGE;
store.subscribe(draw);
store.subscribe(followRoom);
store.subscribe(followPlay);
store.subscribe((state) => {
  if (state.link.at !== "connecting") endTurn();
});
setInterval(() => store.dispatch({ type: "tick" }), TICK_MS);
setInterval(askBoard, BOARD_MS);
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (store.state.is_tray_open) store.dispatch({ type: "tray_opened", is_open: false });
  if (store.state.is_picker_open) store.dispatch({ type: "picker_opened", is_open: false });
  if (store.state.reply_to !== null) store.dispatch({ type: "reply_began", to: null });
});
document.addEventListener("visibilitychange", enterGame);
addEventListener("pagehide", () => {
  video.hangUp();
  player?.stop();
});
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload(); // out of the back-forward cache, every line is dead
});
addEventListener("hashchange", () => location.reload()); // a link with a token or an invitation, opened where the page is open
draw();
connection.open();
