// All that Alice's dashboard asks, on all its screens and for all that can be pressed, others ask just before: Charlie, who
// owns another workspace, and somebody without an account see nothing; Viola, her viewer, changes nothing.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch } from "./chromium.js";
import { openDashboard } from "./founder.js";
import { fill, join, MARKER, REFUSED } from "./full.js";
import { tryEverything } from "./outsiders.js";
import { SCREENS, address, show } from "./screens.js";
import { buildExports, connect } from "./stack.js";

const NAME = `${MARKER} ${Date.now()}`;
const sql = connect();
let browser;
let alice;
let charlie;
let dan;
let ids;
let tries;

before(async () => {
  browser = await launch();
  alice = await openDashboard(browser, "/app/", { allowed: [422, 425, 502] });
  await alice.signUp();
  await alice.makeWorkspace(NAME);
  ids = await fill(alice, sql);
  charlie = await join(browser, sql);
  await charlie.makeWorkspace(`Charlie ${Date.now()}`);
  const viola = await join(browser, sql, ids.workspace, "viewer");
  dan = await join(browser, sql, ids.workspace, "viewer");
  const others = { Charlie: { token: await charlie.token() }, nobody: {}, Viola: { token: await viola.token(), maySee: true } };
  tries = await tryEverything(alice, others, sql, ids.workspace);
});
after(() => Promise.all([browser?.close(), sql.end()]));

test("whatever the screens show, others don't see", async () => {
  for (const screen of SCREENS) await show(alice, screen, ids);
  assert.deepEqual(tries.wrongs, []);
});

/** What can be done, by screen: what is pressed and filled in, and what is seen when it is done. */
const DEEDS = () => [
  ["setup", { press: "Make my tag" }, { see: "Put this line" }],
  ["contacts", { press: "+ Trait" }, { fill: ["Trait", "email"] }, { offered: "p0@xyzzy.example" }, { press: "Cancel" }],
  ["contacts?stage=ready", { press: "Save as a view" }, { fill: ["Name", MARKER] }, { press: "Save it" }, { press: "Rename this view" }, { fill: ["Name", NAME] }, { press: "Rename it" }, { press: "Delete this view" }, { press: "Delete it" }, { see: "Save as a view" }],
  ["rules", { press: "Change Upgrade clicked" }, { fill: ["Points each time", "26"] }, { press: "Put it in the draft" }, { see: "gives 26 points" }],
  ["rules", { press: "Discard" }, { press: "Discard it" }, { gone: "Your draft" }],
  ["rules", { press: "Change Upgrade clicked" }, { fill: ["Points each time", "27"] }, { press: "Put it in the draft" }, { press: /^Publish(:|$)/ }, { see: "Published:" }],
  ["emails/templates/{template}", { press: "Send it to me" }, { see: "Sent to" }],
  ["emails/templates/{template}", { fill: ["Subject", "Another"] }, { press: "Save" }, { see: "Saved." }],
  ["emails/templates/new", { fill: ["Name", `${MARKER} new`] }, { press: "Save" }, { see: `${MARKER} new` }],
  ["emails/templates", { follow: `${MARKER} new` }, { press: "Delete" }, { press: "Delete it" }, { gone: `${MARKER} new` }],
  ["emails/automations/new", { fill: ["Name", `${MARKER} new`] }, { press: "Save" }, { press: `Set live ${MARKER} new` }, { press: `Pause ${MARKER} new` }, { see: `Set live ${MARKER} new` }],
  ["emails/automations", { follow: `${MARKER} new` }, { press: "Delete" }, { press: "Delete it" }, { gone: `${MARKER} new` }],
  ["settings/keys", { press: "Make the key" }, { press: "Rotate" }, { see: "Both keys work now." }],
  ["settings/keys", { press: "Origins" }, { fill: ["Origins", "https://a.example"] }, { press: "Save the origins" }, { see: "Only from https://a.example." }],
  ["settings/keys", { press: "Revoke" }, { press: "Revoke it" }, { see: "1 revoked" }],
  ["settings/members", { press: "Send again" }, { see: "goes out with the next run" }],
  ["settings/members", { fill: ["Email", "eve@xyzzy.example"] }, { press: "Invite" }, { see: "eve@xyzzy.example" }, { press: "Take back" }],
  ["settings/members", { choose: [`Role of ${dan.email}`, "admin"] }, { see: dan.email }],
  ["settings/members", { within: dan.email, press: "Remove" }, { press: "Remove them" }, { gone: dan.email }],
  ["settings/sending", { fill: ["Website", "https://www.xyzzy.example"] }, { press: "Save" }, { see: "Saved." }],
  ["settings/sending", { press: "Send me a test" }, { see: "The test:" }],
  ["settings/sending", { press: "Remove" }, { press: "Remove it" }, { see: "Save the server" }],
  ["settings/privacy", { press: "Save" }, { see: "Saved." }],
  ["settings/privacy", { press: "Make the secret" }, { press: "Make it" }, { see: "Copy it now" }],
  ["settings/data", { press: "Show the links" }, { see: "The links work for a minute." }],
  ["settings/data", { press: "Delete the workspace" }, { fill: ["Type its name", NAME] }, { press: "Delete it" }, { press: "Keep the workspace" }, { see: "At once:" }],
  ["contacts/{contact}", { open: "Pin to a stage by hand" }, { press: "Pin them" }, { press: "Let the rules decide again" }, { see: "Pin to a stage by hand" }],
  ["contacts/{contact}", { press: "Move" }, { choose: ["It belongs to", "nobody: a contact of its own"] }, { press: "Move it" }, { see: "moved here by hand" }],
  ["contacts/{contact}", { press: "Suppress" }, { press: "Stop it" }, { see: "suppressed by hand, by" }],
  ["emails/suppressions", { press: /^Lift/ }, { gone: "suppressed by hand, by" }],
  ["contacts/{contact}", { press: "Correct a trait" }, { fill: ["Trait", "plan"] }, { press: "Correct it" }, { see: "Correct a trait" }],
  ["contacts/{contact}", { press: "Export all we hold" }, { see: "Export all we hold" }],
  ["contacts/{contact}", { press: "Erase" }, { press: "Erase for good" }, { see: "As of" }],
];

