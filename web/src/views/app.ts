/** The whole page, as a function of the state. */

import { type TemplateResult, html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";

import type { State } from "../state";
import { words } from "../words";
import type { Actions } from "./actions";
import { campsView } from "./camps";
import { chatView } from "./chat";
import { dockView } from "./dock";
import { giftsView } from "./gifts";
import { sign } from "./icons";
import { initialOf } from "./names";
import { playView } from "./play";
import { stageView, statusView } from "./stage";

export function appView(state: State, act: Actions): TemplateResult {
  return html`
    <main
      class="app ${state.play === null ? "" : "is-playing"}"
      data-link=${state.link.at}
      data-video=${state.video.at}
      data-play=${state.play === null ? "off" : state.play.video.at}
      data-live=${state.show.is_live}
    >
      <div class="show">
        <div class="theatre">${stageView(state, act)}</div>
        <div class="headline">
          <div class="info">
            <span class="host" aria-hidden="true">${initialOf(state.title || words.app)}</span>
            <div>
              <h1 id="title">${state.title || words.app}</h1>
              <p id="followers">${state.show.followers === 0 ? nothing : html`<b>${compact.format(state.show.followers)}</b> ${state.show.followers === 1 ? words.follower : words.followers}`}</p>
              <p id="source">${state.show.source === "" ? "" : `${words.driven_by} ${state.show.source}`}</p>
            </div>
            ${followView(state, act)}
          </div>
          ${statusView(state, act)}
        </div>
        ${state.play === null ? campsView(state, act) : playView(state, act)} ${giftsView(state, act)}
        ${state.is_tray_open ? html`<div class="behind-tray" @click=${() => act.openTray(false)}></div>` : nothing}
      </div>
      <aside class="side">${chatView(state, act)} ${dockView(state, act)}</aside>
      <div class="notices" role="status">
        ${repeat(
          state.notices,
          (notice) => notice.key,
          (notice) => html`<p class="notice ${notice.is_bad ? "is-bad" : ""}">${notice.text}</p>`,
        )}
      </div>
    </main>
  `;
}

const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

function followView(state: State, act: Actions): TemplateResult {
  return html`<button
    id="follow"
    class="follow"
    aria-pressed=${state.is_following ? "true" : "false"}
    ?disabled=${state.link.at !== "joined"}
    @click=${() => act.follow(!state.is_following)}
  >
    ${sign(state.is_following ? "check" : "plus")}<span>${state.is_following ? words.following : words.follow}</span>
  </button>`;
}
