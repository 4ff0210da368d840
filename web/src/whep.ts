/** A WHEP client (draft-ietf-wish-whep): one offer by POST, one answer, and a new try when the picture stays away. */

import { Backoff } from "./backoff";
import type { Pulse } from "./protocol";
import { type Measured, type Video, NO_VIDEO } from "./state";

const GATHERING_MS_MAX = 1_000;
const ANSWER_MS_MAX = 8_000;
const LOOK_MS = 300;
const STALLED_MS = 1_500;
const GIVE_UP_MS = 5_000;
const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 5_000;
const PULSE_MS = 1_000;
const FORBIDDEN: readonly number[] = [401, 403];
const HEALED_BY_WAITING: readonly number[] = [408, 425, 429];

export interface Watch {
  readonly url: string;
  readonly token?: string | undefined;
  /** Where the STUN and TURN servers are told; without it there are none. */
  readonly ice?: string;
  readonly changed: (video: Video) => void;
  readonly mediaDelay?: (ms: number) => void;
  /** Take what was measured of the picture in the last second. */
  readonly measured?: (measured: Measured) => void;
  /** Whether frames are due now: a host who is away is no reason to call again. */
  readonly isDue: () => boolean;
  /** Prepare the connection before the offer is made (a data channel, for example). */
  readonly prepare?: (peer: RTCPeerConnection) => void;
  /** Take a refusal that no retry can heal; without it only a token that is not valid ends the call. */
  readonly refused?: () => void;
}

/** The figures of `getStats` that matter here, summed since the connection began. */
interface Figures {
  readonly frames: number;
  readonly packets: number;
  readonly decode_s: number;
  readonly buffer_s: number;
  readonly emitted: number;
  readonly lost: number;
  readonly bytes: number;
  readonly freezes: number;
  readonly frozen_s: number;
  readonly width: number;
  readonly height: number;
}

const NO_FIGURES: Figures = {
  frames: 0,
  packets: 0,
  decode_s: 0,
  buffer_s: 0,
  emitted: 0,
  lost: 0,
  bytes: 0,
  freezes: 0,
  frozen_s: 0,
  width: 0,
  height: 0,
};

