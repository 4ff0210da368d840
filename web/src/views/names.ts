/** How a name looks: its colour and its initial, the same on every page. */

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
