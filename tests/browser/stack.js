// The running stack as a test sees it: its addresses and keys from its env file, its database, inbox and faults.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";

// The stack's packages are installed beside it, so that no deploy installs them.
export const require = createRequire(new URL("../../scripts/local/package.json", import.meta.url));
const postgres = require("postgres");

const file = new URL(`../../${process.env.LOCAL_DIR ?? ".local"}/env`, import.meta.url);
const lines = existsSync(file) ? readFileSync(file, "utf8").matchAll(/^(?:export )?(\w+)=(['"]?)(.*)\2$/gm) : [];
const written = Object.fromEntries([...lines].map(([, name, , value]) => [name, value]));

/** What the stack's own programs need in their environment. */
export const environment = () => ({ ...written, ...process.env });

export function setting(name) {
  const value = process.env[name] ?? written[name];
  if (!value) throw new Error(`${name} is not set: is the stack up (make up)?`);
  return value;
}

export const connect = () => postgres(setting("DATABASE_URL"), { onnotice: () => {} });

async function call(url, options) {
  const response = await fetch(url, options);
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return response.json().catch(() => undefined);
}

const asking = (secret) => ({ headers: { authorization: `Bearer ${secret}` } });
const posting = (body, options = {}) => ({
  method: "POST",
  body: JSON.stringify(body),
  headers: { "content-type": "application/json", ...options.headers },
});

export const score = (userId) =>
  call(`${setting("API_URL")}/api/score`, posting({ userId }, asking(setting("DEMO_SECRET_KEY"))));
/** Sends what is due now, as the scheduler does. */
export const drain = () => call(`${setting("API_URL")}/api/send-email`, asking(setting("CRON_SECRET")));
/** Builds what exports were asked for, as the scheduler does. */
export const buildExports = () => call(`${setting("API_URL")}/api/export`, asking(setting("CRON_SECRET")));
export const fail = (fault) => call(`${setting("FAKES_URL")}/faults`, posting(fault));
export const heal = () => call(`${setting("FAKES_URL")}/faults`, { method: "DELETE" });
export const mailTo = async (address) =>
  (await call(`${setting("MAIL_URL")}/messages`)).filter(({ to }) => to.includes(address));