/** A server's answer that is not 2xx. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly again_s: number,
  ) {
    super(`the stream was refused with status ${status}`);
  }
}

export class WhepClient {
  private peer: RTCPeerConnection | null = null;
  private resource: string | null = null;
  private retry_timer: ReturnType<typeof setTimeout> | undefined;
  private look_timer: ReturnType<typeof setInterval> | undefined;
  private figures: Figures | null = null;
  private channel: RTCDataChannel | null = null;
  private pulse: { readonly at_ms: number; readonly figures: Figures } | null = null;
  private delay_ms = 0;
  private moved_at_ms = 0;
  private is_wanted = false;
  private readonly backoff = new Backoff(RETRY_FIRST_MS, RETRY_MAX_MS);
  private video: Video = NO_VIDEO;

  constructor(private readonly watch: Watch) {}

  /** Call the stream, or call it again at once. */
  start(): void {
    this.hangUp();
    const peer = connectionOrNone();
    if (peer === null) {
      this.change({ at: "unsupported", stream: null });
      return;
    }
    this.is_wanted = true;
    this.peer = peer;
    this.moved_at_ms = performance.now();
    const stream = new MediaStream();
    this.change({ at: "connecting", stream: null });
    peer.addTransceiver("video", { direction: "recvonly" });
    peer.addTransceiver("audio", { direction: "recvonly" });
    // The server lets go of a page that says nothing here for some seconds: a picture that nobody sees costs others.
    this.channel = peer.createDataChannel("pulse", { ordered: false, maxRetransmits: 0 });
    this.watch.prepare?.(peer);
    peer.ontrack = ({ track }) => {
      stream.addTrack(track);
      if (peer === this.peer) this.change({ at: this.video.at, stream });
    };
    peer.onconnectionstatechange = () => {
      if (peer === this.peer && (peer.connectionState === "failed" || peer.connectionState === "closed")) this.retry();
    };
    this.negotiate(peer).catch((fault: unknown) => {
      if (peer === this.peer) this.failed(fault);
    });
    this.look_timer = setInterval(() => void this.look(peer), LOOK_MS);
  }

  /** Leave the stream for good and tell the server so. */
  stop(): void {
    this.end(NO_VIDEO);
  }

  /** Say no goodbye to a session that the server has ended. */
  forget(): void {
    this.resource = null;
  }

  /** Tell the server that the page goes away; nothing waits for the answer. */
  hangUp(): void {
    clearTimeout(this.retry_timer);
    clearInterval(this.look_timer);
    this.peer?.close();
    this.peer = null;
    this.channel = null;
    this.figures = null;
    this.pulse = null;
    if (this.resource !== null) void fetch(this.resource, { method: "DELETE", keepalive: true, headers: this.headers() }).catch(() => undefined);
    this.resource = null;
  }

  private async negotiate(peer: RTCPeerConnection): Promise<void> {
    const [servers, offer] = await Promise.all([this.servers(), peer.createOffer()]);
    peer.setConfiguration({ iceServers: servers });
    await peer.setLocalDescription(offer);
    await gathered(peer);
    const answer = await fetch(this.watch.url, {
      method: "POST",
      headers: { ...this.headers(), "Content-Type": "application/sdp" },
      body: peer.localDescription?.sdp ?? "",
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    if (!answer.ok) throw new Refusal(answer.status, Number(answer.headers.get("Retry-After")) || 0);
    const location = answer.headers.get("Location");
    if (peer === this.peer) this.resource = location === null ? null : new URL(location, answer.url).href;
    await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
  }

  /** Ask which servers help through firewalls; a show that cannot say is called without any. */
  private async servers(): Promise<RTCIceServer[]> {
    if (this.watch.ice === undefined) return [];
    try {
      const answer = await fetch(this.watch.ice, { headers: this.headers(), signal: AbortSignal.timeout(ANSWER_MS_MAX) });
      if (!answer.ok) return [];
      const config = (await answer.json()) as { ice_servers?: RTCIceServer[] };
      return config.ice_servers ?? [];
    } catch {
      return [];
    }
  }

  private headers(): Record<string, string> {
    return this.watch.token === undefined ? {} : { Authorization: `Bearer ${this.watch.token}` };
  }

  private failed(fault: unknown): void {
    const status = fault instanceof Refusal ? fault.status : 0;
    const is_final = status >= 400 && status < 500 && !HEALED_BY_WAITING.includes(status);
    if (is_final && this.watch.refused !== undefined) {
      this.stop();
      this.watch.refused();
      return;
    }
    if (FORBIDDEN.includes(status)) {
      this.end({ at: "forbidden", stream: null });
      return;
    }
    this.retry(fault instanceof Refusal ? fault.again_s * 1_000 : 0);
  }

  private end(video: Video): void {
    this.is_wanted = false;
    this.hangUp();
    this.change(video);
  }

  private retry(wait_ms_min = 0): void {
    this.hangUp();
    if (!this.is_wanted) return;
    this.change({ at: "connecting", stream: null });
    this.retry_timer = setTimeout(() => this.start(), Math.max(wait_ms_min, this.backoff.next()));
  }

  private async look(peer: RTCPeerConnection): Promise<void> {
    const figures = read(await peer.getStats());
    if (peer !== this.peer) return;
    const before = this.figures;
    this.figures = figures;
    const now_ms = performance.now();
    this.tellPulse(figures, now_ms);
    // A hidden page may decode nothing, but packets still show that the stream lives.
    const is_moving =
      figures.frames > (before?.frames ?? 0) || (document.hidden && figures.packets > (before?.packets ?? 0));
    if (is_moving) {
      this.moved_at_ms = now_ms;
      this.backoff.reset();
      if (this.video.at !== "playing") this.change({ at: "playing", stream: this.video.stream });
      if (before !== null) this.tellDelay(before, figures);
      return;
    }
    if (!this.watch.isDue()) {
      this.moved_at_ms = now_ms;
      return;
    }
    const still_ms = now_ms - this.moved_at_ms;
    if (still_ms > GIVE_UP_MS) this.retry();
    else if (still_ms > STALLED_MS && this.video.at === "playing") this.change({ at: "stalled", stream: this.video.stream });
  }

  private tellDelay(before: Figures, now: Figures): void {
    const frames = now.frames - before.frames;
    const emitted = now.emitted - before.emitted;
    if (frames <= 0 || emitted <= 0) return;
    const buffer_ms = ((now.buffer_s - before.buffer_s) / emitted) * 1_000;
    const decode_ms = ((now.decode_s - before.decode_s) / frames) * 1_000;
    this.delay_ms = buffer_ms + decode_ms;
    this.watch.mediaDelay?.(this.delay_ms);
  }

  private tellPulse(figures: Figures, now_ms: number): void {
    const before = this.pulse;
    if (before !== null && now_ms - before.at_ms < PULSE_MS) return;
    this.pulse = { at_ms: now_ms, figures };
    const pulse: Pulse = {
      type: "pulse",
      freezes: figures.freezes,
      frozen_ms: Math.round(figures.frozen_s * 1_000),
      delay_ms: Math.round(this.delay_ms),
    };
    if (this.channel?.readyState === "open") this.channel.send(JSON.stringify(pulse));
    if (before !== null) this.watch.measured?.(measure(before.figures, figures, now_ms - before.at_ms));
  }

  private change(video: Video): void {
    this.video = video;
    this.watch.changed(video);
  }
}

/** Return a new connection, or null where the browser, or what guards it, allows none. */
function connectionOrNone(): RTCPeerConnection | null {
  try {
    return new RTCPeerConnection();
  } catch {
    return null;
  }
}

/** Wait until all candidates are in the offer, at most `GATHERING_MS_MAX`. */
function gathered(peer: RTCPeerConnection): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      if (peer.iceGatheringState === "complete") resolve();
    };
    peer.addEventListener("icegatheringstatechange", done);
    setTimeout(resolve, GATHERING_MS_MAX);
    done();
  });
}

