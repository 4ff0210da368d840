/** The picture and everything that lies on it. */

import { type TemplateResult, html, nothing } from "lit-html";
import { guard } from "lit-html/directives/guard.js";
import { keyed } from "lit-html/directives/keyed.js";
import { repeat } from "lit-html/directives/repeat.js";

import { COMBO_S } from "../protocol";
import { type State, type Video, freeCoins, giftOf, latencyMs, tierOf } from "../state";
import { giftName, words } from "../words";
import type { Actions } from "./actions";
import { giftPicture, sign } from "./icons";
import { hueOf, initialOf, namesInHint, namesView } from "./names";

export function stageView(state: State, act: Actions): TemplateResult {
  const is_own_big = state.play !== null && hasPicture(state.play.video);
  return html`
    <section class="stage" aria-label=${state.title || words.app}>
      <div class="screen">
        <video
          id="main-video"
          class=${is_own_big ? "corner" : "full"}
          data-at=${state.video.at}
          .muted=${state.is_muted}
          .srcObject=${once(state.video.stream)}
          autoplay
          playsinline
        ></video>
        ${state.play === null
          ? nothing
          : html`<video
              id="own-video"
              class=${is_own_big ? "full" : "waiting"}
              data-at=${state.play.video.at}
              .muted=${true}
              .srcObject=${once(state.play.video.stream)}
              autoplay
              playsinline
            ></video>`}
        ${coverView(state, act)} ${figuresView(state)}
      </div>
      <div class="hearts" aria-hidden="true"></div>
      ${state.is_muted && state.video.at === "playing" && state.play === null && state.show.is_live
        ? html`<button class="tap-for-sound" @click=${() => act.mute(false)}>${sign("silence")}<span>${words.tap_for_sound}</span></button>`
        : nothing}
      ${state.play === null
        ? nothing
        : html`<div class="countdown ${state.play.seconds_left <= 5 ? "is-last" : ""}" role="timer" aria-label=${words.seconds_left}>${state.play.seconds_left}</div>`}
      <ul class="banners" aria-hidden="true">
        ${repeat(
          state.banners,
          (banner) => banner.key,
          (banner) => {
            const gift = giftOf(state, banner.gift);
            return html`<li class="banner is-${tierOf(banner.coins)} ${banner.is_over ? "is-over" : ""}">
              <span class="face" data-hue=${hueOf(banner.name)}>${initialOf(banner.name)}</span>
              <span class="who"><b>${banner.name}</b><small>${words.gave} ${giftName(banner.gift, gift?.name ?? banner.gift)}</small></span>
              ${giftPicture(banner.gift, gift?.emoji ?? "")}
              ${banner.count > 1 ? keyed(banner.count, html`<b class="times" data-count=${banner.count}>×${banner.count}</b>`) : nothing}
              ${banner.is_over ? html`<span class="total">${sign("coin")}${banner.coins.toLocaleString("en")}</span>` : nothing}
            </li>`;
          },
        )}
      </ul>
      ${againView(state, act)}
    </section>
  `;
}

/** The gift of a moment ago under the thumb, for as long as its combo waits. */
function againView(state: State, act: Actions): TemplateResult | typeof nothing {
  const again = state.again;
  const gift = again === null ? null : giftOf(state, again.gift);
  if (again === null || gift === null) return nothing;
  const is_too_dear = gift.price_coins * again.count > freeCoins(state);
  return html`<button class="again" ?disabled=${is_too_dear || state.link.at !== "joined"} aria-label="${words.again}: ${giftName(gift.id, gift.name)} ×${again.count}" @click=${() => act.give(gift.id, again.count)}>
    ${keyed(again.gone_at_ms, html`<svg class="ring" viewBox="0 0 64 64" aria-hidden="true"><circle cx="32" cy="32" r="29" /><circle class="left" cx="32" cy="32" r="29" pathLength="1" style="--combo: ${COMBO_S}s" /></svg>`)}
    ${giftPicture(gift.id, gift.emoji)}${again.given > 1 ? keyed(again.given, html`<b>×${again.given}</b>`) : nothing}
  </button>`;
}

