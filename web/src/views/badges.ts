/** What stands before a name: who the writer is to the room. */

import { type TemplateResult, html } from "lit-html";

import type { Badge } from "../protocol";
import { words } from "../words";
import { sign } from "./icons";

const LOOKS = { host: "crown", moderator: "shield", top: "trophy", follower: "heart" } as const;

export function badgesView(badges: readonly Badge[]): TemplateResult[] {
  return badges
    .filter((badge) => badge in LOOKS) // a newer server may know more of them
    .map((badge) => html`<span class="mark-of is-${badge}" role="img" aria-label=${words[`badge_${badge}`]} title=${words[`badge_${badge}`]}>${sign(LOOKS[badge])}</span>`);
}