function measure(before: Figures, now: Figures, span_ms: number): Measured {
  const lost = Math.max(now.lost - before.lost, 0);
  const expected = now.packets - before.packets + lost;
  return {
    width: now.width,
    height: now.height,
    fps: Math.round(((now.frames - before.frames) * 1_000) / span_ms),
    kbps: Math.round(((now.bytes - before.bytes) * 8) / span_ms),
    lost_percent: expected > 0 ? Math.round((lost * 1_000) / expected) / 10 : 0,
    freezes: now.freezes,
    frozen_s: Math.round(now.frozen_s * 10) / 10,
  };
}

function read(report: RTCStatsReport): Figures {
  let figures: Figures = NO_FIGURES;
  report.forEach((stats: RTCInboundRtpStreamStats) => {
    if (stats.type !== "inbound-rtp" || stats.kind !== "video") return;
    figures = {
      frames: stats.framesDecoded ?? 0,
      packets: stats.packetsReceived ?? 0,
      decode_s: stats.totalDecodeTime ?? 0,
      buffer_s: stats.jitterBufferDelay ?? 0,
      emitted: stats.jitterBufferEmittedCount ?? 0,
      lost: stats.packetsLost ?? 0,
      bytes: stats.bytesReceived ?? 0,
      freezes: stats.freezeCount ?? 0,
      frozen_s: stats.totalFreezesDuration ?? 0,
      width: stats.frameWidth ?? 0,
      height: stats.frameHeight ?? 0,
    };
  });
  return figures;
}
