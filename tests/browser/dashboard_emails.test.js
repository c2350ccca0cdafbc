// Emails: what a contact would get, in a frame that can do nothing; what sends it; what went out, and why not.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.js";
import { assertAccessible, openDashboard } from "./founder.js";
import { connect, mailTo, setting } from "./stack.js";

const HOSTILE = `<img src=x onerror="top.hacked=1"><script>top.hacked=2</script>`;
const sql = connect();
let browser;
let alice;
let base;
let workspace;

before(async () => {
  browser = await launch();
  alice = await openDashboard(browser, "/app/", { allowed: [422] });
  await alice.signUp();
  const slug = await alice.makeWorkspace(`Mail ${Date.now()}`);
  base = `${setting("API_URL")}/app/w/${slug}/emails`;
  [{ id: workspace }] = await sql`select id from public.workspaces where slug = ${slug}`;
});
after(() => Promise.all([browser?.close(), sql.end()]));

const visit = async (part, heading) => {
  await alice.page.goto(`${base}/${part}`);
  await alice.page.getByRole("heading", { name: heading, exact: true }).waitFor();
};
const press = (name) => alice.page.getByRole("button", { name, exact: true }).first().click();
const mail = () => alice.page.frameLocator("iframe").locator("body");

/** A contact with a trusted address, as a server would make one. */
async function identify(userId, traits) {
  const { page } = alice;
  await page.goto(base.replace("emails", "settings/keys"));
  await page.getByLabel("Kind").selectOption("secret");
  await press("Make the key");
  const key = await page.getByLabel("The new key").innerText();
  const response = await fetch(`${setting("API_URL")}/api/identify`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
    body: JSON.stringify({ userId, traits }),
  });
  assert.equal(response.status, 200);
}

test("the empty log and list say what will appear", async () => {
  await visit("log", "No mails yet.");
  await visit("suppressions", "Whom you don't mail");
  await alice.page.getByText("Nobody yet.").waitFor();
});

test("a template is shown as a real contact gets it, and mailed to who asks", async () => {
  const { page } = alice;
  await identify("ada", { firstName: "Ada", name: HOSTILE, email: "ada@example.com" });
  await visit("templates", "Templates");
  await page.getByRole("link", { name: "Welcome" }).click();
  await mail().getByText("Hi Ada,").waitFor();
  await page.getByLabel("Subject").fill("Hello {{ contact.name }}");
  await page.locator(".subject").getByText(`Hello ${HOSTILE}`).waitFor();
  await press("Send it to me");
  await page.getByText(`Sent to ${alice.email}.`).waitFor();
  assert.match((await mailTo(alice.email))[0].subject, /^\[Test\] Hello/);
});

