// What is held of an account can be seen, corrected and taken along by whose it is.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch } from "./chromium.js";
import { assertAccessible, openDashboard } from "./founder.js";
import { mailTo } from "./stack.js";
import { until } from "./visitor.js";

let browser;
let alice;

before(async () => {
  browser = await launch();
  alice = await openDashboard(browser);
  await alice.signUp();
  await alice.makeWorkspace(`Account ${Date.now()}`);
  await alice.page.locator("details.account summary").click();
  await alice.page.getByRole("link", { name: "Your account" }).click();
  await alice.page.getByRole("heading", { name: "Where you are signed in" }).waitFor();
});
after(() => browser?.close());

test("all that is held of an account comes as a file", async () => {
  const downloading = alice.page.waitForEvent("download");
  await alice.page.getByRole("button", { name: "Download as JSON" }).click();
  const held = JSON.parse(readFileSync(await (await downloading).path(), "utf8"));
  assert.equal(held.email, alice.email);
  assert.equal(held.memberships[0].role, "owner");
  assert.equal(held.sessions.length, 1);
});

test("the page is accessible, and fits a phone", () => assertAccessible(alice, "Your account"));

test("a new password is saved", async () => {
  await alice.page.getByLabel("New password").fill("another battery 8");
  await alice.page.getByRole("button", { name: "Save the password" }).click();
  await alice.page.getByText("The new password is saved.").waitFor();
});

test("another address is confirmed by mail before it counts", async () => {
  const wanted = `new.${alice.email}`;
  await alice.page.getByLabel("New address").fill(wanted);
  await alice.page.getByRole("button", { name: "Change the address" }).click();
  await alice.page.getByText("Confirm the change").waitFor();
  await until(async () => (await mailTo(alice.email)).some(({ subject }) => /change/i.test(subject)));
  await alice.page.reload();
  await alice.page.getByText(`${alice.email}, since`).waitFor();
  assert.deepEqual(alice.complaints, []);
});
