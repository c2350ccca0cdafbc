// Accounts: a forgotten password, an invitation, and signing out.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.js";
import { assertAccessible, openDashboard, until } from "./founder.js";
import { mailTo, setting } from "./stack.js";

let browser;
let alice;
let slug;

before(async () => {
  browser = await launch();
  alice = await openDashboard(browser, "/app/", { allowed: [400] }); // a wrong password
  await alice.signUp();
  slug = await alice.makeWorkspace(`Acme ${Date.now()}`);
});
after(() => browser?.close());

const signIn = async ({ page, email }, password) => {
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
};

test("signing out leaves nothing on the screen, and signing in leads back to where one was", async () => {
  const { page } = alice;
  await page.goto(`${setting("API_URL")}/app/w/${slug}/contacts?stage=ready`);
  await page.getByLabel(/^Account/).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  assert.equal(await page.getByText("Acme").count(), 0);
  await signIn(alice, "not my password");
  await page.getByRole("alert").getByText("No account has this email and password.").waitFor();
  await signIn(alice, "correct horse battery 7");
  await page.waitForURL(`**/app/w/${slug}/contacts?stage=ready`);
});

test("a forgotten password is replaced by the link in a mail", async () => {
  const { page } = alice;
  await page.getByLabel(/^Account/).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("link", { name: "Forgot the password?" }).click();
  await page.getByLabel("Email").fill(alice.email);
  await page.getByRole("button", { name: "Send me a link" }).click();
  await page.getByText("a link is on its way").waitFor();
  await until(async () => (await mailTo(alice.email)).length > 0);
  const [{ html }] = await mailTo(alice.email);
  await page.goto(/href="([^"]+)"/.exec(html)[1].replaceAll("&amp;", "&"));
  await page.getByRole("heading", { name: "Choose a new password" }).waitFor();
  await assertAccessible(alice, "new password");
  await page.getByLabel("New password").fill("another horse battery 8");
  await page.getByRole("button", { name: "Save it" }).click();
  await page.waitForURL(`**/app/w/${slug}/today`);
});

test("who is invited joins, and sees what they may do", async () => {
  const bob = await openDashboard(browser);
  await invite(bob.email);
  await bob.page.goto(`${setting("API_URL")}/app/sign-up`);
  await bob.page.getByLabel("Email").fill(bob.email);
  await bob.page.getByLabel("Password").fill("correct horse battery 7");
  await bob.page.getByRole("button", { name: "Create the account" }).click();
  await bob.page.getByText("has invited you as viewer").waitFor();
  await assertAccessible(bob, "start, invited");
  await bob.page.getByRole("button", { name: /^Join/ }).click();
  await bob.page.waitForURL(`**/app/w/${slug}/contacts`);
  await bob.page.getByRole("link", { name: "Setup" }).click();
  const make = bob.page.getByRole("button", { name: "Make my tag" });
  await make.waitFor();
  assert.equal(await make.isDisabled(), true);
  await bob.page.getByText("Only owners can do this.").waitFor();
  assert.deepEqual(bob.complaints, []);
});

/** As an owner invites through the Data API. */
async function invite(email) {
  const headers = {
    apikey: setting("SUPABASE_PUBLISHABLE_KEY"),
    authorization: `Bearer ${await alice.token()}`,
    "content-type": "application/json",
  };
  const rest = (path, body) => fetch(`${setting("SUPABASE_URL")}/rest/v1/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
  const { workspaces } = await (await rest("rpc/my_workspaces", {})).json();
  const workspace = workspaces.find((one) => one.slug === slug).id;
  const answer = await rest("invitations", { workspace_id: workspace, email, role: "viewer" });
  assert.equal(answer.status, 201, await answer.text());
}

test("the browser has nothing to complain about", () => assert.deepEqual(alice.complaints, []));