test("a hostile template does nothing", async () => {
  const { page } = alice;
  await page.getByLabel("HTML and Liquid").fill(
    `<h1>Seen {{ contact.name }}</h1><script>top.hacked = 3</script><img src="data:," onerror="top.hacked = 4">
     <svg onload="top.hacked = 5"></svg><iframe srcdoc="<script>top.hacked = 6</script>"></iframe>
     <meta http-equiv="refresh" content="0;url=/app/"><style>@import url(/app/x.css)</style>
     <a href="javascript:top.hacked = 7" target="_top">Link</a><form action="/app/"><button>Go</button></form>`,
  );
  await mail().getByText("Seen <img").waitFor();
  await mail().getByText("Link").click();
  const form = mail().getByRole("button", { name: "Go" });
  if (await form.count()) await form.click();
  assert.equal(await page.evaluate(() => window.hacked), undefined);
  assert.match(page.url(), /\/emails\/templates\//);
  // What the frame refuses, it says; nothing else may be among it.
  const refused = /preview\.html|Content Security Policy|sandboxed/;
  alice.complaints.splice(0, Infinity, ...alice.complaints.filter((text) => !refused.test(text)));
});

test("a broken template says what to mend, and keeps what was typed", async () => {
  const { page } = alice;
  await page.getByLabel("HTML and Liquid").fill("{{ contact.name | shout }}");
  await page.getByRole("alert").getByText("unknown filter 'shout' (line 1)").waitFor();
  await assertAccessible(alice, "template, broken");
});

const hasSubject = (wanted) =>
  alice.page.waitForFunction((text) => document.querySelector("[name=subject]")?.value === text, wanted);

test("what is not saved yet is still there after a look elsewhere, until it is discarded", async () => {
  const { page } = alice;
  await visit("templates", "Templates");
  await page.getByRole("link", { name: "Win-back" }).first().click();
  const subject = page.getByLabel("Subject");
  const saved = await subject.inputValue();
  await subject.fill("Half written");
  await page.getByRole("link", { name: "All templates" }).click();
  await page.getByRole("heading", { name: "Templates" }).waitFor();
  await page.goBack();
  assert.equal(await subject.inputValue(), "Half written");
  const [dialog] = await Promise.all([page.waitForEvent("dialog"), page.evaluate(() => setTimeout(() => location.reload()))]);
  assert.equal(dialog.type(), "beforeunload");
  await dialog.dismiss();
  await press("Discard what is not saved");
  await press("Discard it");
  await hasSubject(saved);
  await page.reload(); // asks nothing now
  await hasSubject(saved);
});

test("what is typed while a template is being saved is not said to be saved, and is saved next", async () => {
  const { page } = alice;
  const subject = page.getByLabel("Subject");
  const saved = await subject.inputValue();
  await page.route(/\/rest\/v1\/templates/, async (route) => {
    if (route.request().method() === "PATCH") await subject.fill("Typed meanwhile");
    await route.continue();
  });
  await subject.fill("First");
  await Promise.all([page.waitForResponse((response) => response.request().method() === "PATCH"), press("Save")]);
  await page.unrouteAll({ behavior: "wait" });
  await page.getByRole("button", { name: "Save", exact: true }).and(page.locator(":enabled")).waitFor();
  assert.equal(await page.getByText("Saved. Mails from now on").count(), 0);
  await subject.fill(saved);
  await press("Save");
  await page.getByText("Saved. Mails from now on are like this.").waitFor();
});

test("what somebody else has saved is there when a template is opened again, and a pause stays when its delay is changed", async () => {
  const { page } = alice;
  await visit("templates", "Templates");
  await sql`update public.templates set subject = 'By somebody else' where workspace_id = ${workspace} and name = 'Win-back'`;
  await page.getByRole("link", { name: "Win-back" }).first().click(); // shown as it was known, then as it is
  await hasSubject("By somebody else");
  await visit("automations", "Automations");
  await page.getByRole("link", { name: "Win-back" }).first().click();
  await page.getByLabel("Name", { exact: true }).waitFor();
  await sql`update public.automations set status = 'paused' where workspace_id = ${workspace} and name = 'Win-back'`;
  await page.locator("[name=delay]").fill("3");
  await press("Save");
  await page.getByRole("heading", { name: "Automations" }).waitFor();
  const [{ status }] = await sql`select status from public.automations where workspace_id = ${workspace} and name = 'Win-back'`;
  assert.equal(status, "paused");
  await sql`update public.automations set status = 'draft', delay_minutes = 0 where workspace_id = ${workspace} and name = 'Win-back'`;
});

test("of two who edit a template the second is told of the first", async () => {
  const { page } = alice;
  await visit("templates", "Templates");
  await page.getByRole("link", { name: "Win-back" }).first().click();
  await page.getByLabel("Subject").fill("Mine");
  await sql`update public.templates set subject = 'Theirs' where workspace_id = ${workspace} and name = 'Win-back'`;
  await press("Save");
  await page.getByRole("alert").getByText("Somebody has changed or deleted it since you opened it.").waitFor();
  assert.equal(await page.getByLabel("Subject").inputValue(), "Mine");
  await press("Discard what is not saved");
  await press("Discard it");
  await hasSubject("Theirs");
  for (const subject of ["Once", "Twice"]) {
    await page.getByLabel("Subject").fill(subject);
    await press("Save");
    await page.getByText("Saved. Mails from now on are like this.").waitFor();
  }
});

test("an automation is made, set live, and named in a sentence", async () => {
  const { page } = alice;
  await visit("automations", "Automations");
  await page.getByText("No marketing mail goes out yet.").waitFor();
  await page.getByRole("link", { name: "Make an automation" }).click();
  await page.getByLabel("Name").fill("Trial over");
  await page.getByLabel("Template", { exact: true }).selectOption("Win-back");
  await page.getByLabel("When", { exact: true }).selectOption("event");
  await page.getByLabel("Event", { exact: true }).fill("Trial Over");
  await page.getByLabel("Only with these properties").fill('{"plan": "team"}');
  await page.getByLabel("Wait", { exact: true }).fill("2");
  await page.getByLabel("Unit").selectOption("days");
  await press("Save");
  await page.getByText('Sends “Win-back” 2 days later, when they do Trial Over with plan "team".').waitFor();
  await press("Set live Trial over");
  await page.getByRole("button", { name: "Pause Trial over" }).waitFor();
  const [row] = await sql`
    select status, delay_minutes, condition, silence_days from public.automations
    where workspace_id = ${workspace} and name = 'Trial over'`;
  assert.deepEqual({ ...row }, { status: "live", delay_minutes: 2880, condition: { plan: "team" }, silence_days: null });
});

test("the log says why each mail was skipped, page by page", async () => {
  const { page } = alice;
  await sql`
    insert into public.messages (workspace_id, contact_id, category, status, reason, subject)
    select ${workspace}, c.id, 'marketing', 'skipped', 'quota_exceeded', ${HOSTILE}
    from public.contacts as c, generate_series(1, 60) where c.workspace_id = ${workspace}`;
  await visit("log?status=skipped", "What went out, and what did not");
  await page.getByText("the plan's mails of the month, or its contacts, were used up").nth(49).waitFor();
  await page.getByRole("button", { name: /^Why/ }).first().click();
  await page.getByText("Asked for by your server or a member").waitFor();
  await page.getByRole("link", { name: "Earlier" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".answer").length === 10);
  assert.equal(await page.locator("main img, main script").count(), 0);
});

test("whom not to mail is listed with the reason", async () => {
  await sql`
    insert into public.suppressions (workspace_id, address_hash, category, reason)
    values (${workspace}, 'abcdef0123456789abcdef', 'marketing', 'unsubscribed')`;
  await visit("suppressions", "Whom you don't mail");
  await alice.page.getByText("abcdef0123456789…").waitFor();
});

test("an address is suppressed by hand and lifted again, from the list too", async () => {
  const { page } = alice;
  const list = page.getByRole("region", { name: "Whom you don't mail" });
  await page.getByLabel("Email", { exact: true }).fill("Grace@example.com");
  await press("Look it up");
  await page.getByText("grace@example.com is not suppressed.").waitFor();
  await press("Suppress");
  await page.getByRole("dialog").getByRole("button", { name: "Stop it" }).click();
  await list.getByText(`suppressed by hand, by ${alice.email}`).waitFor();
  await assertAccessible(alice, "suppressed by hand");
  await list.getByRole("button", { name: /^Lift/ }).click();
  await page.getByText("grace@example.com is not suppressed.").waitFor();
});

test("a contact's page says whether they are mailed, and stops it at once", async () => {
  const { page } = alice;
  const [{ id }] = await sql`select id from public.contacts where workspace_id = ${workspace} and email = 'ada@example.com'`;
  await page.goto(base.replace("emails", `contacts/${id}`));
  const card = page.getByRole("region", { name: "Mail to them" });
  await card.getByText("ada@example.com is not suppressed.").waitFor();
  await card.getByRole("button", { name: "Suppress" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Stop it" }).click();
  await card.getByText(`suppressed by hand, by ${alice.email}`).waitFor();
  await assertAccessible(alice, "contact, suppressed");
  await card.getByRole("button", { name: /^Lift/ }).click();
  await card.getByText("is not suppressed").waitFor();
  const log = await sql`
    select action from public.audit_log where workspace_id = ${workspace} and contact_id = ${id} and action like 'suppressions.%'
    order by at`;
  assert.deepEqual(log.map(({ action }) => action), ["suppressions.insert", "suppressions.delete"]);
});

test("the browser has nothing to complain about", () => assert.deepEqual(alice.complaints, []));
