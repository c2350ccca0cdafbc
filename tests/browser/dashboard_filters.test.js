// The list of contacts, narrowed by traits and signals: the URL says by which, a view gives them a name, and a list that was
// not looked through to its end says so.
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
let workspace;
let base;

before(async () => {
  browser = await launch();
  alice = await openDashboard(browser, "/app/", { allowed: [409] });
  await alice.signUp();
  slug = await alice.makeWorkspace(`Filters ${Date.now()}`);
  base = `${setting("API_URL")}/app/w/${slug}/contacts`;
  [{ id: workspace }] = await sql`select id from public.workspaces where slug = ${slug}`;
  const key = await alice.makeTag();
  await send(key, Array.from({ length: 30 }, (_, n) => person(n)).flat());
});
after(() => Promise.all([browser?.close(), sql.end()]));

/** Ten of 30 are on the plan pro, six work at a company of 50 or more, and every second has clicked. */
const person = (n) => [
  {
    type: "identify", userId: `user-${n}`, messageId: `${slug}-i${n}`,
    traits: { name: `Person ${n}`, plan: n % 3 ? "free" : "pro", company: { size: n % 5 ? 7 : 50 }, ...(n ? {} : { [HOSTILE]: HOSTILE }) },
  },
  ...(n % 2 ? ["Upgrade Clicked", "Pricing Viewed"].map((event) => ({ type: "track", event, userId: `user-${n}`, messageId: `${slug}-${event}${n}` })) : []),
];

const button = (name, options) => alice.page.getByRole("button", { name, ...options });
const shown = () => alice.page.locator("a.who b").allInnerTexts();
const these = (count) => alice.page.getByText(`These are all: ${count}.`).waitFor();

async function visit(query) {
  await alice.page.goto(base + query);
  await alice.page.getByRole("heading", { name: "Contacts" }).waitFor();
}

/** By the keyboard alone: the form that opens has the focus. */
async function filterByTrait(trait, condition, value) {
  const { page } = alice;
  await button("+ Trait").focus();
  await page.keyboard.press("Enter");
  await page.locator("input[name=trait]:focus").waitFor();
  await page.keyboard.type(trait);
  await page.getByLabel("Condition").selectOption(condition);
  if (value) await page.getByLabel(/^(Value|From)$/).fill(value);
  await page.keyboard.press("Enter");
}

test("a trait that is chosen from those there are narrows the list, and is in the URL", async () => {
  const { page } = alice;
  await visit("");
  await page.locator("a.who").nth(29).waitFor();
  await button("+ Trait").click();
  await page.getByLabel("Trait", { exact: true }).fill("plan");
  await page.locator("#traits option[value='company.size']").waitFor({ state: "attached" });
  await page.locator("#values option[value=pro]").waitFor({ state: "attached" });
  await assertAccessible(alice, "a filter by trait");
  await page.getByLabel("Value").fill("pro");
  await page.keyboard.press("Enter");
  await these(10);
  assert.match(page.url(), /contacts\?trait\.plan=is:pro$/);
  await page.reload();
  await these(10);
});

test("filters add up, each can be taken away, and going back goes back", async () => {
  const { page } = alice;
  await filterByTrait("company.size", "is a number from … to", "50");
  await these(2);
  assert.match(page.url(), /trait\.company\.size=between:50\.\.$/);
  await button("+ Signal").click();
  await page.getByLabel("Signal", { exact: true }).selectOption("Upgrade clicked");
  await page.getByLabel("When").selectOption("in the last … days");
  await assertAccessible(alice, "a filter by signal");
  await page.getByLabel("Days").fill("7");
  await page.keyboard.press("Enter");
  await page.getByText("did Upgrade clicked in the last 7 days").waitFor();
  await these(1);
  assert.deepEqual(await shown(), ["Person 15"]);
  await assertAccessible(alice, "contacts, narrowed");
  await button("Without: plan is pro").click();
  await these(3);
  await page.goBack();
  await these(1);
});

test("nobody is left where nobody is like that, and never is said of those who did not", async () => {
  await visit("?trait.plan=is:enterprise");
  await alice.page.getByRole("heading", { name: "No contact is like that." }).waitFor();
  await visit("?did.Upgrade clicked=never");
  await alice.page.getByText("never did Upgrade clicked").waitFor();
  await these(15);
  await visit("?did.Dreamt=1");
  await alice.page.getByRole("heading", { name: "There is no signal Dreamt." }).waitFor();
  await assertAccessible(alice, "contacts, a signal that is gone");
});

test("a trait that is markup is text", async () => {
  await visit(`?${new URLSearchParams({ [`trait.${HOSTILE}`]: `is:${HOSTILE}` })}`);
  await these(1);
  await alice.page.getByText(`${HOSTILE} is ${HOSTILE}`).waitFor();
  assert.equal(await alice.page.locator("main img").count(), 0);
});

test("what is filtered by gets a name, which everybody sees, and another, and goes", async () => {
  const { page } = alice;
  await visit("?trait.plan=is:pro&least=1");
  await button("Save as a view").click();
  await page.locator("input[name=name]:focus").waitFor();
  await page.keyboard.type("On pro");
  await assertAccessible(alice, "saving a view");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "On pro", exact: true }).waitFor();
  await visit("");
  await page.getByRole("link", { name: "On pro", exact: true }).click();
  await these(5);
  await button("Rename this view").click();
  await page.getByLabel("Name", { exact: true }).fill("Pro plan");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Pro plan" }).waitFor();
  await assertAccessible(alice, "a view");
});

