// Every screen in each of its states: readable for everybody, honest when something fails, closed to those outside.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { launch } from "./chromium.js";
import { assertAccessible, openDashboard, send } from "./founder.js";
import { connect, fail, heal, setting } from "./stack.js";

const HOSTILE = `<img src=x onerror="alert(1)"><script>alert(2)</script>`;
const NAME = `Quux ${Date.now()}`;
const sql = connect();
let browser;
let alice;
let slug;
let key;
let base;

before(async () => {
  browser = await launch();
  alice = await openDashboard(browser, "/app/", { allowed: [503] });
});
afterEach(heal);
after(() => Promise.all([browser?.close(), sql.end()]));

const visit = async (path, heading) => {
  await alice.page.goto(base + path);
  await alice.page.getByRole("heading", { name: heading, exact: true }).waitFor();
};

test("the ways in are accessible", async () => {
  const { page } = alice;
  for (const [path, heading] of [["sign-in", "Sign in"], ["sign-up", "Create your account"], ["reset", "Reset your password"]]) {
    await page.goto(`${setting("API_URL")}/app/${path}`);
    await page.getByRole("heading", { name: heading }).waitFor();
    await assertAccessible(alice, path);
  }
});

test("a new workspace says what will appear, and how", async () => {
  await alice.signUp();
  await assertAccessible(alice, "start");
  slug = await alice.makeWorkspace(NAME);
  base = `${setting("API_URL")}/app/w/${slug}`;
  await alice.page.getByText("Waiting for the first event").waitFor();
  await assertAccessible(alice, "setup, empty");
  await visit("/contacts", "Contacts");
  await alice.page.getByRole("heading", { name: "No contacts yet." }).waitFor();
  await assertAccessible(alice, "contacts, empty");
});

test("what was refused is in the debugger, with what to change", async () => {
  await visit("/setup", "Setup");
  key = await alice.makeTag();
  const track = (n, event) => ({ type: "track", event, userId: `user-${n}`, messageId: `${slug}-${n}-${event}` });
  const people = Array.from({ length: 60 }, (_, n) => n).flatMap((n) => [
    { type: "identify", userId: `user-${n}`, traits: { name: n ? `Person ${n}` : HOSTILE }, messageId: `${slug}-${n}` },
    ...(n % 2 ? [track(n, "Upgrade Clicked")] : []),
  ]);
  await send(key, people);
  await send(key, [track(0, "Upgrade Clicked"), track(0, "Upgrade Clicked"), { type: "track", event: "Lost" }]);
  await alice.page.getByText("Name who did it: userId, anonymousId or email.").waitFor();
  await assertAccessible(alice, "setup");
});

test("the list, the reasons and the contact are accessible", async () => {
  await visit("/contacts?q=user-1", "Contacts");
  await alice.page.getByRole("button", { name: /^Why/ }).first().click();
  await alice.page.getByRole("row", { name: "Sum" }).waitFor();
  await assertAccessible(alice, "contacts");
  await alice.page.locator("a.who").first().click();
  await alice.page.getByRole("heading", { name: "Timeline" }).waitFor();
  await alice.page.locator(".timeline li").first().waitFor();
  await assertAccessible(alice, "contact");
});

test("paging shows each contact once, and going back goes back", async () => {
  const { page } = alice;
  await visit("/contacts", "Contacts");
  const names = async () => page.locator("a.who b").allInnerTexts();
  await page.locator("a.who").nth(49).waitFor();
  const first = await names();
  await page.getByRole("link", { name: "Next 50" }).click();
  await page.waitForFunction(() => document.querySelectorAll("a.who").length === 10);
  assert.equal(new Set([...first, ...(await names())]).size, 60);
  await page.goBack();
  await page.waitForFunction(() => document.querySelectorAll("a.who").length === 50);
  assert.deepEqual(await names(), first);
});

