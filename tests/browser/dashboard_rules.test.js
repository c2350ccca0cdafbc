// Rules as sentences: drafted, previewed, published; what the preview says is what happens.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.js";
import { assertAccessible, openDashboard, send } from "./founder.js";
import { connect, setting } from "./stack.js";

const HOSTILE = `<img src=x onerror="alert(1)">`;
const sql = connect();
let browser;
let alice;
let slug;
let base;

before(async () => {
  browser = await launch();
  alice = await openDashboard(browser, "/app/", { allowed: [422, 425] });
  await alice.signUp();
  slug = await alice.makeWorkspace(`Rules ${Date.now()}`);
  base = `${setting("API_URL")}/app/w/${slug}`;
  const key = await alice.makeTag();
  const track = (n, event) => ({ type: "track", event, userId: `user-${n}`, messageId: `${slug}-${n}-${event}` });
  await send(key, Array.from({ length: 30 }, (_, n) => [track(n, "Ordered"), ...(n % 3 ? [] : [track(n, "Upgrade Clicked")])]).flat());
});
after(() => Promise.all([browser?.close(), sql.end()]));

const button = (name, options) => alice.page.getByRole("button", { name, ...options });
const heading = (name) => alice.page.getByRole("heading", { name, exact: true });
const previewed = () => alice.page.getByText("If you publish on").waitFor({ timeout: 60_000 });

async function addSignal(name, event, points) {
  await button("Add a signal").click();
  await alice.page.getByLabel("Name").fill(name);
  await alice.page.getByLabel("Event").fill(event);
  await alice.page.getByLabel("Points each time").fill(points);
  await alice.page.keyboard.press("Enter");
}

test("the rules in force are sentences", async () => {
  await alice.page.goto(`${base}/rules`);
  await alice.page.getByText("Upgrade Clicked gives").waitFor();
  await alice.page.getByText("signed up everybody begins here").waitFor();
});

test("a form in the URL keeps what was typed when the database refuses it, and says what is wrong", async () => {
  const { page } = alice;
  await page.goto(`${base}/rules?edit=signals.new`);
  await page.getByLabel("Event").fill("Upgrade Clicked");
  await page.getByLabel("Name").fill("Upgrade Clicked");
  await button("Put it in the draft").click();
  await page.getByRole("alert").getByText("needs another definition").waitFor();
  assert.equal(await page.getByLabel("Name").inputValue(), "Upgrade Clicked");
  await button("Cancel").click();
});

test("a draft says who would move, and publishing it moves just those", async () => {
  const { page } = alice;
  await addSignal(HOSTILE, "Ordered", "30");
  await heading("Your draft").waitFor();
  await previewed();
  await page.getByRole("link", { name: /^user-/ }).first().waitFor();
  const said = Number(/(\d+) people move/.exec(await button(/^Publish/).innerText())[1]);
  await button(/^Publish/).click();
  await page.getByText(/Published: 30 people scored by the new rules/).waitFor({ timeout: 60_000 });
  const [{ moved }] = await sql`
    select count(*)::integer as moved from public.transitions as t
    join public.workspaces as w on w.id = t.workspace_id where w.slug = ${slug} and t.cause = 'rules'`;
  assert.ok(said > 0);
  assert.equal(moved, said);
  assert.equal(await page.locator("main img").count(), 0);
  await assertAccessible(alice, "rules, published");
});

test("what is changed and removed is marked, and a draft can be discarded", async () => {
  const { page } = alice;
  await button(/^Change Upgrade clicked/).click();
  await page.getByLabel("Points each time").fill("40");
  await page.keyboard.press("Enter");
  await page.getByText("changed", { exact: true }).waitFor();
  await button(/^Remove Upgrade clicked/).click();
  await page.getByText("removed", { exact: true }).waitFor();
  await page.reload();
  await page.getByText("removed", { exact: true }).waitFor(); // the draft is kept
  await button("Discard").click();
  await button("Discard it").click();
  await heading("Your draft").waitFor({ state: "detached" });
});

test("who has seen another draft than there is now publishes and overwrites nothing", async () => {
  const { page } = alice;
  await addSignal("Third", "Thirded", "5");
  await heading("Your draft").waitFor();
  await previewed();
  const other = await alice.context.newPage();
  await other.goto(`${base}/rules`);
  await other.getByRole("button", { name: /^Change Third/ }).click();
  await other.getByLabel("Points each time").fill("50");
  await other.keyboard.press("Enter");
  await other.getByText("gives 50 points").first().waitFor();
  await other.close();
  await button(/^Publish/).click();
  await page.getByRole("alert").getByText("Somebody has changed the draft meanwhile.").waitFor();
  await page.getByText("gives 50 points").first().waitFor();
  const [{ published }] = await sql`
    select count(*)::integer as published from public.rule_drafts as d join public.workspaces as w on w.id = d.workspace_id
    where w.slug = ${slug} and d.status = 'published' and d.rules::text like '%Thirded%'`;
  assert.equal(published, 0);
  await button("Discard").click();
  await button("Discard it").click();
  await heading("Your draft").waitFor({ state: "detached" });
});

test("a version that was published can be drafted again", async () => {
  const { page } = alice;
  await addSignal("Second", "Seconded", "5");
  await previewed();
  await button(/^Publish/).click();
  await heading("Your draft").waitFor({ state: "detached" });
  await page.getByText("Versions").click();
  await button("Draft these again").click();
  await heading("Your draft").waitFor();
  await page.getByRole("deletion").getByText("Second: each Seconded gives 5 points").waitFor();
  await assertAccessible(alice, "rules, versions");
});

test("the browser has nothing to complain about", () => assert.deepEqual(alice.complaints, []));
