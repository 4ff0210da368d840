/**
 * Sell effects in a room: what viewers pay for reaches the game once, and how it went reaches the room.
 *
 * The room asks for a paid effect again whenever it cannot know that the game has it: after a break, a restart of either
 * side, a lost answer. `id` is the same each time, so this module answers for what it knows, and tells the game the rest.
 */

import { ClosedError, RefusedError } from "./errors";
import type { EffectAskedEvent, OfferedEffect, OfferTaken, ReportEffect } from "./protocol";

const KNOWN_MAX = 1_000; // effects whose end is remembered
const PACE_MS = 60; // between two reports: the room takes 100 commands a second

type EffectStep = ReportEffect["state"];

/** Gives a command to the room; rejects with `RefusedError` when the room says no, and else when there was no answer. */
export type Ask = (command: Omit<ReportEffect, "id">) => Promise<unknown>;

/**
 * One effect that somebody paid, and that is this game's to do now; `seconds` is what is left of its running.
 *
 * Say `running` when it begins, where it takes time: the room counts the seconds, and shows the giver. Say `done`, or
 * `failed` with a reason that the giver reads: the coins go back by themselves. Each is told until the room has it.
 */
export class PaidEffect {
  state: EffectStep = "accepted";
  is_told = false; // to the game

  constructor(
    readonly id: string,
    readonly effect: string,
    readonly name: string,
    readonly price_coins: number,
    readonly seconds: number,
    private readonly say: (effect: PaidEffect, step: EffectStep, reason: string) => void,
  ) {}

  running = (): void => this.say(this, "running", "");
  paused = (): void => this.say(this, "paused", "");
  resumed = (): void => this.say(this, "resumed", "");
  done = (): void => this.say(this, "done", "");
  failed = (reason: string): void => this.say(this, "failed", reason);
}

/** What one game sells on one line. */
export class Sales {
  effects: readonly OfferedEffect[] = [];
  private readonly going = new Map<string, PaidEffect>();
  private readonly done: Set<string>;
  private readonly unsaid: { readonly id: string; readonly step: EffectStep; readonly reason: string }[] = [];
  private telling: Promise<void> | null = null; // while something is left to tell
  private is_ending = false;
  private offer_is_taken: (() => void) | null = null; // while what is said waits for that
  private offered = Promise.resolve();

  constructor(
    readonly game: string,
    private readonly ask: Ask,
    private readonly paid: (effect: PaidEffect) => void,
    private readonly journal: Storage | undefined,
  ) {
    this.done = new Set(this.remembered());
  }

  /** Take note that the line broke: the offer has to be made anew. */
  lost(): void {
    // A line that fails again and again breaks the same offer: who waits for it must not wait for one of the past.
    if (this.offer_is_taken === null) this.offered = new Promise((resolve) => (this.offer_is_taken = resolve));
  }

  /** Take what was paid already, as the answer to an offer says. */
  taken(answer: OfferTaken): void {
    this.offer_is_taken?.();
    this.offer_is_taken = null;
    for (const asked of answer.asked) this.asked(asked);
  }

  /** Take no more effects, of which the room pays back what nobody has; null, or what ends when it has heard the rest. */
  last_word(): Promise<void> | null {
    this.is_ending = true;
    return this.telling;
  }

  /** Take a paid effect, or answer again for one that is known. */
  asked(asked: EffectAskedEvent): void {
    if (this.is_ending) return;
    const going = this.going.get(asked.id);
    if (this.done.has(asked.id)) this.tell_soon(asked.id, "done");
    else if (going === undefined) {
      const { id, effect, name, price_coins, seconds } = asked;
      this.going.set(id, new PaidEffect(id, effect, name, price_coins, seconds, (...said) => this.said(...said)));
      this.tell_soon(id, "accepted");
    } else if (!this.unsaid.some((report) => report.id === asked.id)) {
      this.tell_soon(asked.id, "accepted");
      if (going.state === "running" || going.state === "paused") this.tell_soon(asked.id, going.state);
    }
  }

  /** Take note that the room says an effect is over. */
  ended(id: string, state: EffectStep): void {
    const effect = this.going.get(id);
    if (effect !== undefined) effect.state = state;
    this.going.delete(id);
  }

  private get key(): string {
    return `avatar_live done ${this.game}`;
  }

  private said(effect: PaidEffect, step: EffectStep, reason: string): void {
    // The room may have ended it by itself, and the game may say it twice.
    if (!this.going.has(effect.id) || effect.state === "done" || effect.state === "failed") return;
    effect.state = step === "resumed" ? "running" : step;
    if (step === "done") this.keep(effect.id); // first: a game that dies now must not do it again
    this.tell_soon(effect.id, step, reason);
  }

  private keep(id: string): void {
    this.done.add(id);
    if (this.done.size > KNOWN_MAX) this.done.delete(this.done.values().next().value as string);
    try {
      this.journal?.setItem(this.key, JSON.stringify([...this.done]));
    } catch (error) {
      console.warn("The journal cannot be written: a reload may do an effect again.", error); // done is done all the same
    }
  }

  private remembered(): string[] {
    try {
      return JSON.parse(this.journal?.getItem(this.key) ?? "[]") as string[];
    } catch (error) {
      console.warn("The journal cannot be read: an effect of before may be done again.", error);
      return [];
    }
  }

  private tell_soon(id: string, step: EffectStep, reason = ""): void {
    this.unsaid.push({ id, step, reason });
    this.telling ??= this.tell();
  }

  /** Tell the room, one report after the other, each until it is answered or the line is closed for good. */
  private async tell(): Promise<void> {
    for (let report = this.unsaid[0]; report !== undefined; report = this.unsaid[0]) {
      const { id, step, reason } = report;
      try {
        await this.offered; // on a new line the room asks anew, and only then hears an answer
        if (this.is_ending && step === "accepted") {
          this.unsaid.shift();
          continue;
        }
        await this.ask({ type: "effect_state", effect_id: id, state: step, reason });
        this.unsaid.shift();
        this.told(id, step, step === "done" || step === "failed");
      } catch (error) {
        if (error instanceof ClosedError) break; // the room pays back what it has not heard of
        if (error instanceof RefusedError) {
          this.unsaid.shift();
          this.told(id, step, true); // it is over, and paid back where it was not done
        } // else there was no answer: the same again
      }
      await new Promise((resolve) => setTimeout(resolve, PACE_MS));
    }
    this.telling = null;
  }

  private told(id: string, step: EffectStep, is_over: boolean): void {
    const effect = this.going.get(id);
    if (effect === undefined) return;
    if (!is_over && step === "accepted" && !effect.is_told) {
      if (this.is_ending) return;
      effect.is_told = true;
      this.paid(effect);
    } else if (is_over && (step === "done" || step === "failed" || !effect.is_told)) {
      this.going.delete(id); // else the game does it just now, and must not be given it again
    }
  }
}
