// The list of contacts page by page, and what a contact's own page does for them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.js";
import { openDashboard, send } from "./founder.js";

let browser;
let alice;
let key;

before(async () => {
  browser = await launch();
  alice = await openDashboard(browser);
  await alice.signUp();
  await alice.makeWorkspace(`Acme ${Date.now()}`);
});
after(() => browser?.close());

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
  const first = await heading.allInnerTexts();
  const riser = Array.from({ length: 60 }, (_, n) => `Person ${n}`).find((name) => !first.includes(name));
  await send(key, Array.from({ length: 6 }, () => ({ type: "track", userId: riser.replace("Person ", "user-"), event: "Upgrade Clicked" })));
  await page.getByRole("link", { name: "Next 50" }).click();
  await page.getByText("One of these has risen past the pages before since you opened them.").waitFor();
  assert.equal(await heading.first().innerText(), riser);
  const second = await heading.allInnerTexts();
  assert.equal(second.length, 10);
  assert.equal(new Set([...first, ...second]).size, 60);
  await page.reload();
  await heading.nth(8).waitFor();
  assert.equal(await heading.count(), 9); // nothing is remembered of the pages before: the place alone counts
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
