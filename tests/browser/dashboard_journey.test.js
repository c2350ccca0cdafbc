// The whole journey, as a founder makes it: from signing up to a mail that a changed rule sent, to a right exercised, and
// out. Every figure on the way is held against the others that say the same.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { launch } from "./chromium.js";
import { openDashboard, until } from "./founder.js";
import { startSite } from "./site.js";
import { buildExports, connect, drain, mailTo } from "./stack.js";

const NAME = `Journey ${Date.now()}`;
const sql = connect();
let browser;
let alice;
let site;
let visitor;
let ada;
let mail;

before(async () => {
  browser = await launch();
  alice = await openDashboard(browser);
  site = await startSite({});
  visitor = await browser.newPage();
  ada = `ada.${Date.now()}@example.com`;
});
after(() => Promise.all([browser?.close(), site?.close(), sql.end()]));

/** Somebody signs in on the founder's site and does these things; with a hash that proves who it is, if there is one. */
const visit = (userId, traits, events, userHash) =>
  visitor.evaluate(([id, given, names, hash]) => {
    window.conversioncrm.reset();
    window.conversioncrm.identify(id, given, hash ? { userHash: hash } : {});
    for (const name of names) window.conversioncrm.track(name);
  }, [userId, traits, events, userHash]);

test("a tag that was copied from Setup shows its events in the debugger within 3 seconds", async () => {
  const { page } = alice;
  await alice.signUp();
  await alice.makeWorkspace(NAME);
  await alice.makeTag();
  await alice.press("Copy");
  site.pages["/"] = { head: await page.evaluate(() => navigator.clipboard.readText()) };
  await visitor.goto(site.origin);
  const began = Date.now();
  await visit("cy", { name: "Cy Moss" }, ["Onboarding Completed"]);
  await page.getByLabel("Events, the latest first").getByText("Onboarding Completed").waitFor({ timeout: 10_000 });
  assert.ok(Date.now() - began < 3000, `it took ${Date.now() - began} ms`);
});

test("who is vouched for with the identity secret may be mailed, and who is not may not", async () => {
  await alice.open("settings/privacy", "Identity secret");
  await alice.press("Make the secret");
  await alice.press("Make it");
  const secret = await alice.page.getByLabel("The identity secret", { exact: true }).innerText();
  const done = ["Onboarding Completed", "Upgrade Clicked"];
  await visit("ada", { name: "Ada Park", email: ada }, done, createHmac("sha256", secret).update("ada").digest("hex"));
  await visit("bo", { name: "Bo Quist", email: "bo@example.com" }, done);
  await alice.open("setup", "Live debugger");
  await alice.page.getByLabel("Events, the latest first").getByText("Upgrade Clicked").nth(1).waitFor();
  for (const [name, said] of [["Ada Park", "trusted"], ["Bo Quist", "claimed by a browser, so not mailed"]]) {
    await alice.open("contacts", "Contacts");
    await alice.page.getByRole("link", { name }).click();
    await alice.page.getByText(said, { exact: true }).waitFor();
  }
});

test("the list, the reasons, the contact and /api/score say the same of each", async () => {
  for (const [name, score] of [["Ada Park", 45], ["Bo Quist", 45], ["Cy Moss", 20]]) await alice.assertScore(name, score);
});

test("a changed rule says who will move and which mails will follow", async () => {
  const { page } = alice;
  await alice.open("settings/sending", "Whom mail is from");
  await page.getByLabel("Postal address").fill("Acme\n1 Road");
  await alice.press("Save");
  await page.getByText("Saved.").waitFor();
  await alice.open("rules", "Rules");
  await alice.press("Change Upgrade clicked");
  await page.getByLabel("Points each time").fill("55");
  await page.getByLabel("At most").fill("60");
  await alice.press("Put it in the draft");
  await page.getByRole("button", { name: "Publish: 2 people move, 1 mail" }).waitFor({ timeout: 30_000 });
  assert.deepEqual(await page.locator(".moves p.row").allInnerTexts(), ["2 people\nengaged\n→\nready"]);
  assert.deepEqual((await page.locator(".moves .names a").allInnerTexts()).sort(), [ada, "bo@example.com"]);
  await page.getByText("1 mail by Ready to upgrade and 1 that can't leave: no address that may be mailed").waitFor();
});

