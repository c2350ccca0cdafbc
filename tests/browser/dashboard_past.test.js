// The past: whom rules would have named before they paid, and what each identify changed of who somebody is.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.js";
import { assertAccessible, openDashboard } from "./founder.js";
import { connect, setting } from "./stack.js";
import { addKeys } from "./workspace.js";

const HOSTILE = `<img src=x onerror="alert(1)">`;
const DAY = 86_400_000;
const sql = connect();
let browser;
let alice;
let base;
let secret;
let tag;

before(async () => {
  browser = await launch();
  alice = await openDashboard(browser);
  await alice.signUp();
  const slug = await alice.makeWorkspace(`Past ${Date.now()}`);
  base = `${setting("API_URL")}/app/w/${slug}`;
  tag = await alice.makeTag();
  const [{ id }] = await sql`select id from public.workspaces where slug = ${slug}`;
  [secret] = await addKeys(sql, id, "secret", 1);
});
after(() => Promise.all([browser?.close(), sql.end()]));

async function say(key, batch) {
  const headers = { "content-type": "application/json", authorization: `Bearer ${key}` };
  const response = await fetch(`${setting("API_URL")}/api/track`, { method: "POST", headers, body: JSON.stringify({ batch }) });
  const answer = await response.json();
  assert.deepEqual(answer.rejected, []);
}

const ago = (days) => new Date(Date.now() - days * DAY).toISOString();
const track = (userId, event, days) => ({ type: "track", event, userId, timestamp: ago(days) });
const heading = (name) => alice.page.getByRole("heading", { name, exact: true });

/** Three who were hot two weeks before they paid, two who were not, one who came late, and six who never paid. */
async function customers() {
  const hot = (user) => ["Onboarding Completed", "Upgrade Clicked", "Upgrade Clicked"].map((event) => track(user, event, 15));
  await say(secret, [
    ...[0, 1, 2].flatMap((n) => [...hot(`hot-${n}`), track(`hot-${n}`, "Subscription Started", 1)]),
    ...[0, 1].flatMap((n) => [track(`cold-${n}`, "Feature Used", 20), track(`cold-${n}`, "Subscription Started", 1)]),
    track("late", "Subscription Started", 1),
    ...[0, 1, 2, 3, 4].map((n) => track(`other-${n}`, "Feature Used", 20)),
    ...hot("other-5"),
    { type: "identify", userId: "hot-0", traits: { name: HOSTILE } },
  ]);
}

test("without payers it says what will be there, and how", async () => {
  await alice.page.goto(`${base}/rules`);
  await alice.page.getByRole("link", { name: "Try them on the past" }).click();
  await alice.page.getByText("Nobody became customer for the first time in the last 90 days.").waitFor();
  await assertAccessible(alice, "rules, tried without payers");
});

test("the rules in force say whom they would have named", async () => {
  await customers();
  const { page } = alice;
  await page.goto(`${base}/rules?test=14`);
  await page.getByText("Of 5 who paid, these rules would have named 3 (60 %) two weeks before; of 5 others who hadn’t").waitFor();
  await page.getByText("1 came less than 14 days before they paid").waitFor();
  const payers = page.getByRole("list", { name: "Who paid, the latest first" });
  assert.equal(await payers.getByText("named", { exact: true }).count(), 3);
  assert.equal(await page.locator("main img").count(), 0);
  await assertAccessible(alice, "rules, tried");
  await page.getByLabel("Days before they paid").selectOption("7");
  await page.getByText(/would have named 0 \(0 %\) a week before/).waitFor();
  assert.match(page.url(), /test=7/);
  await payers.getByRole("link", { name: "cold-0" }).click();
  await heading("cold-0").waitFor();
});

test("a draft is tried before it is published", async () => {
  const { page } = alice;
  await page.goto(`${base}/rules?edit=signals.new&test=14`);
  await page.getByLabel("Name").fill("Any use");
  await page.getByLabel("Event").fill("Feature Used");
  await page.getByLabel("Only what a server says").check();
  await page.getByLabel("Points each time").fill("200");
  await page.getByLabel("At most").fill("100");
  await page.getByRole("button", { name: "Put it in the draft" }).click();
  await heading("Your draft").waitFor();
  await page.getByText("Of 5 who paid, these rules would have named 5 (100 %)").waitFor({ timeout: 60_000 });
  await assertAccessible(alice, "rules, a draft tried");
});

test("a timeline says what an identify changed, and what a browser only claimed", async () => {
  const { page } = alice;
  const identify = (days, traits) => ({ type: "identify", userId: "ann", timestamp: ago(days), traits });
  await say(secret, [identify(5, { plan: "free", title: "CTO" }), identify(4, { plan: "pro", title: null }), identify(3, { plan: "pro" })]);
  await say(secret, [{ type: "group", userId: "ann", groupId: "acme", timestamp: ago(2), traits: { name: HOSTILE } }]);
  await say(tag, [identify(1, { plan: "enterprise" })]);
  await page.goto(`${base}/contacts?q=ann`);
  await page.locator("a.who").first().click();
  const timeline = page.locator(".timeline");
  await timeline.getByText("plan: free → pro").waitFor();
  await timeline.getByText("title removed was CTO").waitFor();
  await timeline.getByText("Identified again, nothing new").waitFor();
  await timeline.getByText(`company set: ${HOSTILE}`).waitFor();
  await timeline.getByText("plan: enterprise claimed, not taken; your server said pro").waitFor();
  assert.equal(await page.locator("main img").count(), 0);
  await assertAccessible(alice, "contact, what changed");
});

test("a viewer may try the rules too", async () => {
  const bob = await openDashboard(browser);
  await bob.signUp();
  await sql`
    insert into public.members (workspace_id, user_id, role)
    select w.id, u.id, 'viewer' from public.workspaces as w, auth.users as u
    where w.slug = ${base.split("/").pop()} and u.email = ${bob.email}`;
  await bob.page.goto(`${base}/rules?test=14`);
  await bob.page.getByText("Of 5 who paid").waitFor({ timeout: 60_000 });
  assert.deepEqual(bob.complaints, []);
  await bob.close();
});

test("the browser has nothing to complain about", () => assert.deepEqual(alice.complaints, []));
