// Supabase's Data API and Auth over the Postgres at DATABASE_URL, on PORT.
// With --provision: creates the auth schema that migrations refer to, and exits.
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { App } from "@supabase/lite";
import { createPostgresConnection } from "@supabase/lite/postgres";
import postgres from "postgres";

const env = process.env;

// Lite hands jsonb arguments over as strings that are JSON already; encoding them again would store a JSON string.
const asJson = (value) => (typeof value === "string" ? value : JSON.stringify(value));
// PostgREST answers ISO 8601; Postgres's own text form has a space and a short offset.
const asIso = (text) => text.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00");
const asIs = (text) => text;

const connection = createPostgresConnection({
  url: env.DATABASE_URL,
  postgresOptions: {
    max: 16,
    onnotice: () => {},
    connection: { statement_timeout: 60_000 },
    types: {
      json: { to: 114, from: [114], serialize: asJson, parse: JSON.parse },
      jsonb: { to: 3802, from: [3802], serialize: asJson, parse: JSON.parse },
      timestamp: { to: 1114, from: [1114], serialize: asIs, parse: asIso },
      timestamptz: { to: 1184, from: [1184], serialize: asIs, parse: asIso },
    },
  },
});
// Left to itself, Lite grants every table to anon and authenticated before its first answer. Supabase does not (any
// more): what our migrations don't grant must stay out of reach here too.
connection.rlsState = "active";

// Lite's own mail leads to the app's address instead of Auth's, and forgets where to go from there.
const recovery = join(mkdtempSync(join(tmpdir(), "auth-mail-")), "recovery.html");
const after = encodeURIComponent(`${env.APP_URL}/app/new-password`);
writeFileSync(
  recovery,
  `<a href="${env.SUPABASE_URL}/auth/v1/verify?token={{ .TokenHash }}&type=recovery&redirect_to=${after}">Choose a new password</a>`,
);

const app = new App({
  connection,
  api: { schemas: ["public"] },
  auth: {
    enabled: true,
    jwt_secret: env.SUPABASE_JWT_SECRET,
    publishable_key: env.SUPABASE_PUBLISHABLE_KEY,
    secret_key: env.SUPABASE_SECRET_KEY,
    site_url: env.APP_URL,
    minimum_password_length: 8,
    email: {
      enable_signup: true,
      enable_confirmations: false,
      template: { recovery: { subject: "Choose a new password", content_path: recovery } },
      smtp: { enabled: true, host: "localhost", port: Number(env.SMTP_PORT), user: env.SMTP_USER, pass: env.SMTP_PASSWORD, admin_email: "auth@localhost" },
    },
  },
  options: { server: { admin: false } },
});

// Statuses PostgREST gives and Lite does not: a plain RAISE is the caller's mistake, a lost database passes.
const LOST = /ECONNREFUSED|ECONNRESET|EPIPE|CONNECTION_(CLOSED|ENDED|DESTROYED)|CONNECT_TIMEOUT|^57P0|^08/;

async function corrected(response) {
  if (response.status !== 500) return response;
  const text = await response.text();
  const error = parsed(text);
  if (error?.code === "P0001") return Response.json(error, { status: 400 });
  if (LOST.test(error?.code ?? "") || LOST.test(text)) {
    return Response.json({ code: "PGRST001", message: "Database connection error", details: null, hint: null }, { status: 503 });
  }
  return new Response(text, response);
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// Of Auth's API for admins, which Lite has not, the one call that we make: another address for an account.
const admin = postgres(env.DATABASE_URL, { max: 1, onnotice: () => {} });
async function changeUser(request, id) {
  const { email, email_confirm: confirmed } = await request.json();
  if (request.headers.get("apikey") !== env.SUPABASE_SECRET_KEY) return Response.json({ code: 401 }, { status: 401 });
  if (!/^\S+@\S+$/.test(email) || !confirmed) return Response.json({ code: 422 }, { status: 422 });
  const [user] = await admin.begin(async (sql) => {
    await sql`update auth.identities set identity_data = identity_data || ${sql.json({ email })} where user_id = ${id}`;
    return sql`update auth.users set email = ${email.toLowerCase()} where id = ${id} returning id, email`;
  });
  return user ? Response.json(user) : Response.json({ code: 404 }, { status: 404 });
}

await app.ensureSystemSchema();
if (process.argv.includes("--provision")) {
  await connection.close();
  await admin.end();
} else {
  process.on("SIGHUP", () => connection.clearSchemaCache());
  const fetch = async (request) => {
    const [, id] = new URL(request.url).pathname.match(/^\/auth\/v1\/admin\/users\/([\w-]+)$/) ?? [];
    if (id && request.method === "PUT") return changeUser(request, id);
    return corrected(await app.fetch(request, { peerAddress: null }));
  };
  serve({ fetch, hostname: "127.0.0.1", port: Number(env.PORT) }, () => console.log("ready"));
}