test("publishing does just what the preview said, and the scores agree again", async () => {
  const { page } = alice;
  await alice.press("Publish: 2 people move, 1 mail");
  await page.getByText("Published: 4 people scored by the new rules").waitFor({ timeout: 30_000 });
  for (const [name, score] of [["Ada Park", 75], ["Bo Quist", 75], ["Cy Moss", 20]]) await alice.assertScore(name, score);
  await page.getByRole("heading", { name: "Cy Moss" }).waitFor();
  assert.equal(await page.locator(".timeline .transition").getByText("→ ready").count(), 0);
  await alice.open("contacts?stage=ready", "Contacts");
  await page.locator("a.who").nth(1).waitFor();
  assert.deepEqual((await page.locator("a.who b").allInnerTexts()).sort(), ["Ada Park", "Bo Quist"]);
  await page.getByRole("link", { name: "Ada Park" }).click();
  await page.locator(".timeline .transition", { hasText: "engaged → ready" }).getByText("because the rules changed, at a score of 75").waitFor();
});

test("the one mail that was announced is in the inbox, and the log says so", async () => {
  await drain();
  await until(async () => (await mailTo(ada)).length === 1);
  [mail] = await mailTo(ada);
  assert.equal(mail.subject, `You are getting a lot out of ${NAME}`);
  assert.equal((await mailTo("bo@example.com")).length, 0);
  await alice.open("emails/log?status=sent", "What went out, and what did not");
  await alice.page.getByText(mail.subject).waitFor();
  await alice.open("emails/log?status=skipped", "What went out, and what did not");
  await alice.page.getByRole("listitem").filter({ hasText: "to Bo Quist" }).getByText("may be mailed").waitFor();
});

test("who unsubscribes by the link in it gets no other, and the log says why", async () => {
  const { page } = alice;
  await visitor.goto(/href="([^"]*unsubscribe\?[^"]+)"/.exec(mail.html)[1].replaceAll("&amp;", "&"));
  await visitor.getByRole("button", { name: "Unsubscribe" }).click();
  await visitor.getByRole("heading", { name: "You are unsubscribed" }).waitFor();
  await alice.open("emails/automations", "Automations");
  await page.getByRole("link", { name: "Trial ending" }).click();
  await page.getByLabel("Template", { exact: true }).selectOption("Win-back");
  await page.getByLabel("Status").selectOption("live");
  await alice.press("Save");
  await page.getByRole("button", { name: "Pause Trial ending" }).waitFor();
  await visitor.goto(site.origin);
  await visit("ada", {}, ["Trial Ending"]);
  await until(async () => (await sql`select from public.messages where contact_id = ${await alice.contactId("Ada Park")}`).length === 2);
  await drain();
  await alice.open("emails/log?status=skipped", "What went out, and what did not");
  await page.getByRole("listitem").filter({ hasText: "Trial ending" }).getByText("unsubscribed").waitFor();
  await alice.open("emails/suppressions", "Whom you don't mail");
  await page.getByRole("link", { name: ada }).waitFor();
  assert.equal((await mailTo(ada)).length, 1);
});

test("who is erased is nowhere any more, and what is exported says the same", async () => {
  const { page } = alice;
  await alice.open("contacts", "Contacts");
  await page.getByRole("link", { name: "Bo Quist" }).click();
  await alice.press("Erase");
  await alice.press("Erase for good");
  await page.getByRole("link", { name: "Cy Moss" }).waitFor();
  assert.equal(await page.getByRole("link", { name: "Bo Quist" }).count(), 0);
  await alice.open("settings/data", "Export");
  await alice.press("Export everything");
  await page.getByText("Everything, waits for the scheduler").waitFor();
  await buildExports();
  await page.reload();
  await page.getByText("Everything, complete").waitFor();
  await alice.press("Show the links");
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator(".files a").first().click()]);
  assert.match(download.suggestedFilename(), /\.(zip|json)$/);
  assert.equal(await download.failure(), null);
});

test("the workspace is deleted by its name, all screens say so, and it is kept after all", async () => {
  const { page } = alice;
  await alice.press("Delete the workspace");
  await page.getByLabel("Type its name").fill(NAME);
  await alice.press("Delete it");
  await page.getByText("Can be cancelled until").waitFor();
  assert.equal((await mailTo(alice.email)).length, 1);
  await page.getByRole("link", { name: "Contacts" }).click();
  await page.getByText(`${NAME} is being deleted`).waitFor();
  await page.getByRole("link", { name: "What happens when" }).click();
  await alice.press("Keep the workspace");
  await page.getByText("is being deleted").waitFor({ state: "detached" });
  await alice.assertScore("Ada Park", 75);
});

test("the browser has nothing to complain about", () => assert.deepEqual(alice.complaints, []));
