// Every screen in each of its states: readable for everybody, honest when something fails, shut for who may not.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.js";
import { assertAccessible, openDashboard } from "./founder.js";
import { fill, HOSTILE, join, REFUSED } from "./full.js";
import { SCREENS, address, settled, show } from "./screens.js";
import { connect, setting } from "./stack.js";

const ASKS = /\/(rest\/v1\/(?!rpc\/my_workspaces)|api\/)/;
const NOTHING_TO_LOAD = ["emails/templates/new"];
const sql = connect();
let browser;
let alice;
let ids;

before(async () => {
  browser = await launch();
  alice = await openDashboard(browser, "/app/", { allowed: [500] });
});
after(() => Promise.all([browser?.close(), sql.end()]));

/** Looks at each screen, in two tabs at a time. */
async function each(member, screens, look) {
  const left = [...screens];
  const second = await member.context.newPage();
  const tabs = [member, { page: second, base: member.base }];
  await Promise.all(tabs.map(async (tab) => {
    while (left.length) await look(tab, left.shift());
  }));
  await second.close();
}

// Not 503, which the client tries again for seconds before it says so.
const DOWN = {
  status: 500, headers: { "access-control-allow-origin": "*" },
  json: { code: "XX000", message: "could not read a block", requestId: "from-the-endpoint" },
};
/** The server is down, for what a tab asks under that name. */
const broken = ({ page }, asks = ASKS) => page.route(asks, (route) => route.fulfill(DOWN));
const mended = ({ page }) => page.unrouteAll({ behavior: "ignoreErrors" });

