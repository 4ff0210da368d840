/** What three-vrm 3.5 is known to read differently from what the file means, put right so that the rest compares. */

import { MToonMaterialOutlineWidthMode, type MToonMaterial, type VRM } from "@pixiv/three-vrm";
import { LinearSRGBColorSpace, Mesh, NoColorSpace } from "three";

interface Vrm0 {
  readonly extensions?: { readonly VRM?: { readonly materialProperties?: readonly Vrm0Material[] } };
}

interface SpringFile {
  readonly extensions?: { readonly VRMC_springBone?: { readonly colliders?: readonly Collider[] } };
}

interface Collider {
  shape?: object;
  readonly extensions?: { readonly VRMC_springBone_extended_collider?: { specVersion?: string } };
}

interface Vrm0Material {
  readonly name: string;
  readonly shader: string;
  readonly vectorProperties: Readonly<Record<string, readonly number[]>>;
}

export function toonsOf(vrm: VRM): readonly MToonMaterial[] {
  return (vrm.materials ?? []).filter((material): material is MToonMaterial => "isMToonMaterial" in material);
}

/** Give extended colliders the plain shape and the version without which three-vrm refuses the file; say so. */
export function mendFile(json: SpringFile): string[] {
  const bare = (json.extensions?.VRMC_springBone?.colliders ?? []).filter((collider) => collider.shape === undefined);
  for (const collider of bare) {
    collider.shape = { sphere: { offset: [0, 0, 0], radius: 0 } };
    const extended = collider.extensions?.VRMC_springBone_extended_collider;
    if (extended !== undefined) extended.specVersion ??= "1.0";
  }
  return bare.length > 0 ? ["The file leaves out the plain shapes that extended colliders need to be read at all"] : [];
}

/** Put right what is known to be wrong with a file's materials and springs; return a sentence for each thing. */
export function mend(vrm: VRM, json: object): string[] {
  return [...mendMaterials(toonsOf(vrm), vrm, json), ...mendOutlines(vrm), ...mendSprings(vrm)];
}

/** Let what expressions do to a surface reach its outline, which three-vrm draws by a copy of the material. */
function mendOutlines(vrm: VRM): string[] {
  const bound = new Set<object>();
  for (const expression of vrm.expressionManager?.expressions ?? [])
    for (const bind of expression.binds) if ("material" in bind) bound.add(bind.material as object);
  let isMended = false;
  vrm.scene.traverse((node) => {
    if (!(node instanceof Mesh) || !Array.isArray(node.material)) return;
    const [surface, outline] = node.material as MToonMaterial[];
    if (surface === undefined || outline === undefined || !bound.has(surface)) return;
    isMended = true;
    const update = outline.update.bind(outline);
    outline.update = (delta) => {
      for (const part of ["color", "shadeColorFactor", "emissive", "outlineColorFactor"] as const)
        outline[part].copy(surface[part]);
      update(delta);
    };
  });
  return isMended ? ["Expressions colour outlines; three-vrm leaves the copies of materials that it draws them by"] : [];
}

/** Measure bones where they are; after their parent has turned, three-vrm measures to where the child was before. */
function mendSprings(vrm: VRM): string[] {
  const chained = [...(vrm.springBoneManager?.joints ?? [])].filter((joint) => joint.child !== null);
  for (const joint of chained) {
    const update = joint.update.bind(joint);
    joint.update = (delta) => {
      joint.child?.updateWorldMatrix(false, false);
      update(delta);
    };
  }
  const sentence = "A spring bone keeps its length; three-vrm (since its pull request 1132) measures it a step too late";
  return chained.length > 0 ? [sentence] : [];
}

function mendMaterials(materials: readonly MToonMaterial[], vrm: VRM, json: Vrm0): string[] {
  const said = new Set<string>();
  const known = new Map((json.extensions?.VRM?.materialProperties ?? []).map((own) => [own.name, own]));
  for (const material of materials) {
    const own = known.get(material.name.replace(/ \(Outline\)$/, ""));
    if (own?.shader === "VRM/MToon") for (const sentence of mendOld(material, own)) said.add(sentence);
    if (material.shadingShiftTexture !== null) {
      material.shadingShiftTexture.colorSpace = NoColorSpace;
      material.shadingShiftTexture.needsUpdate = true;
      said.add("MToon 1.0 stores the shading shift's picture in linear numbers; three-vrm reads sRGB");
    }
    const isByScreen = material.outlineWidthMode === MToonMaterialOutlineWidthMode.ScreenCoordinates;
    if (isByScreen && vrm.meta.metaVersion === "1") {
      material.outlineWidthFactor *= 2;
      said.add("MToon 1.0 counts screen outlines in the screen's height; three-vrm in half of it");
    }
  }
  return [...said];
}

/** Read VRM 0.x's MToon as UniVRM's migration to 1.0 does. */
function mendOld(material: MToonMaterial, own: Vrm0Material): string[] {
  const said: string[] = [];
  const [red, green, blue] = own.vectorProperties["_EmissionColor"] ?? [];
  if (red !== undefined && green !== undefined && blue !== undefined && red + green + blue > 0) {
    material.emissive.setRGB(red, green, blue, LinearSRGBColorSpace);
    said.push("VRM 0.x stores emission in linear light (vrm-c/UniVRM issue 301); three-vrm reads sRGB");
  }
  if (material.uvAnimationRotationSpeedFactor !== 0) {
    material.uvAnimationRotationSpeedFactor *= 2 * Math.PI;
    said.push("VRM 0.x turns pictures by rounds a second (vrm-c/UniVRM pull request 2301); three-vrm takes radians");
  }
  if (material.rimLightingMixFactor !== 1) {
    material.rimLightingMixFactor = 1;
    said.push("UniVRM lets the light colour every rim of VRM 0.x; three-vrm as far as the file says");
  }
  if (material.map !== null && material.shadeMultiplyTexture === null) {
    material.shadeMultiplyTexture = material.map;
    material.needsUpdate = true;
    said.push("UniVRM gives VRM 0.x's shade the main picture where it has none; three-vrm leaves it plain");
  }
  return said;
}
