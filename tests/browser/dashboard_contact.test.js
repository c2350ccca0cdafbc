// What a founder sets right by hand: who is who, and which stage somebody is in.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.js";
import { assertAccessible, openDashboard, send } from "./founder.js";
import { setting } from "./stack.js";

let browser;
let alice;
let base;

before(async () => {
  browser = await launch();
  alice = await openDashboard(browser, "/app/", { timezoneId: "Pacific/Honolulu" }); // where UTC's day has begun the day before
  await alice.signUp();
  const slug = await alice.makeWorkspace(`By hand ${Date.now()}`);
  base = `${setting("API_URL")}/app/w/${slug}`;
  const said = (type, who, rest) => ({ type, ...who, ...rest, messageId: `${slug} ${JSON.stringify([type, who, rest])}` });
  await send(await alice.makeTag(), [
    said("identify", { userId: "ann", anonymousId: "laptop" }, { traits: { name: "Ann" } }),
    said("identify", { userId: "ben" }, { traits: { name: "Ben" } }),
    said("track", { anonymousId: "laptop" }, { event: "Upgrade Clicked" }),
  ]);
});
after(() => browser?.close());

const open = async (name) => {
  await alice.page.goto(`${base}/contacts`);
  await alice.page.locator("a.who").filter({ hasText: name }).click();
  await alice.page.getByRole("heading", { name, exact: true }).waitFor();
};
const score = () => alice.page.locator("section[aria-labelledby=score] .score").innerText();

test("an identity is moved as its preview says", async () => {
  const { page } = alice;
  await open("Ann");
  const before = await score();
  await page.getByRole("button", { name: "Move" }).click();
  await page.getByLabel("Find whom it belongs to").fill("Ben");
  await page.getByRole("button", { name: "Find" }).click();
  await page.getByLabel("It belongs to", { exact: true }).selectOption({ label: "Ben" });
  await page.getByText(/^1 event goes with it\.$/).waitFor();
  const promised = /Ben goes from 0, [\w ]+ to (\d+), /.exec(await page.locator("form ul").innerText())[1];
  await assertAccessible(alice, "a move's preview");
  await page.getByRole("button", { name: "Move it" }).click();
  await page.getByRole("heading", { name: "Ben", exact: true }).waitFor();
  await page.getByText("moved here by hand").waitFor();
  assert.equal(await score(), promised);
  assert.notEqual(promised, "0");
  await open("Ann");
  assert.notEqual(await score(), before);
});

test("a day is UTC's wherever one is", async () => {
  const { page } = alice;
  await open("Ann");
  const today = await page.evaluate(() => new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: "UTC" }).format(new Date()));
  await page.getByText(`as of ${today} (UTC)`).waitFor();
});

test("a contact is pinned to a stage, and let go", async () => {
  const { page } = alice;
  await open("Ann");
  await page.getByText("Pin to a stage by hand").click();
  await page.getByLabel("Stage", { exact: true }).selectOption({ label: "customer" });
  await page.getByRole("button", { name: "Pin them" }).click();
  await page.getByText("pinned by hand").waitFor();
  assert.match(await page.locator("section[aria-labelledby=score]").innerText(), /customer/);
  await page.getByRole("button", { name: "Let the rules decide again" }).click();
  await page.getByText("Pin to a stage by hand").waitFor();
  assert.match(await page.locator("section[aria-labelledby=score]").innerText(), /signed up/);
  assert.deepEqual(alice.complaints, []);
});
