// API keys as lib/keys.py makes them: pk_ or sk_, two characters that name the cell, 24 random base62 characters, and a
// checksum (CRC-32 of all before it) of 6. Made here, so that nobody but the owner's browser ever has one.
import { changed } from "./asking";
import { keyCell } from "./config";
import { call } from "./supabase";

export type Kind = "publishable" | "secret";

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** Each of the 62 characters is as likely: bytes beyond the last whole round are thrown away. */
function random(length: number): string {
  let text = "";
  while (text.length < length) {
    for (const byte of crypto.getRandomValues(new Uint8Array(length))) {
      if (byte < 248 && text.length < length) text += ALPHABET[byte % 62];
    }
  }
  return text;
}

function crc32(text: string): number {
  let crc = ~0;
  for (const char of text) {
    crc ^= char.charCodeAt(0);
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function checksum(body: string): string {
  let number = crc32(body);
  let digits = "";
  for (let place = 0; place < 6; place++) {
    digits = ALPHABET[number % 62] + digits;
    number = Math.floor(number / 62);
  }
  return digits;
}

export function generate(kind: Kind): string {
  const body = (kind === "publishable" ? "pk_" : "sk_") + keyCell + random(24);
  return body + checksum(body);
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What is kept of a key to tell it by. */
export const hintOf = (key: string) => `${key.slice(0, 7)}…${key.slice(-4)}`;

/** Makes a key, of which only the hash leaves this page, and returns it: nobody can show it again. */
export async function makeKey(workspace: string, kind: Kind, origins: string[] | null = null): Promise<string> {
  const key = generate(kind);
  await call("make_api_key", {
    p_workspace: workspace,
    p_kind: kind,
    p_key_hash: await sha256(key),
    p_hint: hintOf(key),
    p_origins: origins,
  });
  changed(`${workspace}/keys`);
  return key;
}

/** Sets a new identity secret and returns it; user hashes made with the one before are not trusted any more. */
export async function makeIdentitySecret(workspace: string): Promise<string> {
  const secret = random(40);
  await call("save_identity_secret", { p_workspace: workspace, p_secret: secret });
  return secret;
}
