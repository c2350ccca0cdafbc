import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { require, setting } from "./stack.js";
import { until } from "./visitor.js";

const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const PASSWORD = "correct horse battery 7";

/**
 * Somebody with the dashboard open in a browser of their own. `complaints` is what no visit may have: errors of the
 * console and the page, violations of the policy, refused or failed requests, and questions to a table that name no
 * workspace or ask for a count. A test that breaks something on purpose names the status that may come of it.
 */
export async function openDashboard(browser, path = "/app/", { allowed = [], timezoneId } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, timezoneId });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await context.newPage();
  const complaints = [];
  const asked = [];
  context.on("weberror", (error) => complaints.push(`${error.error()}`));
  context.on("console", (message) => {
    const isExpected = allowed.some((status) => message.text().includes(`status of ${status}`));
    if (["error", "warning"].includes(message.type()) && !isExpected) complaints.push(message.text());
  });
  context.on("response", (response) => {
    if (response.status() >= 400 && !allowed.includes(response.status())) complaints.push(`${response.status()} ${response.url()}`);
  });
  context.on("request", (request) => {
    const { pathname, searchParams, origin } = new URL(request.url());
    if (!pathname.startsWith("/rest/v1/") || request.method() === "OPTIONS") return;
    asked.push({ url: request.url(), method: request.method(), body: request.postData(), origin });
    if (/count=/.test(request.headers().prefer ?? "")) complaints.push(`a count is asked for: ${request.url()}`);
    if (pathname.startsWith("/rest/v1/rpc/") || request.method() === "POST") return;
    const column = pathname === "/rest/v1/workspaces" ? "id" : "workspace_id";
    if (!searchParams.get(column)?.startsWith("eq.")) complaints.push(`no workspace is named: ${request.url()}`);
  });
  await page.goto(setting("API_URL") + path);
  let base;
  const email = `alice.${randomUUID().slice(0, 8)}@example.com`;

  const founder = {
    page,
    context,
    complaints,
    asked,
    email,
    base: () => base,

    /** `isThere`: by the form that a link has led to. */
    async signUp({ isThere = false } = {}) {
      if (!isThere) await page.goto(`${setting("API_URL")}/app/sign-up`);
      await page.getByLabel("Email").fill(email);
      await page.getByLabel("Password").fill(PASSWORD);
      await page.getByRole("button", { name: "Create the account" }).click();
      await page.getByRole("heading", { name: "Your workspace" }).waitFor();
    },

    async makeWorkspace(name) {
      await page.getByLabel("Name of your product").fill(name);
      await page.getByRole("button", { name: "Make the workspace" }).click();
      await page.getByRole("heading", { name: "Setup", exact: true }).waitFor();
      const slug = new URL(page.url()).pathname.split("/")[3];
      base = `${setting("API_URL")}/app/w/${slug}`;
      return slug;
    },

    /** Opens a screen of the workspace that was made last: "settings/keys". */
    async open(screen, heading) {
      await page.goto(`${base}/${screen}`);
      await page.getByRole("heading", { name: heading, exact: true }).waitFor();
    },

    press: (name) => page.getByRole("button", { name, exact: true }).first().click(),

    /** Makes the tag and answers its key. */
    async makeTag() {
      await page.getByRole("button", { name: "Make my tag" }).click();
      const tag = await page.getByLabel("The script tag").innerText();
      return /pk_\w+/.exec(tag)[0];
    },

    /** Posts to one of our endpoints as whoever is signed in. */
    async post(path, body) {
      const headers = { "content-type": "application/json", authorization: `Bearer ${await founder.token()}` };
      const response = await fetch(setting("API_URL") + path, { method: "POST", headers, body: JSON.stringify(body) });
      return response.json();
    },

    /** The id of the workspace that was made last. */
    async workspaceId() {
      const { workspaces } = await founder.rest("rpc/my_workspaces", {});
      return workspaces.find(({ slug }) => base.endsWith(`/${slug}`)).id;
    },

    /** Asks the Data API as whoever is signed in: "rpc/my_workspaces", "templates". */
    async rest(path, body) {
      const headers = {
        apikey: setting("SUPABASE_PUBLISHABLE_KEY"), "content-type": "application/json", authorization: `Bearer ${await founder.token()}`,
      };
      const response = await fetch(`${setting("SUPABASE_URL")}/rest/v1/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
      if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
      return response.json().catch(() => null);
    },

    /** Makes a secret key, as a server has it. */
    async makeSecretKey() {
      await founder.open("settings/keys", "API keys");
      await page.getByLabel("Kind").selectOption("secret");
      await founder.press("Make the key");
      return page.getByLabel("The new key", { exact: true }).innerText();
    },

    /** The access token of whoever is signed in. */
    token: () => page.evaluate(() => JSON.parse(localStorage["conversioncrm-session"]).access_token),

    /** The id of the contact of that name. */
    async contactId(name) {
      await founder.open("contacts", "Contacts");
      const href = await page.getByRole("link", { name }).getAttribute("href");
      return href.split("/").at(-1);
    },

    /** The list, the sum of its reasons, the contact's own page and /api/score all give the contact that score. */
    async assertScore(name, score) {
      const contactId = await founder.contactId(name);
      const row = page.getByRole("listitem").filter({ hasText: name });
      const listed = Number(await row.locator(".score b").innerText());
      await row.getByRole("button", { name: /^Why/ }).click();
      const said = [await sumOf(row.locator(".breakdown"))];
      await row.getByRole("link", { name }).click();
      await page.getByRole("heading", { name, exact: true }).waitFor();
      said.push(await sumOf(page.locator(".breakdown")));
      const shown = Number(await page.locator(".headline .score b").innerText());
      const workspaceId = await founder.workspaceId();
      const api = await founder.post("/api/score", { workspaceId, contactId });
      const parts = api.breakdown.reduce((sum, { points }) => sum + Math.round(points * 100), 0) / 100;
      assert.deepEqual({ listed, shown, said, parts, api: api.score }, { listed: score, shown: score, said: [score, score], parts: score, api: score }, name);
    },

    /** Presses Tab until that has the focus. */
    async tabTo(target) {
      for (let presses = 0; presses < 40; presses++) {
        await page.keyboard.press("Tab");
        if (await target.evaluate((element) => element === document.activeElement)) return;
      }
      throw new Error(`the Tab key never gets to ${target}`);
    },

    close: () => context.close(),
  };
  return founder;
}

/** The points of a breakdown, added up by us, which have to be what its last line says. */
async function sumOf(table) {
  await table.getByRole("row", { name: "Sum" }).waitFor();
  const number = (text) => Number(text.replace("−", "-"));
  const parts = (await table.locator("tbody td.number").allInnerTexts()).map((text) => Math.round(number(text) * 100));
  const sum = parts.reduce((total, part) => total + part, 0) / 100;
  assert.equal(number(await table.locator("tfoot td.number").innerText()), sum);
  return sum;
}

// The document is the same in light and dark, so that only its colours are looked at again.
const COLOURS = { runOnly: ["color-contrast", "link-in-text-block"] };
const LOOKS = [["light", 1280, {}], ["light", 360, {}], ["dark", 360, COLOURS], ["dark", 1280, COLOURS]];

/** No violation of axe's rules in light and dark, narrow and wide, and nothing beyond the edge of a small phone. */
export async function assertAccessible({ page }, name) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE); // by the debugger's door, since the policy lets no script in
  for (const [colorScheme, width, rules] of LOOKS) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height: 800 });
    // The frame of a mail runs no script, so that axe would only wait for its answer.
    const options = { resultTypes: ["violations"], iframes: false, ...rules };
    const { violations } = await page.evaluate((chosen) => window.axe.run(chosen), options);
    const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
    assert.deepEqual(found, [], `${name}, ${colorScheme}, ${width}`);
  }
  await page.setViewportSize({ width: 320, height: 640 });
  assert.equal(await beyond(page), 0, `${name} is wider than 320 px`);
  await page.setViewportSize({ width: 1280, height: 800 });
}

/** By how much the page is wider than the window. */
export const beyond = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Sends messages with a key, as a browser or a server would. */
export async function send(key, batch) {
  const isSecret = key.startsWith("sk_");
  const response = await fetch(`${setting("API_URL")}/api/track`, {
    method: "POST",
    headers: isSecret ? { "content-type": "application/json", authorization: `Bearer ${key}` } : { "content-type": "text/plain" },
    body: JSON.stringify(isSecret ? { batch } : { writeKey: key, batch }),
  });
  return response.json();
}

export { until };
