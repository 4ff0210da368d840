/** Camera, light and canvas, set up so that equal numbers mean equal light on both sides of a comparison. */

import {
  AmbientLight,
  Color,
  DirectionalLight,
  LinearSRGBColorSpace,
  Matrix4,
  NoToneMapping,
  PerspectiveCamera,
  SRGBColorSpace,
  Scene,
  Vector3,
  WebGLRenderer,
} from "three";

/** Where the camera stands: a pose of 16 numbers, column after column, as glTF writes matrices. */
export interface Shot {
  readonly pose: readonly number[];
  readonly fov_vertical_deg: number;
  readonly near_m: number;
  readonly far_m: number;
}

/** Linear colours; a surface of albedo 1 that faces the light shows exactly its colour. */
export interface Light {
  readonly key_direction: readonly [number, number, number];
  readonly key_color: readonly [number, number, number];
  readonly fill_color: readonly [number, number, number];
  /** Of the background, as it is encoded in the picture. */
  readonly background: readonly [number, number, number];
}

export class View {
  readonly scene = new Scene();
  private readonly renderer: WebGLRenderer;
  private readonly camera = new PerspectiveCamera();
  private read = new Uint8Array(0);

  constructor(canvas: HTMLCanvasElement, width: number, height: number, isMultisampled: boolean, light: Light) {
    this.renderer = new WebGLRenderer({ canvas, antialias: isMultisampled, alpha: false });
    this.renderer.outputColorSpace = SRGBColorSpace;
    this.renderer.toneMapping = NoToneMapping;
    this.renderer.setPixelRatio(1);
    this.resize(width, height);
    this.scene.background = new Color().setRGB(...light.background, SRGBColorSpace);
    // three's Lambert term divides by pi, so an intensity of pi lights as much as its colour says.
    const key = new DirectionalLight(new Color().setRGB(...light.key_color, LinearSRGBColorSpace), Math.PI);
    key.position.copy(new Vector3(...light.key_direction));
    const fill = new AmbientLight(new Color().setRGB(...light.fill_color, LinearSRGBColorSpace), Math.PI);
    this.scene.add(key, fill);
    this.camera.matrixAutoUpdate = false;
  }

  driver(): string {
    const gl = this.renderer.getContext();
    const extension = gl.getExtension("WEBGL_debug_renderer_info");
    return String(gl.getParameter(extension?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER));
  }

  resize(width: number, height: number): void {
    this.renderer.setSize(width, height, false);
  }

  aim(shot: Shot): void {
    const { width, height } = this.renderer.domElement;
    this.camera.fov = shot.fov_vertical_deg;
    this.camera.aspect = width / height;
    this.camera.near = shot.near_m;
    this.camera.far = shot.far_m;
    this.camera.updateProjectionMatrix();
    this.camera.matrix.copy(new Matrix4().fromArray([...shot.pose]));
    this.camera.matrixWorldNeedsUpdate = true;
  }

  draw(): void {
    this.renderer.render(this.scene, this.camera);
  }

  /** Read what was just drawn into memory that is kept, as whoever encodes it would; the GPU has done with it then. */
  finish(): void {
    const gl = this.renderer.getContext();
    const { width, height } = this.renderer.domElement;
    if (this.read.length !== 4 * width * height) this.read = new Uint8Array(4 * width * height);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, this.read);
  }

  /** Return what was just drawn: RGBA rows from the bottom up, in base64. */
  pixels(): string {
    const gl = this.renderer.getContext();
    const { width, height } = this.renderer.domElement;
    const bytes = new Uint8Array(4 * width * height);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    const pieces: string[] = [];
    for (let start = 0; start < bytes.length; start += 32_768)
      pieces.push(String.fromCharCode(...bytes.subarray(start, start + 32_768)));
    return btoa(pieces.join(""));
  }
}
