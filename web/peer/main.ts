/** What a measurement drives from Python: three.js with three-vrm behind plain functions on `window.peer`. */

import { loadAvatar, type LoadedAvatar } from "./avatar";
import { springTips, type Tip } from "./springs";
import { View, type Light, type Shot } from "./view";

/** One moment of a performance, in VRM 1.0's axes: +Y up, facing +Z, its left hand on +X. */
export interface Moment {
  /** Normalised rotations, x y z w, by humanoid bone; what is not named is at rest. */
  readonly rotations: Readonly<Record<string, readonly [number, number, number, number]>>;
  readonly expressions: Readonly<Record<string, number>>;
  readonly dt_s: number;
}

export interface Speed {
  readonly seconds: number;
  readonly frames: number;
}

let view: View;
let avatar: LoadedAvatar | undefined;

function loaded(): LoadedAvatar {
  if (avatar === undefined) throw new Error("load an avatar first");
  return avatar;
}

function move(moment: Moment): void {
  const { vrm } = loaded();
  if (vrm === undefined) return;
  loaded().pose(moment.rotations);
  loaded().express(moment.expressions);
  vrm.update(moment.dt_s);
}

const peer = {
  /** Open the drawing; return the renderer that the driver names. */
  open(width: number, height: number, isMultisampled: boolean, light: Light): string {
    const canvas = document.querySelector<HTMLCanvasElement>("#picture")!;
    view = new View(canvas, width, height, isMultisampled, light);
    return view.driver();
  },

  resize(width: number, height: number): void {
    view.resize(width, height);
  },

  /** Bring a file on; return what had to be mended in how three-vrm reads it. */
  async load(url: string, isMended: boolean): Promise<readonly string[]> {
    if (avatar !== undefined) view.scene.remove(avatar.scene);
    avatar?.dispose();
    avatar = await loadAvatar(url, isMended);
    view.scene.add(avatar.scene);
    return avatar.mended;
  },

  /** Draw the avatar with its springs at rest on the pose, after `seconds` of its materials' time. */
  picture(shot: Shot, moment: Moment, seconds: number): string {
    loaded().rewind();
    move({ ...moment, dt_s: 0 });
    loaded().vrm?.springBoneManager?.reset();
    loaded().runMaterials(seconds);
    view.aim(shot);
    view.draw();
    return view.pixels();
  },

  /** Move through the moments one after another and draw the last one. */
  pictureAfter(shot: Shot, moments: readonly Moment[]): string {
    this.play(moments);
    view.aim(shot);
    view.draw();
    return view.pixels();
  },

  /** Put the springs at rest on the first moment's pose, then move through all of them; return the tips at its end. */
  springTips(moments: readonly Moment[]): readonly Tip[] {
    this.play(moments);
    return springTips(loaded());
  },

  play(moments: readonly Moment[]): void {
    loaded().rewind();
    if (moments[0] === undefined) return;
    move({ ...moments[0], dt_s: 0 });
    loaded().vrm?.springBoneManager?.reset();
    for (const moment of moments) move(moment);
  },

  /** Move and draw `frames` frames, taking the moments in turn; each ends with its pixels in main memory. */
  pace(shot: Shot, moments: readonly Moment[], frames: number): Speed {
    view.aim(shot);
    const start = performance.now();
    for (let frame = 0; frame < frames; frame++) {
      const moment = moments[frame % moments.length];
      if (moment !== undefined) move(moment);
      view.draw();
      view.finish();
    }
    return { seconds: (performance.now() - start) / 1000, frames };
  },
};

declare global {
  interface Window {
    peer: typeof peer;
  }
}

window.peer = peer;
