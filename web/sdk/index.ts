/**
 * React to a show from a page or a program of your own:
 *
 *     import { Events } from "http://127.0.0.1:8080/sdk.js";
 *
 *     const events = new Events("http://127.0.0.1:8080", token);
 *     for await (const gift of events.of("gift")) console.log(`${gift.name} gave a ${gift.gift}`);
 *
 * or, with listeners, `events.on("gift", (gift) => …)`. Every event arrives once and in order, over any break and
 * restart of the server. One ES module, no dependency; Node 22 or newer runs it as browsers do.
 */

export { ClosedError, RefusedError } from "./errors";
export { Events, type Link, type Options, type Position, type RoomEvent } from "./events";
export type { PaidEffect } from "./sales";
export type * from "./protocol";
