/**
 * React to a show from a page or a program of your own:
 *
 *     import { Events } from "http://127.0.0.1:8080/sdk.js";
 *
 *     const events = new Events("http://127.0.0.1:8080", token);
 *     for await (const gift of events.of("gift")) console.log(`${gift.name} gave a ${gift.gift}`);
 *
 * or, with listeners, `events.on("gift", (gift) => …)`. Every event arrives once and in order, over any break and
 * restart of the server. A viewer of your own takes part:
 *
 *     const robo = new Viewer("http://127.0.0.1:8080", "Robo");
 *     robo.on("chat", (line) => console.log(`${line.name}: ${line.text}`));
 *     await robo.say("hello");
 *     console.log((await robo.give("confetti")).state);
 *
 * One ES module, no dependency; Node 22 or newer runs it as browsers do.
 */

export { ClosedError, RefusedError } from "./errors";
export { Events, type Options, type Position, type RoomEvent } from "./events";
export type { Link } from "./line";
export type { PaidEffect } from "./sales";
export { Viewer, type ViewerOptions } from "./viewer";
export type { GiftUpdate, ToViewer, Welcome } from "../src/protocol";
export type * from "./protocol";