const STEPS = {
  press: (page, name, area) => area.getByRole("button", { name, exact: true }).locator("visible=true").first().click(),
  open: (page, text) => page.getByText(text).click(),
  follow: (page, name) => page.getByRole("link", { name }).first().click(),
  fill: (page, [label, text]) => page.getByLabel(label).and(page.locator("input, textarea")).locator("visible=true").first().fill(text),
  choose: (page, [label, value]) => page.getByLabel(label).and(page.locator("select")).selectOption(value),
  see: (page, text) => page.getByText(text).locator("visible=true").first().waitFor(),
  offered: (page, text) => page.locator(`datalist option[value="${text}"]`).waitFor({ state: "attached" }),
  gone: (page, text) => page.locator("main").getByText(text).first().waitFor({ state: "detached" }),
};

test("whatever can be done, others can't do", async () => {
  await buildExports();
  for (const [screen, ...steps] of DEEDS()) {
    await show(alice, screen, ids);
    for (const { within, ...step } of steps) {
      const [[deed, what]] = Object.entries(step);
      const area = within ? alice.page.getByRole("listitem").filter({ hasText: within }) : alice.page;
      await STEPS[deed](alice.page, what, area).catch((error) => assert.fail(`${screen}, ${deed} ${what}: ${error.message}`));
    }
  }
  assert.deepEqual(tries.wrongs, []);
});

test("no answer to an outsider holds a text of the workspace's", () => {
  for (const { who, name, text } of tries.bodies) assert.doesNotMatch(text, new RegExp(`${MARKER}|xyzzy\\.example|user-0`), `${who}, ${name}`);
});

// Not of a workspace that somebody has: making one, answering an invitation, and one's own account.
const ELSEWHERE = ["POST workspace_requests", "PATCH invitations", "rpc/my_account"];
const VERBS = { call: "rpc/", callIn: "rpc/", read: "GET ", add: "POST ", change: "PATCH ", changeSeen: "PATCH ", remove: "DELETE ", post: "" };

test("nothing that the dashboard's source asks for has been left out", () => {
  const source = new URL("../../dashboard/src/", import.meta.url);
  const files = readdirSync(source, { recursive: true }).filter((name) => /\.tsx?$/.test(name));
  const code = files.map((name) => readFileSync(new URL(name, source), "utf8")).join("\n");
  const asks = [...code.matchAll(/\b(call|callIn|read|add|change|changeSeen|remove|post)(?:<[^(]*>)?\(\s*"([\w/-]+)"/g)].map(([, verb, name]) => VERBS[verb] + name);
  assert.ok(asks.length > 50);
  const left = [...new Set(asks)].filter((name) => !tries.asked.has(name) && !ELSEWHERE.includes(name));
  assert.deepEqual(left, []);
});

test("every address of the dashboard's leads an outsider nowhere", async () => {
  await charlie.page.goto("about:blank"); // his own workspace's page asks again and again
  charlie.asked.length = 0;
  for (const screen of SCREENS) {
    await charlie.page.goto(`${alice.base()}/${address(screen, ids)}`);
    await charlie.page.getByText("You are in no workspace of that name.").waitFor();
  }
  assert.deepEqual([...new Set(charlie.asked.map(({ url }) => url.split("/").at(-1)))], ["my_workspaces"]);
});

test("the browsers have nothing to complain about", () => {
  assert.deepEqual([...alice.complaints, ...charlie.complaints].filter((text) => !REFUSED.test(text)), []);
});
