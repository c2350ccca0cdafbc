// Settings: what an owner changes is so from the next request on, and what a viewer may not do is visible and shut.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.js";
import { assertAccessible, openDashboard, send, until } from "./founder.js";
import { connect, drain, mailTo, setting } from "./stack.js";

const NAME = `Sett ${Date.now()}`;
const sql = connect();
let browser;
let alice;
let base;
let workspace;

before(async () => {
  browser = await launch();
  alice = await openDashboard(browser);
  await alice.signUp();
  const slug = await alice.makeWorkspace(NAME);
  base = `${setting("API_URL")}/app/w/${slug}/settings`;
  [{ id: workspace }] = await sql`select id from public.workspaces where slug = ${slug}`;
});
after(() => Promise.all([browser?.close(), sql.end()]));

const visit = async (part, heading, { page } = alice) => {
  await page.goto(`${base}/${part}`);
  await page.getByRole("heading", { name: heading, exact: true }).waitFor();
};
const press = (name, { page } = alice) => page.getByRole("button", { name, exact: true }).first().click();
const made = () => alice.page.getByLabel("The new key").innerText();
const status = async (key) => (await send(key, [{ type: "track", event: "Seen", userId: "u" }])).status ?? 200;

test("a key is rotated with an overlap, and revoked at once", async () => {
  const { page } = alice;
  await visit("keys", "API keys");
  await press("Make the key");
  const old = await made();
  await press("Rotate");
  await page.getByText("Both keys work now.").waitFor();
  const next = await made();
  assert.deepEqual([await status(old), await status(next)], [200, 200]);
  await page.getByRole("button", { name: "Revoke" }).last().click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke it" }).click();
  await page.getByText("1 revoked").waitFor();
  assert.deepEqual([await status(old), await status(next)], [401, 200]);
});

test("the origins of a key are as browsers send them", async () => {
  const { page } = alice;
  await press("Origins");
  await page.getByLabel("Origins").first().fill("not an origin");
  await press("Save the origins");
  await page.getByRole("alert").getByText("is no origin").waitFor();
  await page.getByLabel("Origins").first().fill("https://App.example.com/path");
  await press("Save the origins");
  await page.getByText("Only from https://app.example.com.").waitFor();
});

test("who is invited is mailed, signs up and joins", async () => {
  const { page } = alice;
  const bob = await openDashboard(browser);
  await visit("members", "Members");
  await page.getByLabel("Email").fill(bob.email.toUpperCase());
  await press("Invite");
  await page.getByText("not mailed yet: goes out with the next run").waitFor();
  await drain();
  await until(async () => (await mailTo(bob.email)).length > 0);
  await visit("members", "Members");
  await page.getByText("mailed at").waitFor();
  await assertAccessible(alice, "members");
  const [{ html, subject }] = await mailTo(bob.email);
  assert.equal(subject, `${alice.email} invites you to ${NAME} on ConversionCRM`);
  await bob.page.goto(/href="([^"]+sign-up)"/.exec(html)[1]);
  await bob.signUp({ isThere: true });
  await bob.page.getByRole("button", { name: `Join ${NAME}` }).click();
  await bob.page.getByRole("heading", { name: "Contacts" }).waitFor();
  assert.deepEqual(bob.complaints, []);
  await bob.close();
});

test("what is saved is there, and what it says of mail too", async () => {
  const { page } = alice;
  await visit("sending", "Whom mail is from");
  await sql`update public.workspaces set website = 'https://theirs.example' where id = ${workspace}`; // by somebody else, meanwhile
  await page.getByLabel("Postal address").fill("Acme\n1 Road");
  await press("Save");
  await page.getByText("Saved.").waitFor();
  await page.getByLabel("Quiet from").fill("22:00");
  await page.getByRole("button", { name: "Save", exact: true }).nth(1).click();
  await page.getByRole("alert").getByText("Quiet hours need both").waitFor();
  await page.getByLabel("Quiet until").fill("07:30");
  await page.getByLabel("Time zone").selectOption("Europe/London");
  await page.getByRole("button", { name: "Save", exact: true }).nth(1).click();
  await page.getByText("Saved.").nth(1).waitFor();
  const [row] = await sql`select website, postal_address, quiet_to::text, time_zone from public.workspaces where id = ${workspace}`;
  assert.deepEqual({ ...row }, { website: "https://theirs.example", postal_address: "Acme\n1 Road", quiet_to: "07:30:00", time_zone: "Europe/London" });
});

test("mailing claimed addresses warns first", async () => {
  const { page } = alice;
  await visit("privacy", "Verification");
  await page.getByLabel("Mail claimed addresses too").check();
  await page.getByText("Anybody can have you write to an address of their choice.").waitFor();
});

test("billing, the audit log and exports say what is so", async () => {
  const { page } = alice;
  await visit("billing", "Plan: free");
  await visit("audit", "Who did what");
  await page.getByText("API key: made").first().waitFor();
  await visit("data", "Export");
  await press("Export everything");
  await page.getByText("Everything, ").waitFor();
});

test("a failed payment is said on every screen", async () => {
  await sql`
    insert into public.subscriptions (id, workspace_id, variant_id, status, created_at, updated_at)
    values (${NAME}, ${workspace}, 'none', 'past_due', now(), now())`;
  await alice.page.goto(base.replace("settings", "contacts"));
  await alice.page.getByText("The last payment failed.").waitFor();
  await sql`delete from public.subscriptions where id = ${NAME}`;
});

test("a workspace is deleted by its typed name, all screens say so, and it is kept again", async () => {
  const { page } = alice;
  await visit("data", "Delete this workspace");
  await press("Delete the workspace");
  await page.getByLabel("Type its name").fill(NAME.toLowerCase());
  assert.equal(await page.getByRole("button", { name: "Delete it" }).isDisabled(), true);
  await page.getByLabel("Type its name").fill(NAME);
  await page.getByRole("button", { name: "Delete it" }).click();
  await page.getByText("Can be cancelled until").waitFor();
  await assertAccessible(alice, "being deleted");
  assert.ok((await mailTo(alice.email)).length > 0, "no mail told the owner");
  await page.getByRole("link", { name: "Contacts" }).click();
  await page.getByText(`${NAME} is being deleted`).waitFor();
  await page.getByRole("link", { name: "What happens when" }).click();
  await press("Keep the workspace");
  await page.getByText("is being deleted").waitFor({ state: "detached" });
});

test("the browser has nothing to complain about", () => assert.deepEqual(alice.complaints, []));