/** How the show does, beside the picture: on it, it would cover what the host shows there. */
export function statusView(state: State, act: Actions): TemplateResult {
  return html`
    <header class="status">
      ${badgeView(state)}
      <span class="pill" title="${state.show.audience} ${words.watching}">
        ${sign("eye")}<b id="audience">${state.show.audience}</b><span class="sr">${words.watching}</span>
      </span>
      ${state.show.playing.length === 0
        ? nothing
        : html`<span class="pill playing" title="${namesInHint(state.show.playing)} ${words.is_playing}">${sign("pad")}<span>${namesView(state.show.playing)}</span><span class="sr">${words.is_playing}</span></span>`}
      <span class="gap"></span>
      ${latencyView(state, act)}
      <button
        id="sound"
        class="pill round"
        aria-pressed=${state.is_muted ? "false" : "true"}
        aria-label=${state.is_muted ? words.sound_on : words.sound_off}
        @click=${() => act.mute(!state.is_muted)}
      >
        ${sign(state.is_muted ? "silence" : "sound")}
      </button>
    </header>
  `;
}

function badgeView(state: State): TemplateResult {
  const [tone, text] = badgeOf(state);
  return html`<span id="badge" class="badge is-${tone}" role="status">${tone === "live" ? html`<i></i>` : nothing}${text}</span>`;
}

function badgeOf(state: State): [string, string] {
  if (state.link.at === "closed") return ["bad", words.closed];
  if (state.link.at === "waiting") return ["wait", words.reconnecting];
  if (state.link.at === "connecting") return ["wait", state.epoch === null ? words.connecting : words.reconnecting];
  if (!state.show.is_live) return ["away", words.away];
  if (state.video.at === "forbidden" || state.video.at === "unsupported") return ["bad", words.no_picture];
  return state.video.at === "playing" ? ["live", words.live] : ["wait", words.loading];
}

/** Set a stream only when it is another one: lit sets an object anew at every rendering, and that restarts the video. */
function once(stream: MediaStream | null): unknown {
  return guard([stream], () => stream);
}

function latencyView(state: State, act: Actions): TemplateResult {
  const ms = latencyMs(state);
  if (ms === null) return html``;
  const tone = ms <= 250 ? "good" : ms <= 600 ? "fair" : "poor";
  return html`<button
    id="latency"
    class="pill latency is-${tone}"
    data-ms=${ms}
    title=${words.latency}
    aria-pressed=${state.are_figures_shown ? "true" : "false"}
    @click=${() => act.showFigures(!state.are_figures_shown)}
  >
    <i></i><span>≈ ${ms} ms</span><span class="sr">${words.latency}</span>
  </button>`;
}

/** The figures of the picture, for who wants to know why it looks as it does. */
function figuresView(state: State): TemplateResult | typeof nothing {
  const measured = state.measured;
  if (!state.are_figures_shown || measured === null) return nothing;
  return html`<dl id="figures">
    <dt>${words.figure_picture}</dt>
    <dd>${measured.width}×${measured.height}, ${measured.fps} fps</dd>
    <dt>${words.figure_rate}</dt>
    <dd>${measured.kbps} kbit/s</dd>
    <dt>${words.figure_lost}</dt>
    <dd>${measured.lost_percent} %</dd>
    <dt>${words.figure_freezes}</dt>
    <dd>${measured.freezes} (${measured.frozen_s} s)</dd>
  </dl>`;
}

/** What stands where no picture is, or over one that does not move. */
function coverView(state: State, act: Actions): TemplateResult | typeof nothing {
  if (state.link.at === "closed") {
    return html`<div class="cover" role="alert">
      <p>${state.link.reason}</p>
      <button class="primary" @click=${act.comeBack}>${words.come_back}</button>
    </div>`;
  }
  if (state.video.at === "unsupported") return coverText(words.unsupported, "over");
  if (state.play !== null) return hasPicture(state.play.video) ? nothing : coverText(words.play_loading, "busy");
  if (state.video.at === "forbidden") return coverText(words.forbidden, "over");
  if (state.link.at === "joined" && !state.show.is_live) return coverText(words.away_long, "still");
  if (state.video.at === "stalled") return coverText(words.stalled_long, "busy is-light");
  if (hasPicture(state.video)) return nothing;
  return coverText(state.link.at === "waiting" ? words.reconnecting_long : state.epoch === null ? words.connecting_long : words.loading_long, "busy");
}

const SIGNS = { still: "clock", over: "close" } as const;

function coverText(text: string, look: keyof typeof SIGNS | "busy" | "busy is-light"): TemplateResult {
  return html`<div class="cover ${look}">
    ${look === "still" || look === "over" ? sign(SIGNS[look]) : html`<span class="spinner" aria-hidden="true"></span>`}
    <p>${text}</p>
  </div>`;
}

function hasPicture(video: Video): boolean {
  return video.at === "playing" || video.at === "stalled";
}
