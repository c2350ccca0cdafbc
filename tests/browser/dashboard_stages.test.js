// How far people get, and what a founder looks at once a day: each number opens a list of just that length.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.js";
import { openDashboard, send } from "./founder.js";
import { connect, setting } from "./stack.js";

const HOSTILE = `<img src=x onerror="alert(1)">`;
const sql = connect();
let browser;
let alice;
let slug;
let base;

before(async () => {
  browser = await launch();
  alice = await openDashboard(browser);
  await alice.signUp();
  slug = await alice.makeWorkspace(`Stages ${Date.now()}`);
  base = `${setting("API_URL")}/app/w/${slug}`;
});
after(() => Promise.all([browser?.close(), sql.end()]));

const visit = async (path, heading) => {
  await alice.page.goto(base + path);
  await alice.page.getByRole("heading", { name: heading, exact: true }).waitFor();
};

async function people() {
  const key = await alice.makeTag();
  const track = (n, event) => ({ type: "track", event, userId: `user-${n}`, messageId: `${slug}-${n}-${event}` });
  // Below what a publishable key may send a minute from one address.
  const all = Array.from({ length: 52 }, (_, n) => [
    ...(n % 2 ? [{ type: "identify", userId: `user-${n}`, traits: { name: n > 1 ? `Person ${n}` : HOSTILE, email: `p${n}@example.com` }, messageId: `${slug}-${n}` }] : []),
    ...["Onboarding Completed", "Upgrade Clicked"].slice(0, 1 + (n % 2)).map((event) => track(n, event)),
    ...(n % 20 === 7 ? [track(n, "Subscription Started")] : []),
  ]).flat();
  for (let start = 0; start < all.length; start += 100) await send(key, all.slice(start, start + 100));
}

/** How many people a list has, page after page. */
async function listed(href) {
  const { page } = alice;
  await page.goto(href);
  const names = new Set();
  for (;;) {
    await page.getByText(/^as of/).or(page.getByRole("heading", { name: "Nobody." })).first().waitFor();
    const links = await page.locator("a.who").evaluateAll((all) => all.map(({ href: to }) => to));
    for (const link of links) names.add(link);
    const next = page.getByRole("link", { name: /^(Next 50|Look further)$/ });
    if (!(await next.count())) return names.size;
    await page.goto(await next.evaluate(({ href: to }) => to));
  }
}

async function assertListed() {
  const counts = await alice.page.locator("a.count").evaluateAll((all) => all.map(({ href, innerText }) => [href, Number(innerText)]));
  const different = [...new Map(counts)].filter(([, count]) => count > 0);
  assert.ok(different.length > 3);
  for (const [href, count] of different) assert.equal(await listed(href), count, href);
}

test("without anybody the screens say what will be there, and how", async () => {
  await visit("/today", "Nobody to write to yet.");
  await alice.page.getByText("Marketing mail needs your postal address").waitFor();
  await visit("/stages", "Nobody new in these days.");
  await alice.page.getByText("Nobody entered ready in these days.").waitFor();
});

test("every number of the stages opens a list of that length", async () => {
  await visit("/setup", "Setup");
  await people();
  await visit("/stages?stage=signed_up", "How far they get");
  await alice.page.locator(".figures .count:visible").nth(6).waitFor();
  await alice.page.locator(".chart").waitFor();
  await alice.page.getByText("As a table").click();
  await assertListed();
});

test("the period and the stage are in the URL", async () => {
  const { page } = alice;
  await visit("/stages", "How far they get");
  await page.getByLabel("Period").selectOption("7");
  await page.getByLabel("Stage", { exact: true }).selectOption("engaged");
  await page.waitForURL(/days=7&stage=engaged/);
  await page.reload();
  await page.getByRole("img", { name: "People who entered engaged" }).waitFor();
});

test("today names whom to write to and why, and a name that is markup is a name", async () => {
  const { page } = alice;
  await visit("/today", "Write to them next");
  await page.getByText("Upgrade clicked, today").first().waitFor();
  assert.ok((await page.locator(".next li").count()) <= 10);
  assert.match(await page.getByRole("link", { name: /^Write to/ }).first().getAttribute("href"), /^mailto:p\d+%40example\.com$/);
  await page.keyboard.press("j");
  assert.equal(await page.evaluate(() => document.activeElement.className), "who");
  await page.locator(".changes .count").first().waitFor();
  await assertListed();
  await visit(`/contacts?from=2026-01-01&to=2100-01-01`, "Contacts");
  assert.equal(await page.locator("main img").count(), 0);
});

test("what is new since the last visit stays new for as long as the visit", async () => {
  const { page } = alice;
  const [{ id }] = await sql`select id from public.workspaces where slug = ${slug}`;
  const key = `conversioncrm-visit-${id}`;
  for (const heading of ["In the last 7 days", "In the last 7 days"]) await visit("/today", heading);
  await page.evaluate((name) => {
    localStorage[name] = JSON.stringify({ ...JSON.parse(localStorage[name]), seen: Date.now() - 7_200_000 });
  }, key);
  for (const heading of ["Since your last visit", "Since your last visit"]) await visit("/today", heading);
  await page.getByText("2 hours ago", { exact: true }).waitFor();
});

test("what is broken is said, with where to mend it", async () => {
  const [{ id, key }] = await sql`
    select w.id, k.id as key from public.workspaces as w join public.api_keys as k on k.workspace_id = w.id where w.slug = ${slug}`;
  await sql`
    insert into public.rejections (workspace_id, api_key_id, code, pointer, received_at) values (${id}, ${key}, 'identity_missing', '', now())`;
  await sql`
    insert into public.smtp_settings (workspace_id, host, port, username, from_address, verified_at, last_error, last_error_at)
    values (${id}, 'smtp.example.com', 587, 'u', 'a@example.com', now(), 'The server refused the password.', now())`;
  await visit("/today", "Write to them next");
  await alice.page.getByText("smtp.example.com takes no mail").waitFor();
  await alice.page.getByText("Refused in the last 24 hours: 1 message").waitFor();
});

test("the browser has nothing to complain about", () => assert.deepEqual(alice.complaints, []));
