// Whatever somebody else wrote, in the workspace or in an address, is text: it runs nothing and breaks no layout.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.js";
import { beyond, openDashboard } from "./founder.js";
import { fill, HOSTILE, REFUSED } from "./full.js";
import { SCREENS, settled, show } from "./screens.js";
import { connect, setting } from "./stack.js";

const sql = connect();
let browser;
let alice;
let ids;

before(async () => {
  browser = await launch();
  alice = await openDashboard(browser, "/app/", { allowed: [400] }); // an address that asks for what can't be
  await alice.signUp();
  await alice.makeWorkspace(`${Date.now()} ${HOSTILE[0]}`.slice(0, 100));
  ids = await fill(alice, sql);
  await alice.page.setViewportSize({ width: 320, height: 640 });
});
after(() => Promise.all([browser?.close(), sql.end()]));

async function assertHarmless(name) {
  const { page } = alice;
  assert.equal(await page.evaluate(() => window.hacked), undefined, name);
  assert.equal(await page.locator("main :is(img, script, svg[onload], object, embed)").count(), 0, name);
  assert.equal(await beyond(page), 0, `${name} is wider than 320 px`);
}

test("hostile names, traits, events, rules, templates and settings do nothing on any screen", async () => {
  for (const screen of SCREENS) {
    await show(alice, screen, ids);
    await assertHarmless(screen);
  }
});

const PARAMETERS = [
  ["contacts", ["q", "stage", "least", "most", "seen", "after", "why"]],
  ["contacts?from=2026-01-01&to=2100-01-01", ["reached", "in", "entered", "after", "from", "to"]],
  ["stages", ["days", "stage"]],
  ["rules", ["edit"]],
  ["emails/log", ["status", "after", "why"]],
  ["emails/suppressions", ["after"]],
  ["settings/audit", ["after"]],
];

test("hostile parameters of an address do nothing", async () => {
  for (const [screen, names] of PARAMETERS) {
    for (const text of [HOSTILE[0], HOSTILE[3].slice(0, 4000), "__proto__", "1_\u0000"]) {
      const query = names.map((name) => `${name}=${encodeURIComponent(text)}`).join("&");
      await show(alice, `${screen}${screen.includes("?") ? "&" : "?"}${query}`);
      await assertHarmless(`${screen} with ${text.slice(0, 50)}`);
    }
  }
});

test("hostile paths lead nowhere", async () => {
  const slug = alice.base().split("/").at(-1);
  const names = ["__proto__", "constructor", "toString", "%E0%A4%A", encodeURIComponent(HOSTILE[0])];
  const places = ["", "w/", `w/${slug}/`, `w/${slug}/contacts/`, `w/${slug}/emails/`, `w/${slug}/emails/templates/`, `w/${slug}/settings/`];
  // 7 places and 5 names: each place meets two of them, each name three.
  for (const path of [...places, ...places].map((place, turn) => place + names[turn % names.length])) {
    await alice.page.goto(`${setting("API_URL")}/app/${path}`);
    await settled(alice.page);
    await assertHarmless(path);
  }
});

test("a time that is none means nobody", async () => {
  for (const span of ["from=garbage&to=x&reached=ready", "from=2026-13-45&to=2026-14-01"]) {
    await alice.page.goto(`${alice.base()}/contacts?${span}`);
    await alice.page.getByText("Nobody.").waitFor();
  }
});

test("an id that is none is told as that", async () => {
  for (const place of ["contacts", "emails/templates"]) {
    await show(alice, `${place}/no-id`);
    await alice.page.getByRole("alert").getByText("Nothing has the address that you opened.").first().waitFor();
  }
});

test("what leads back after signing in leads nowhere else", async () => {
  for (const to of ["//example.com/app/", "https://example.com", "javascript:window.hacked=1", "/app/../../x"]) {
    await alice.page.goto(`${setting("API_URL")}/app/sign-in?to=${encodeURIComponent(to)}`);
    await settled(alice.page);
    assert.equal(new URL(alice.page.url()).origin, setting("API_URL"));
    await assertHarmless(to);
  }
});

test("somebody who is not signed in gets nowhere by a name of JavaScript's own", async () => {
  const nobody = await openDashboard(browser);
  for (const name of ["__proto__", "constructor", "toString"]) {
    await nobody.page.goto(`${setting("API_URL")}/app/${name}`);
    await nobody.page.getByRole("heading", { name: "Sign in" }).waitFor();
  }
  assert.deepEqual(nobody.complaints, []);
});

test("the browser has nothing to complain about", () => assert.deepEqual(alice.complaints.filter((text) => !REFUSED.test(text)), []));
