// The list of contacts page by page, and what a contact's own page does for them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.js";
import { openDashboard, send } from "./founder.js";

let browser;
let alice;

before(async () => {
  browser = await launch();
  alice = await openDashboard(browser);
  await alice.signUp();
  await alice.makeWorkspace(`Acme ${Date.now()}`);
});
after(() => browser?.close());

test("what was refused is in the debugger, with what to change", async () => {
  const key = await alice.makeTag();
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
