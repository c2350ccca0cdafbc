import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { environment, setting } from "./stack.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const MADE = `
import json, sys
from lib.keys import generate, hint, key_hash
keys = [generate(sys.argv[1]) for _ in range(int(sys.argv[2]))]
print(json.dumps([{"key": key, "hash": key_hash(key), "hint": hint(key)} for key in keys]))
`;

/** So many new keys of that kind. */
export async function addKeys(sql, workspace, kind, count) {
  const options = { cwd: ROOT, env: environment() };
  const made = JSON.parse(execFileSync(`${ROOT}/.venv/bin/python`, ["-c", MADE, kind, `${count}`], options));
  for (const { hash, hint } of made) await sql`select public.create_api_key(${workspace}, ${kind}, ${hash}, ${hint})`;
  return made.map(({ key }) => key);
}

/** A workspace of the test's own with so many publishable keys, each with a rate limit of its own: {id, keys}. */
export async function newWorkspace(sql, keyCount) {
  const [{ id: owner }] = await sql`select id from auth.users where email = ${setting("DEMO_OWNER_EMAIL")}`;
  const slug = `widget-${randomUUID().slice(0, 8)}`;
  const [{ id }] = await sql`select public.create_workspace(${owner}, 'Widget tests', ${slug}) as id`;
  return { id, keys: await addKeys(sql, id, "publishable", keyCount) };
}
