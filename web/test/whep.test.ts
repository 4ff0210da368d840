import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { VideoAt } from "../src/state";
import { WhepClient } from "../src/whep";

class FakePeer {
  readonly iceGatheringState = "complete";
  readonly localDescription = { sdp: "offer" };
  addTransceiver(): void {}
  setConfiguration(): void {}
  addEventListener(): void {}
  close(): void {}
  createDataChannel = (): object => ({ readyState: "connecting" });
  createOffer = (): Promise<object> => Promise.resolve({});
  setLocalDescription = (): Promise<void> => Promise.resolve();
  getStats = (): Promise<Map<string, unknown>> => Promise.resolve(new Map());
}

/** Call the stream at a server that answers with `answer`, and return how the video stood and how often it was called. */
async function call(
  answer: () => Response,
  refused?: () => void,
): Promise<{ stood: VideoAt[]; calls: number }> {
  const stood: VideoAt[] = [];
  const fetched = vi.fn(() => Promise.resolve(answer()));
  vi.stubGlobal("fetch", fetched);
  new WhepClient({
    url: "http://show/whep",
    token: "old",
    isDue: () => true,
    changed: (video) => stood.push(video.at),
    ...(refused === undefined ? {} : { refused }),
  }).start();
  await vi.advanceTimersByTimeAsync(60_000);
  return { stood, calls: fetched.mock.calls.length };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("RTCPeerConnection", FakePeer);
  vi.stubGlobal("MediaStream", class {});
  vi.stubGlobal("document", { hidden: false });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("the call for the picture", () => {
  it.each([401, 403])("ends at a link that is not valid, which the server says with status %i", async (status) => {
    expect(await call(() => new Response("", { status }))).toEqual({ stood: ["connecting", "forbidden"], calls: 1 });
  });

  it.each([404, 429, 500, 503])("is made again after status %i", async (status) => {
    const { stood, calls } = await call(() => new Response("", { status }));
    expect(calls).toBeGreaterThan(5);
    expect(new Set(stood)).toEqual(new Set(["connecting"]));
  });

  it.each([
    [400, 1],
    [403, 1],
    [404, 1],
    [408, 0],
    [429, 0],
    [503, 0],
  ])("of a player: status %i sends them back to the audience %i times", async (status, times) => {
    const refused = vi.fn();
    const { calls } = await call(() => new Response("", { status }), refused);
    expect(refused).toHaveBeenCalledTimes(times);
    expect(calls > 5).toBe(times === 0);
  });

  it("is made again while nobody answers", async () => {
    const { calls } = await call(() => {
      throw new TypeError("Failed to fetch");
    });
    expect(calls).toBeGreaterThan(5);
  });
});
