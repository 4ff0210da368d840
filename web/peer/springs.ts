/** Where the spring bones' tips are. */

import { Vector3 } from "three";

import type { LoadedAvatar } from "./avatar";

export interface Tip {
  /** The joint's node, by the file's name. */
  readonly node: string;
  /** Where the bone that it turns ends, in metres of the scene. */
  readonly tip: readonly [number, number, number];
}

/** Return the end of each swinging bone, in the file's order. */
export function springTips(avatar: LoadedAvatar): readonly Tip[] {
  avatar.scene.updateMatrixWorld(true);
  return [...(avatar.vrm?.springBoneManager?.joints ?? [])].map(({ bone, child, initialLocalChildPosition }) => {
    const end = child?.getWorldPosition(new Vector3()) ?? bone.localToWorld(initialLocalChildPosition.clone());
    return { node: String(bone.userData["name"] ?? bone.name), tip: end.toArray() };
  });
}
