/** A file as three-vrm reads it, moved in VRM 1.0's axes whatever its version. */

import { VRMLoaderPlugin, VRMUtils, type MToonMaterial, type VRM, type VRMHumanBoneName } from "@pixiv/three-vrm";
import type { Group } from "three";
import { GLTFLoader } from "three/addons/loaders/GLTFLoader.js";

import { mend, mendFile, toonsOf } from "./mending";

export class LoadedAvatar {
  constructor(
    readonly scene: Group,
    readonly vrm: VRM | undefined,
    /** What was put right because three-vrm is known to read it differently from what it means. */
    readonly mended: readonly string[],
  ) {}

  pose(rotations: Readonly<Record<string, readonly [number, number, number, number]>>): void {
    const humanoid = this.vrm?.humanoid;
    if (this.vrm === undefined || !humanoid) return;
    // A VRM 0.x avatar faces -Z in its own space: the same turn has other signs about x and z.
    const sign = this.vrm.meta.metaVersion === "0" ? -1 : 1;
    humanoid.resetNormalizedPose();
    for (const [name, [x, y, z, w]] of Object.entries(rotations))
      humanoid.getNormalizedBoneNode(name as VRMHumanBoneName)?.quaternion.set(sign * x, y, sign * z, w);
  }

  express(expressions: Readonly<Record<string, number>>): void {
    const manager = this.vrm?.expressionManager;
    if (!manager) return; // null in a file without expressions
    manager.resetValues();
    for (const [name, weight] of Object.entries(expressions)) manager.setValue(name, weight);
  }

  /** Go back to the time at which materials start to move. */
  rewind(): void {
    for (const material of this.toons()) {
      material.uvAnimationScrollXOffset = 0;
      material.uvAnimationScrollYOffset = 0;
      material.uvAnimationRotationPhase = 0;
    }
  }

  /** Let materials move on by themselves. */
  runMaterials(seconds: number): void {
    for (const material of this.toons()) material.update(seconds);
  }

  dispose(): void {
    VRMUtils.deepDispose(this.scene);
  }

  private toons(): readonly MToonMaterial[] {
    return this.vrm === undefined ? [] : toonsOf(this.vrm);
  }
}

/**
 * Load a VRM or plain glTF as three-vrm's own examples do, with all the optimisations they show; mended only where what
 * is measured is how it looks.
 */
export async function loadAvatar(url: string, isMended: boolean): Promise<LoadedAvatar> {
  const loader = new GLTFLoader();
  const mended: string[] = [];
  if (isMended)
    loader.register((parser) => ({
      name: "mending",
      beforeRoot: async () => void mended.push(...mendFile(parser.json)),
    }));
  loader.register((parser) => new VRMLoaderPlugin(parser, { autoUpdateHumanBones: true }));
  const gltf = await loader.loadAsync(url);
  const vrm = gltf.userData["vrm"] as VRM | undefined;
  VRMUtils.removeUnnecessaryVertices(gltf.scene);
  VRMUtils.combineSkeletons(gltf.scene);
  if (vrm !== undefined) {
    VRMUtils.combineMorphs(vrm);
    VRMUtils.rotateVRM0(vrm);
  }
  gltf.scene.traverse((node) => {
    node.frustumCulled = false; // skinned vertices leave their boxes
  });
  gltf.scene.updateMatrixWorld(true);
  if (isMended && vrm !== undefined) mended.push(...mend(vrm, gltf.parser.json));
  return new LoadedAvatar(gltf.scene, vrm, mended);
}
