// The founder's first minutes: sign up, make a workspace, copy the tag, see the first event, find out why. By keyboard only.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.js";
import { openDashboard } from "./founder.js";
import { startSite } from "./site.js";
import { connect } from "./stack.js";

const sql = connect();
let browser;
let alice;
let tag;
let site;

before(async () => {
  browser = await launch();
  alice = await openDashboard(browser);
  site = await startSite({});
  const told = () => addEventListener("pointerdown", () => console.error("a mouse was used"), true);
  await Promise.all([alice.context.addInitScript(told), alice.page.evaluate(told)]);
});
after(() => Promise.all([browser?.close(), site?.close(), sql.end()]));

const press = async (target, key = "Enter") => {
  await alice.tabTo(target);
  await alice.page.keyboard.press(key);
};
const type = async (label, text) => {
  await alice.tabTo(alice.page.getByLabel(label, { exact: true }));
  await alice.page.keyboard.type(text);
};

test("somebody signs up and makes a workspace", async () => {
  const { page } = alice;
  await press(page.getByRole("link", { name: "Create an account" }));
  await page.getByRole("heading", { name: "Create your account" }).waitFor();
  await type("Email", alice.email);
  await type("Password", "correct horse battery 7");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Your workspace" }).waitFor();
  await type("Name of your product", `Acme ${Date.now()}`);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Four steps" }).waitFor();
  const [member] = await sql`
    select m.role from public.members as m join auth.users as u on u.id = m.user_id where u.email = ${alice.email}`;
  assert.equal(member.role, "owner");
});

test("the tag has a key in it that is stored as a hash alone", async () => {
  const { page } = alice;
  await press(page.getByRole("button", { name: "Make my tag" }));
  await press(page.getByRole("button", { name: "Copy" }).first());
  await page.getByRole("button", { name: "Copied" }).waitFor();
  tag = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(tag, /^<script async src="http:.*\/widget\.js" data-key="pk_\w{32}"><\/script>$/);
});

test("the first event appears in the debugger within 3 seconds, and the checklist ticks itself", async () => {
  site.pages["/"] = { head: tag };
  const visitor = await browser.newPage();
  await visitor.goto(site.origin);
  const began = Date.now();
  await visitor.evaluate(() => {
    window.conversioncrm.identify("ada", { name: "Ada Park", email: "ada@example.com" });
    for (const event of ["Onboarding Completed", "Upgrade Clicked"]) window.conversioncrm.track(event);
  });
  const shown = alice.page.getByLabel("Events, the latest first").getByText("Upgrade Clicked");
  await shown.waitFor({ timeout: 10_000 });
  assert.ok(Date.now() - began < 3000, `it took ${Date.now() - began} ms`);
  await alice.page.getByRole("heading", { name: "It works" }).waitFor();
  await visitor.close();
});

test("the contact has a score, and a reason for each point of it", async () => {
  const { page } = alice;
  await press(page.getByRole("link", { name: "See your contacts" }));
  await page.getByRole("link", { name: "Ada Park" }).waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("w");
  await page.getByRole("row", { name: "Sum" }).waitFor();
  const listed = Number(await page.locator(".contact .score b").first().innerText());
  const points = await page.locator(".reasons tbody td.number").allInnerTexts();
  const sum = points.reduce((total, text) => total + Math.round(Number(text.replace("−", "-")) * 100), 0) / 100;
  assert.equal(listed, Math.round(sum));
  await page.reload();
  await page.getByRole("row", { name: "Sum" }).waitFor(); // the URL is the state
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Ada Park" }).waitFor();
  assert.equal(Number(await page.locator(".headline .score b").innerText()), listed);
  // The link that was pressed is gone: Tab goes on from the contact, and not from the top of the page.
  assert.equal(await page.evaluate(() => document.activeElement.id), "content");
});

test("a search finds who begins so, and nothing else", async () => {
  const { page } = alice;
  await page.goBack();
  await page.getByRole("heading", { name: "Contacts" }).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("ada@");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=ada/);
  await page.getByRole("link", { name: "Ada Park" }).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("nobody");
  await page.keyboard.press("Enter");
  await page.getByText("Nobody is called").waitFor();
});

test("the browser has nothing to complain about", () => assert.deepEqual(alice.complaints, []));
