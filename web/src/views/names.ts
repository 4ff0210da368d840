/** How a name looks: its colour and its initial, the same on every page, and its own direction among others. */

import { type TemplateResult, html } from "lit-html";
import { join } from "lit-html/directives/join.js";

/** Return one of twelve hues (`data-hue` in parts.css) for a name. */
export function hueOf(name: string): number {
  let sum = 7;
  for (const character of name) sum = (sum * 31 + character.codePointAt(0)!) % 9973;
  return sum % 12;
}

/** Return the first character of a name, as a capital. */
export function initialOf(name: string): string {
  return ([...name.trim()][0] ?? "?").toUpperCase();
}

/** Show names in a row, each in its own direction. */
export function namesView(names: readonly string[]): TemplateResult {
  return html`${join(
    names.map((name) => html`<bdi>${name}</bdi>`),
    ", ",
  )}`;
}

/** Return names in a row for a hint, which has no elements: between the signs that do the same (FSI and PDI, UAX #9). */
export function namesInHint(names: readonly string[]): string {
  return names.map((name) => `\u2068${name}\u2069`).join(", ");
}
