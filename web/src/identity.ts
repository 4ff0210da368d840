/** What this browser keeps between visits (a name and the wallet's secret), and ids that nobody can guess. */

import { NAME_CHARACTERS_MAX } from "./protocol";

const NAME_KEY = "avatar_live.name";
const VIEWER_KEY = "avatar_live.viewer";

const MOODS = ["Sunny", "Brave", "Cosy", "Lucky", "Merry", "Swift", "Gentle", "Cosmic", "Velvet", "Minty", "Happy", "Misty"];
const ANIMALS = ["Otter", "Fox", "Panda", "Finch", "Koala", "Lynx", "Heron", "Seal", "Robin", "Gecko", "Tiger", "Moth"];

export interface Identity {
  readonly name: string;
  readonly viewer: string | null;
}

/** Say whether this browser has no wallet yet. */
export function isNewcomer(): boolean {
  return kept(VIEWER_KEY) === null;
}

/** Return who this browser was last time, or a newcomer with a friendly name. */
export function recall(): Identity {
  return { name: cleanName(kept(NAME_KEY) ?? "") || friendlyName(), viewer: kept(VIEWER_KEY) };
}

/** Keep who we are for the next visit; a browser that keeps nothing (private mode) makes us a newcomer then. */
export function remember(identity: Identity): void {
  try {
    localStorage.setItem(NAME_KEY, identity.name);
    if (identity.viewer !== null) localStorage.setItem(VIEWER_KEY, identity.viewer);
  } catch {
    // storage is off or full: the show works without it
  }
}

/** Return the token in the link that was opened, `#token=...`, where the show is for who holds it. */
export function watchToken(): string | undefined {
  return new URLSearchParams(location.hash.slice(1)).get("token") ?? undefined;
}

/** Return a moderator's invitation in the link that was opened, `#invitation=...`, and take it out of the address: it is good once. */
export function invitation(): string | undefined {
  const link = new URLSearchParams(location.hash.slice(1));
  const token = link.get("invitation") ?? undefined;
  link.delete("invitation");
  const rest = link.toString(); // a closed show's own token stays
  if (token !== undefined) history.replaceState(null, "", location.pathname + location.search + (rest === "" ? "" : `#${rest}`));
  return token;
}

/** Return `name` as the room takes it: one line, no ends of space, at most `NAME_CHARACTERS_MAX` characters. */
export function cleanName(name: string): string {
  return [...name.replace(/\s+/g, " ").trim()].slice(0, NAME_CHARACTERS_MAX).join("").trim();
}

/** Return a random UUID (RFC 9562, version 4). `crypto.randomUUID` is absent on plain http other than localhost. */
export function randomId(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

function friendlyName(): string {
  const [mood, animal, number] = crypto.getRandomValues(new Uint8Array(3));
  return `${MOODS[mood! % MOODS.length]} ${ANIMALS[animal! % ANIMALS.length]} ${10 + (number! % 90)}`;
}

function kept(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
