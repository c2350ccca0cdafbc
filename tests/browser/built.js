import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";

const folder = new URL("../../public/", import.meta.url);

/** The script by its content's name, and the hash that a page asks the browser to check. */
export const file = readdirSync(folder).find((name) => /^widget-[0-9a-f]{12}\.js$/.test(name));
export const integrity = `sha384-${createHash("sha384").update(readFileSync(new URL(file, folder))).digest("base64")}`;
