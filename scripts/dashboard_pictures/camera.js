// Takes {email, password, ids} on standard input and the folder that the pictures go to.
import { readFileSync } from "node:fs";
import { launch } from "../../tests/browser/chromium.js";
import { address, settled } from "../../tests/browser/screens.js";
import { setting } from "../../tests/browser/stack.js";

const [folder] = process.argv.slice(2);
const { email, password, ids } = JSON.parse(readFileSync(0, "utf8"));
const HEIGHTS = { 1280: 860, 360: 720 };
const ASKS = /\/rest\/v1\/(?!rpc\/my_workspaces)/;

const scrolledTo = (selector) => (page) => page.locator(selector).first().evaluate((element) => element.scrollIntoView({ block: "center" }));
const withoutDraft = (page) => page.route(/\/rest\/v1\/rule_drafts/, (route) => route.fulfill({ headers: { "access-control-allow-origin": "*" }, json: [] }));
const withMail = (page) => page.frameLocator("iframe").getByRole("heading").first().waitFor();
const withPreview = (page) => page.getByText("If you publish on").waitFor();
const failing = (page) => page.route(ASKS, (route) => route.fulfill({ status: 503, headers: { "access-control-allow-origin": "*" }, json: {} }));
const asViewer = (page) =>
  page.route(/rpc\/my_workspaces/, async (route) => {
    const response = await route.fetch();
    const { workspaces, ...others } = await response.json();
    await route.fulfill({ response, json: { ...others, workspaces: workspaces.map((workspace) => ({ ...workspace, role: "viewer" })) } });
  });

/** What is taken: a name, the screen's address, and what is done there before or after it is shown. */
const SHOTS = [
  ["today", "today", { dark: true }],
  ["contacts", "contacts", { dark: true }],
  ["contacts-why", "contacts?stage=ready&why={contact}"],
  ["contacts-filtered", "contacts?trait.role=is:founder&did.Core feature used=2"],
  ["contacts-of-a-number", "contacts?from={monthAgo}&to={tomorrow}&reached=ready"],
  ["contact", "contacts/{contact}", { dark: true, tall: true }],
  ["stages", "stages", { tall: true }],
  ["rules", "rules", { before: withoutDraft }],
  ["rules-draft", "rules", { dark: true, tall: true, after: withPreview }],
  ["rules-tested", "rules?test=7", { before: withoutDraft, after: scrolledTo("#tried") }],
  ["emails-automations", "emails/automations"],
  ["emails-automation", "emails/automations/{automation}"],
  ["emails-templates", "emails/templates"],
  ["emails-template", "emails/templates/{template}", { after: withMail }],
  ["emails-log", "emails/log"],
  ["emails-log-why", "emails/log?status=sent&why={mail}", { after: scrolledTo(".rows .wide") }],
  ["emails-suppressions", "emails/suppressions"],
  ["setup", "setup", { tall: true }],
  ["settings-keys", "settings/keys"],
  ["settings-members", "settings/members"],
  ["settings-sending", "settings/sending"],
  ["settings-privacy", "settings/privacy"],
  ["settings-billing", "settings/billing"],
  ["settings-audit", "settings/audit"],
  ["settings-data", "settings/data"],
  ["settings-keys-of-a-viewer", "settings/keys", { before: asViewer }],
  ["contacts-failed", "contacts", { before: failing }],
];

const day = (offset) => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
const known = { ...ids, monthAgo: day(-30), tomorrow: day(1) };

async function shoot(page, name, width, scheme, tall = false) {
  await page.setViewportSize({ width, height: tall && width > 400 ? 1150 : HEIGHTS[width] });
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
  await page.screenshot({ path: `${folder}/${name}-${width}-${scheme}.png` });
}

async function take(page, [name, screen, { dark, tall, before, after } = {}]) {
  await before?.(page);
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: HEIGHTS[width] });
    await page.goto(`${setting("API_URL")}/app/w/acme-boards/${address(screen, known)}`);
    await settled(page);
    await after?.(page);
    await shoot(page, name, width, "light", tall);
    if (dark) await shoot(page, name, width, "dark", tall);
  }
  await page.unrouteAll({ behavior: "ignoreErrors" });
}

/** A page that is no workspace's. */
async function takeAlone(page, name) {
  await page.goto(`${setting("API_URL")}/app/${name}`);
  await settled(page);
  for (const width of [1280, 360]) await shoot(page, name, width, "light");
}

const browser = await launch();
try {
  const context = await browser.newContext({ locale: "en-GB", viewport: { width: 1280, height: HEIGHTS[1280] } });
  const page = await context.newPage();
  for (const name of ["sign-up", "reset", "sign-in"]) await takeAlone(page, name);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Today" }).waitFor();
  for (const shot of SHOTS) await take(page, shot);
  for (const name of ["account", "start"]) await takeAlone(page, name);
} finally {
  await browser.close();
}
