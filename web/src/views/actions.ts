/** What a viewer can do; views call these and know nothing else of the page. */

import type { Arrow } from "../keys";
import type { Camp, Deed, Moderate } from "../protocol";
import type { Answered, State } from "../state";

export interface Actions {
  /** Say a line; false when there is no room to say it in, so that it can be said again. */
  readonly say: (text: string) => boolean;
  /** Let the next line answer another one, or none. */
  readonly replyTo: (line: Answered | null) => void;
  readonly openPicker: (is_open: boolean) => void;
  readonly like: () => void;
  readonly give: (gift: string, count: number) => void;
  readonly follow: (is_following: boolean) => void;
  /** Take the free play ticket that was earned by watching and liking. */
  readonly claimTicket: () => void;
  readonly vote: (poll: number, choice: number) => void;
  /** Show only a line of a poll, or all of it. */
  readonly foldPoll: (poll: number, is_folded: boolean) => void;
  readonly chooseSide: (side: State["side"]) => void;
  /** Choose how many of a gift one tap gives. */
  readonly chooseAmount: (amount: number) => void;
  readonly pickCamp: (camp: Camp) => void;
  readonly rename: (name: string) => void;
  readonly askName: (is_asked: boolean) => void;
  readonly mute: (is_muted: boolean) => void;
  readonly showFigures: (are_shown: boolean) => void;
  readonly openTray: (is_open: boolean) => void;
  readonly chatScrolled: (is_at_end: boolean) => void;
  /** Open the menu of a line, or close it. */
  readonly openLine: (key: string | null) => void;
  readonly moderate: (deed: Deed, seq: number, seconds?: number) => void;
  /** Open the panel of what moderators do about the room, or close it. */
  readonly openKeeping: (is_open: boolean) => void;
  readonly order: (order: Moderate) => void;
  /** Let a waiting line through, or not. */
  readonly decide: (line: number, is_told: boolean) => void;
  readonly reportLine: (seq: number) => void;
  readonly comeBack: () => void;
  readonly leaveGame: () => void;
  readonly press: (arrow: Arrow, holder: string) => void;
  readonly release: (arrow: Arrow, holder: string) => void;
}
