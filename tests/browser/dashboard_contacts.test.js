// The list of contacts page by page, and what a contact's own page does for them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.js";
import { openDashboard, send } from "./founder.js";
import { connect } from "./stack.js";

const sql = connect();
let browser;
let alice;
let key;
let slug;

before(async () => {
  browser = await launch();
  alice = await openDashboard(browser);
  await alice.signUp();
  slug = await alice.makeWorkspace(`Acme ${Date.now()}`);
});
after(() => Promise.all([browser?.close(), sql.end()]));

test("what was refused is in the debugger, with what to change", async () => {
  key = await alice.makeTag();
  const people = Array.from({ length: 60 }, (_, n) => ({ type: "identify", userId: `user-${n}`, traits: { name: `Person ${n}` } }));
  const events = Array.from({ length: 30 }, (_, n) => ({ type: "track", userId: `user-${2 * n}`, event: "Upgrade Clicked" }));
  await send(key, [...people, ...events, { type: "track", event: "Lost" }]);
  await alice.page.getByText("Name who did it: userId, anonymousId or email.").waitFor();
});

test("paging shows each contact once, and going back goes back", async () => {
  const { page } = alice;
  await alice.open("contacts", "Contacts");
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

test("who rises past a page while it is read is on the next, and who falls behind it is not there again", async () => {
  const { page } = alice;
  const heading = page.locator("a.who b");
  await page.getByText(/^as of/).waitFor();
  const first = await heading.allInnerTexts();
  const riser = Array.from({ length: 60 }, (_, n) => `Person ${n}`).find((name) => !first.includes(name));
  await send(key, Array.from({ length: 6 }, () => ({ type: "track", userId: riser.replace("Person ", "user-"), event: "Upgrade Clicked" })));
  const fallen = await sql`
    update public.contact_states as s set score = 0 from public.contacts as c
    where c.id = s.contact_id and c.search_name = ${first[0].toLowerCase()} and s.workspace_id = (select id from public.workspaces where slug = ${slug})`;
  assert.equal(fallen.count, 1);
  await page.getByRole("link", { name: "Next 50" }).press("Enter");
  await page.getByText("One of these has come to stand above this page since you opened the one before.").waitFor();
  assert.equal(await heading.first().innerText(), riser);
  assert.equal(await page.evaluate(() => document.activeElement.id), "content"); // the keyboard goes on in the new page
  const second = await heading.allInnerTexts();
  assert.equal(second.length, 10);
  assert.equal(new Set([...first, ...second]).size, 60);
});

test("everything that is held is exported, and a correction stands", async () => {
  const { page } = alice;
  await alice.open("contacts?q=user-58", "Contacts");
  await page.locator("a.who").first().click();
  const [download] = await Promise.all([page.waitForEvent("download"), alice.press("Export all we hold")]);
  assert.match(download.suggestedFilename(), /^contact-.*\.json$/);
  await alice.press("Correct a trait");
  await page.getByLabel("Trait", { exact: true }).fill("plan");
  await page.getByLabel("Value").fill("team");
  await alice.press("Correct it");
  await page.getByRole("definition").getByText("team", { exact: true }).waitFor();
});

test("the browser has nothing to complain about", () => assert.deepEqual(alice.complaints, []));