test("a name that is markup is a name", async () => {
  await visit("/contacts?q=%3Cimg", "Contacts");
  await alice.page.getByText(HOSTILE).click();
  await alice.page.getByRole("heading", { name: HOSTILE }).waitFor();
  assert.equal(await alice.page.locator("main img, main script").count(), 0);
});

test("a failed panel says so with the request's id, keeps what it had, and comes back", async () => {
  const { page } = alice;
  await visit("/contacts", "Contacts");
  await page.locator("a.who").first().waitFor();
  await page.getByRole("link", { name: "Setup" }).click();
  await page.getByRole("heading", { name: "Live debugger" }).waitFor();
  await fail({ service: "postgres", status: 503 });
  await page.getByRole("link", { name: "Contacts", exact: true }).click();
  await page.getByRole("alert").getByText("Request").waitFor();
  assert.ok((await page.locator("a.who").count()) > 0);
  await assertAccessible(alice, "contacts, failed");
  await heal();
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByRole("alert").waitFor({ state: "detached" });
});

test("a viewer sees what they may not do, and why", async () => {
  const bob = await openDashboard(browser);
  await bob.signUp();
  await sql`
    insert into public.members (workspace_id, user_id, role)
    select w.id, u.id, 'viewer' from public.workspaces as w, auth.users as u where w.slug = ${slug} and u.email = ${bob.email}`;
  await bob.page.goto(`${base}/contacts?q=user-1`);
  await bob.page.locator("a.who").first().click();
  const erase = bob.page.getByRole("button", { name: "Erase" });
  await erase.waitFor();
  assert.equal(await erase.isDisabled(), true);
  await bob.page.getByText("Only owners and admins can do this.").first().waitFor();
  await assertAccessible(bob, "contact, viewer");
  assert.deepEqual(bob.complaints, []);
  await bob.close();
});

test("an outsider with every URL and call of a member's sees nothing", async () => {
  const charlie = await openDashboard(browser);
  await charlie.signUp();
  await charlie.page.goto(`${base}/contacts`);
  await charlie.page.getByText("You are in no workspace of that name.").waitFor();
  await assertAccessible(charlie, "outside");
  const headers = { apikey: setting("SUPABASE_PUBLISHABLE_KEY"), authorization: `Bearer ${await charlie.token()}` };
  const calls = new Map(alice.asked.map((call) => [call.url + call.body, call]));
  assert.ok(calls.size > 15, `${calls.size} calls`);
  for (const { url, method, body } of calls.values()) {
    const answer = await fetch(url, { method, body, headers: { ...headers, "content-type": "application/json" } });
    const text = await answer.text();
    assert.doesNotMatch(text, new RegExp(`${NAME}|user-\\d|Person|Upgrade|ready|pk_00`), `${url} ${body}`);
  }
  assert.deepEqual(charlie.complaints, []);
  await charlie.close();
});

test("who is erased is gone from the list", async () => {
  const { page } = alice;
  await visit("/contacts?q=user-59", "Contacts");
  await page.locator("a.who").first().click();
  await page.getByRole("button", { name: "Erase" }).click();
  await page.getByRole("button", { name: "Erase for good" }).click();
  await page.waitForURL(`${base}/contacts`);
  await visit("/contacts?q=user-59", "Contacts");
  await page.getByText("Nobody is called").waitFor();
});

test("everything that is held is exported, and a correction stands", async () => {
  const { page } = alice;
  await visit("/contacts?q=user-58", "Contacts");
  await page.locator("a.who").first().click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Export all we hold" }).click(),
  ]);
  assert.match(download.suggestedFilename(), /^contact-.*\.json$/);
  await page.getByRole("button", { name: "Correct a trait" }).click();
  await page.getByLabel("Trait", { exact: true }).fill("plan");
  await page.getByLabel("Value").fill("team");
  await page.getByRole("button", { name: "Correct it" }).click();
  await page.getByRole("definition").getByText("team", { exact: true }).waitFor();
});

test("the browser has nothing to complain about", () => assert.deepEqual(alice.complaints, []));
