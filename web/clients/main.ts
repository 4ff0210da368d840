/** Other people's WHIP and WHEP clients, each used as its own README says, for tests to drive. */

import { WebRTCPlayer } from "@eyevinn/webrtc-player";
import { WHIPClient as EyevinnPublisher } from "@eyevinn/whip-web-client";
import { WHEPClient } from "whip-whep/whep.js";
import { WHIPClient } from "whip-whep/whip.js";

const FPS = 30;

/** Every connection that a client makes, so that its statistics can be read. */
const peers: RTCPeerConnection[] = [];
globalThis.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(configuration?: RTCConfiguration) {
    super(configuration);
    peers.push(this);
  }
};

/** A small picture that moves, drawn `FPS` times a second until it is stopped. */
class Drawing {
  readonly canvas = Object.assign(document.createElement("canvas"), { width: 320, height: 180 });
  private readonly context = this.canvas.getContext("2d")!;
  readonly stream = this.canvas.captureStream(FPS);
  private count = 0;
  private readonly timer = setInterval(() => this.draw(), 1_000 / FPS);

  stop(): void {
    clearInterval(this.timer);
  }

  private draw(): void {
    this.context.fillStyle = "#e6781e";
    this.context.fillRect(0, 0, 320, 180);
    this.context.fillStyle = "white";
    this.context.fillRect((this.count++ * 4) % 320, 60, 40, 40);
  }
}

let drawing: Drawing | null = null;
let goodbye: () => unknown = () => undefined;

const clients = {
  async watchByWhipWhep(url: string): Promise<void> {
    const peer = new RTCPeerConnection();
    peer.addTransceiver("video", { direction: "recvonly" });
    peer.addTransceiver("audio", { direction: "recvonly" });
    peer.ontrack = (event) => (document.querySelector("video")!.srcObject = event.streams[0] ?? null);
    const client = new WHEPClient();
    await client.view(peer, url);
    goodbye = () => client.stop();
  },

  async watchByEyevinn(url: string): Promise<void> {
    const player = new WebRTCPlayer({ video: document.querySelector("video")!, type: "whep" });
    await player.load(new URL(url));
    goodbye = () => player.destroy();
  },

  async publishByWhipWhep(url: string, token: string): Promise<void> {
    drawing = new Drawing();
    const peer = new RTCPeerConnection();
    for (const track of drawing.stream.getTracks()) peer.addTransceiver(track, { direction: "sendonly" });
    const client = new WHIPClient();
    await client.publish(peer, url, token);
    goodbye = () => client.stop();
  },

  async publishByEyevinn(url: string, token: string): Promise<void> {
    drawing = new Drawing();
    const client = new EyevinnPublisher({ endpoint: url, opts: { authkey: token } });
    await client.setIceServersFromEndpoint();
    await client.ingest(drawing.stream);
    goodbye = () => client.destroy();
  },

  stopDrawing: () => drawing?.stop(),
  leave: () => goodbye(),

  /** Return how many frames were decoded or, by a publisher, sent. */
  async frames(): Promise<number> {
    let frames = 0;
    for (const peer of peers)
      (await peer.getStats()).forEach((report) => {
        if (report.type === "inbound-rtp" && report.kind === "video") frames += report.framesDecoded ?? 0;
        if (report.type === "outbound-rtp" && report.kind === "video") frames += report.framesSent ?? 0;
      });
    return frames;
  },
};

export type Clients = typeof clients;
Object.assign(globalThis, { clients });
