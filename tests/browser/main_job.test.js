// The main job: click → event → score → stage → email, on the real stack in a real browser.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.js";
import { connect, drain, mailTo, score } from "./stack.js";
import { openDemo, until } from "./visitor.js";

const sql = connect();
let browser;
let ada;
let userId;

const transitionsToReady = () => sql`
  select t.cause, t.score
  from public.identities as i
  join public.transitions as t on t.contact_id = i.contact_id
  join public.stages as g on g.id = t.to_stage_id
  where i.kind = 'userId' and i.value = ${userId} and g.name = 'ready'`;

before(async () => {
  browser = await launch();
  ada = await openDemo(browser);
  await ada.click("Pricing"); // still nobody
  await ada.click("Close");
  userId = await ada.signIn();
  await ada.click("New project");
  for (let clicks = 0; clicks < 5 && (await ada.stage()) !== "ready"; clicks++) {
    await ada.upgrade();
    await until(async () => (await ada.unsent()).length === 0);
    await ada.page.waitForResponse("**/contact"); // the panel asks once a second
  }
});
after(() => Promise.all([browser?.close(), sql.end()]));

test("clicking makes the visitor ready, and the page shows it", async () => {
  assert.equal(await ada.stage(), "ready");
});

test("the score has a reason for each point, what happened before signing in included", async () => {
  const { score: total, engagement, fit, breakdown } = await score(userId);
  const cents = breakdown.map(({ points }) => Math.round(points * 100)).reduce((sum, part) => sum + part, 0);
  assert.equal(cents, Math.round((Number(engagement) + Number(fit)) * 100));
  assert.equal(total, Math.min(100, Math.round(cents / 100)));
  assert.equal(await ada.page.locator("#score").innerText(), `${total}`);
  const counts = Object.fromEntries(breakdown.map(({ signal, count }) => [signal, count]));
  assert.equal(counts["Pricing Viewed"], counts["Upgrade Clicked"] + 1);
});

test("the contact is in the database, and its address is mailable", async () => {
  const contacts = await sql`
    select c.email, c.email_trusted from public.contacts as c join public.identities as i on i.contact_id = c.id
    where i.kind = 'userId' and i.value = ${userId}`;
  assert.deepEqual([...contacts], [{ email: ada.email, email_trusted: true }]);
});

test("becoming ready is one transition, with its cause and the score then", async () => {
  const [transition, ...more] = await transitionsToReady();
  assert.deepEqual(more, []);
  assert.equal(transition.cause, "message");
  assert.ok(transition.score >= 70);
});

test("the mail is delivered once, and neither a reload nor a second drain sends another", async () => {
  await drain();
  await until(async () => (await mailTo(ada.email)).length === 1);
  await ada.page.reload();
  await until(async () => (await ada.page.locator("#mails li").count()) === 1);
  await drain();
  await drain();
  assert.equal((await mailTo(ada.email)).length, 1);
  assert.equal((await transitionsToReady()).length, 1);
});

test("the browser's console has nothing to complain about", () => {
  assert.deepEqual(ada.errors, []);
});