test("two views of one name there are not", async () => {
  const { page } = alice;
  await visit("?trait.plan=is:free");
  await button("Save as a view").click();
  await page.locator("input[name=name]:focus").waitFor();
  await page.keyboard.type("Pro plan");
  await page.keyboard.press("Enter");
  await page.getByText("There is a view of that name.").waitFor();
  await button("Cancel").click();
});

test("a viewer uses a view and can change none", async () => {
  const bob = await openDashboard(browser);
  await bob.signUp();
  await sql`
    insert into public.members (workspace_id, user_id, role)
    select ${workspace}, id, 'viewer' from auth.users where email = ${bob.email}`;
  await bob.page.goto(base);
  await bob.page.getByRole("link", { name: "Pro plan" }).click();
  await bob.page.getByText("These are all: 5.").waitFor();
  for (const name of ["Rename this view", "Delete this view"]) {
    assert.ok(await bob.page.getByRole("button", { name }).isDisabled());
  }
  await bob.page.getByText("Only owners and admins can do this.").first().waitFor();
  await bob.page.goto(`${base}?trait.plan=is:free`);
  assert.ok(await bob.page.getByRole("button", { name: "Save as a view" }).isDisabled());
  await assertAccessible(bob, "views, viewer");
  assert.deepEqual(bob.complaints, []);
  await bob.close();
});

test("whatever a view holds is read as filters and leads nowhere else", async () => {
  const { page } = alice;
  for (const query of ["//evil.example/?a=b", "javascript:alert(1)", "from=2020-01-01&q=x&stage=engaged"]) {
    await sql`insert into public.saved_views (workspace_id, name, query) values (${workspace}, ${query.slice(0, 60)}, ${query})`;
  }
  await visit("");
  await page.getByRole("link", { name: "javascript:alert(1)" }).waitFor();
  const hrefs = await page.locator(".views a").evaluateAll((links) => links.map(({ href }) => href));
  assert.deepEqual(new Set(hrefs.slice(2)), new Set([base, `${base}?stage=engaged`]));
  await sql`delete from public.saved_views where workspace_id = ${workspace} and name <> 'Pro plan'`;
});

test("what is no place in a list, no number and no text in an address is left out", async () => {
  for (const query of ["?after=zz", "?after=7_zz", "?seen=soon", "?q=%00", "?least=-1&most=x"]) {
    await visit(query);
    await alice.page.waitForFunction(() => document.querySelectorAll("a.who").length === 30);
  }
});

test("a view is deleted for everybody, after a question", async () => {
  const { page } = alice;
  await visit("?least=1&trait.plan=is:pro");
  await button("Delete this view").click();
  await button("Delete it").click();
  await button("Save as a view").waitFor();
  assert.deepEqual((await sql`select from public.saved_views where workspace_id = ${workspace}`).length, 0);
});

test("a list that was not looked through to its end says so and goes on when it is asked to", async () => {
  const { page } = alice;
  await crowd(11_000);
  await visit("?trait.plan=contains:zz");
  await page.getByText(/^Nobody yet among the first 6,000 by score, down to a score of 0\. There may be more\./).waitFor();
  await assertAccessible(alice, "contacts, looked through in part");
  await page.getByRole("link", { name: "Look further" }).click();
  await page.getByRole("heading", { name: "Nobody else is like that." }).waitFor();
  await visit("?trait.plan=is:partner");
  await these(1); // whom few are like is found at once, however low their score
});

/** So many more contacts without a score, one of whom is a partner. */
const crowd = (count) => sql.begin(async (db) => {
  await db`
    insert into public.identities (id, workspace_id, kind, value, contact_id)
    select n.id, ${workspace}, 'userId', n.id, n.id
    from (select gen_random_uuid() as id from generate_series(1, ${count}::integer) offset 0) as n`;
  await db`
    insert into public.contacts (id, workspace_id, traits)
    select i.id, ${workspace}, case when row_number() over () = 1 then '{"plan": "partner"}' else '{"plan": "basic"}' end::jsonb
    from public.identities as i where i.workspace_id = ${workspace} and i.value = i.id::text`;
  await db`
    insert into public.traits (workspace_id, identity_id, key, value, trusted, occurred_at, message_id)
    select workspace_id, id, 'plan', traits -> 'plan', true, now(), id from public.contacts
    where workspace_id = ${workspace} and traits ->> 'plan' in ('basic', 'partner')`;
  await db`
    insert into public.contact_states (contact_id, workspace_id)
    select id, workspace_id from public.contacts where workspace_id = ${workspace} and traits ->> 'plan' in ('basic', 'partner')`;
});

test("somebody outside sees none of it", async () => {
  const charlie = await openDashboard(browser);
  await charlie.signUp();
  const headers = { apikey: setting("SUPABASE_PUBLISHABLE_KEY"), authorization: `Bearer ${await charlie.token()}` };
  const calls = new Map(alice.asked.map((call) => [call.url + call.body, call]));
  for (const { url, method, body } of calls.values()) {
    const answer = await fetch(url, { method, body, headers: { ...headers, "content-type": "application/json" } });
    assert.doesNotMatch(await answer.text(), /user-\d|Person|Pro plan|company|"pro"/, `${url} ${body}`);
  }
  await charlie.close();
});

test("the browser has nothing to complain about", () => assert.deepEqual(alice.complaints, []));