/** What failed is said, with a way to try again and the id under which it is found; and the page is there. */
async function assertHonest({ page }, name) {
  const alerts = page.getByRole("alert");
  await alerts.first().waitFor();
  await page.waitForFunction(() => !document.querySelector(".skeleton"));
  for (const alert of await alerts.all()) {
    const said = (await alert.innerText()).replace(/\s+/g, " ");
    assert.match(said, /^[A-Z][\w' ]+: .+ Try again Request [\w-]+$/, name);
  }
  assert.ok(await page.getByRole("navigation", { name: "Screens" }).isVisible(), name);
}

test("the ways in", async () => {
  for (const [path, heading] of [["sign-in", "Sign in"], ["sign-up", "Create your account"], ["reset", "Reset your password"]]) {
    await alice.page.goto(`${setting("API_URL")}/app/${path}`);
    await alice.page.getByRole("heading", { name: heading }).waitFor();
    await assertAccessible(alice, path);
  }
  await alice.signUp();
  await assertAccessible(alice, "start");
  await alice.page.goto(`${setting("API_URL")}/app/account`);
  await alice.page.getByRole("heading", { name: "Address" }).waitFor();
  await assertAccessible(alice, "account");
  await alice.page.goto(`${setting("API_URL")}/app/start`);
});

test("empty", async () => {
  await alice.makeWorkspace(`${Date.now()} ${HOSTILE[0]}`.slice(0, 100));
  await each(alice, SCREENS.filter((screen) => !screen.includes("{")), async (tab, screen) => {
    await show(tab, screen);
    await assertAccessible(tab, `${screen}, empty`);
  });
});

test("full", async () => {
  ids = await fill(alice, sql, HOSTILE.map((text) => text.slice(0, 200))); // axe measures every line
  await each(alice, SCREENS, async (tab, screen) => {
    await show(tab, screen, ids);
    await assertAccessible(tab, `${screen}, full`);
  });
});

test("loading", async () => {
  await each(alice, SCREENS, async (tab, screen) => {
    await tab.page.route(ASKS, () => {}); // no answer
    await tab.page.goto(`${tab.base()}/${address(screen, ids)}`);
    await tab.page.locator("main h1").waitFor();
    if (!NOTHING_TO_LOAD.includes(screen)) await tab.page.locator(".skeleton").first().waitFor();
    await assertAccessible(tab, `${screen}, loading`);
    await mended(tab);
  });
});

test("failed, and mended by trying again", async () => {
  await each(alice, SCREENS, async (tab, screen) => {
    if (NOTHING_TO_LOAD.includes(screen)) return;
    await broken(tab);
    await tab.page.goto(`${tab.base()}/${address(screen, ids)}`);
    await assertHonest(tab, screen);
    await assertAccessible(tab, `${screen}, failed`);
    await mended(tab);
    const again = tab.page.getByRole("button", { name: "Try again" });
    await again.evaluateAll((all) => all.forEach((button) => button.click()));
    await settled(tab.page);
    await tab.page.waitForFunction(() => !document.querySelector("[role=alert]"));
  });
});

test("one part that fails leaves the others as they are", async () => {
  alice.asked.length = 0;
  await show(alice, "today", ids);
  const names = new Set(alice.asked.map(({ url }) => new URL(url).pathname.split("/").at(-1)).filter((name) => name !== "my_workspaces"));
  assert.ok(names.size > 2);
  for (const name of names) {
    await broken(alice, new RegExp(`/rest/v1/(rpc/)?${name}`));
    await alice.page.reload();
    await assertHonest(alice, `today without ${name}`);
    assert.equal(await alice.page.getByRole("alert").count(), 1);
    await mended(alice);
  }
});

test("what was there stays with its time while it is asked anew, and when that fails", async () => {
  const { page } = alice;
  const screens = ["Contacts", "Stages", "Rules", "Emails", "Setup", "Settings"];
  const open = (name) => page.getByRole("navigation", { name: "Screens" }).getByRole("link", { name }).click();
  await show(alice, "today");
  for (const name of screens) {
    await open(name);
    await page.getByRole("heading", { name, exact: true, level: 1 }).waitFor();
    await settled(page);
  }
  let answer;
  const answered = new Promise((ready) => (answer = ready));
  await page.route(ASKS, async (route) => {
    await answered;
    await route.fulfill(DOWN).catch(() => {}); // nobody waits for it any more
  });
  for (const name of screens) {
    await open(name);
    await page.getByText(/^Updating … as of/).first().waitFor();
    assert.equal(await page.locator(".skeleton").count(), 0, name);
  }
  answer();
  await page.getByRole("alert").getByText(/^What you see is as of/).waitFor();
  assert.ok(await page.getByRole("heading", { name: "API keys" }).isVisible());
  await mended(alice);
});

const MAY = /^(Why|\+ |Without|Days before|Find|Look|Address|Paid|Export all we hold|Leave|Pause$|Phone|Wide|Text|Period|Stage|Score|Last seen|Search|Copy|Email)/;

test("a viewer sees everything, and what they can't do is shut", async () => {
  const viola = await join(browser, sql, ids.workspace, "viewer");
  viola.base = alice.base;
  await each(viola, SCREENS, async (tab, screen) => {
    await show(tab, screen, ids);
    await assertAccessible(tab, `${screen}, viewer`);
    const open = await tab.page.locator("main :is(button, input, select, textarea):enabled:visible").evaluateAll((all) =>
      all.map((one) => one.getAttribute("aria-label") ?? one.labels?.[0]?.innerText ?? one.innerText),
    );
    assert.deepEqual(open.filter((name) => !MAY.test(name)), [], screen);
  });
  assert.deepEqual(viola.complaints, []);
});

test("somebody outside", async () => {
  const charlie = await join(browser, sql);
  await charlie.page.goto(`${alice.base()}/contacts`);
  await charlie.page.getByText("You are in no workspace of that name.").waitFor();
  await assertAccessible(charlie, "outside");
  assert.deepEqual(charlie.complaints, []);
});

test("who is removed while the page is open is told so by the next screen", async () => {
  const dan = await join(browser, sql, ids.workspace, "viewer");
  const [{ slug }] = await sql`select slug from public.workspaces where id = ${ids.workspace}`;
  const [{ id: user }] = await sql`select id from auth.users where email = ${dan.email}`;
  // Those whose questions know an outsider; the others look as if there were nothing.
  const told = [
    "today", "contacts", "contacts?from=2026-01-01&to=2100-01-01", "rules", "emails/log", "setup", "settings/members",
    "settings/sending", "settings/billing", "settings/privacy",
  ];
  for (const screen of told) {
    await sql`
      insert into public.members (workspace_id, user_id, role) values (${ids.workspace}, ${user}, 'viewer') on conflict do nothing`;
    await dan.page.goto(`${setting("API_URL")}/app/w/${slug}/emails/templates/new`);
    await dan.page.getByRole("heading", { name: "A new template" }).waitFor();
    await sql`delete from public.members where workspace_id = ${ids.workspace} and user_id = ${user}`;
    await dan.page.evaluate((to) => {
      const link = Object.assign(document.createElement("a"), { href: to });
      document.body.append(link);
      link.click();
    }, `/app/w/${slug}/${screen}`);
    await dan.page.getByRole("heading", { name: "You are in no workspace of that name." }).waitFor();
  }
  assert.deepEqual(dan.complaints, []);
  await dan.close();
});

test("the browser has nothing to complain about, but what a hostile template may not do", () => {
  assert.deepEqual(alice.complaints.filter((text) => !REFUSED.test(text)), []);
});
