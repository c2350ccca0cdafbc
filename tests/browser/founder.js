import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { require, setting } from "./stack.js";
import { until } from "./visitor.js";

const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const PASSWORD = "correct horse battery 7";

/**
 * Somebody with the dashboard open in a browser of their own. `complaints` is what no visit may have: errors of the
 * console and the page, violations of the policy, refused or failed requests, and questions to a table that name no
 * workspace or ask for a count. A test that breaks something on purpose names the status that may come of it.
 */
export async function openDashboard(browser, path = "/app/", { allowed = [] } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await context.newPage();
  const complaints = [];
  const asked = [];
  page.on("pageerror", (error) => complaints.push(`${error}`));
  page.on("console", (message) => {
    const isExpected = allowed.some((status) => message.text().includes(`status of ${status}`));
    if (["error", "warning"].includes(message.type()) && !isExpected) complaints.push(message.text());
  });
  page.on("response", (response) => {
    if (response.status() >= 400 && !allowed.includes(response.status())) complaints.push(`${response.status()} ${response.url()}`);
  });
  page.on("request", (request) => {
    const { pathname, searchParams, origin } = new URL(request.url());
    if (!pathname.startsWith("/rest/v1/") || request.method() === "OPTIONS") return;
    asked.push({ url: request.url(), method: request.method(), body: request.postData(), origin });
    if (/count=/.test(request.headers().prefer ?? "")) complaints.push(`a count is asked for: ${request.url()}`);
    if (pathname.startsWith("/rest/v1/rpc/") || request.method() === "POST") return;
    const column = pathname === "/rest/v1/workspaces" ? "id" : "workspace_id";
    if (!searchParams.get(column)?.startsWith("eq.")) complaints.push(`no workspace is named: ${request.url()}`);
  });
  await page.goto(setting("API_URL") + path);
  const email = `alice.${randomUUID().slice(0, 8)}@example.com`;

  const founder = {
    page,
    context,
    complaints,
    asked,
    email,

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
      return new URL(page.url()).pathname.split("/")[3];
    },

    /** Makes the tag and answers its key. */
    async makeTag() {
      await page.getByRole("button", { name: "Make my tag" }).click();
      const tag = await page.getByLabel("The script tag").innerText();
      return /pk_\w+/.exec(tag)[0];
    },

    /** The access token of whoever is signed in. */
    token: () => page.evaluate(() => JSON.parse(localStorage["conversioncrm-session"]).access_token),

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

/** No violation of axe's rules in light and dark, narrow and wide, and nothing beyond the edge of a small phone. */
export async function assertAccessible({ page }, name) {
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [360, 1280]) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: 800 });
      await page.evaluate(AXE); // by the debugger's door, since the policy lets no script in
      const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ["violations"] }));
      const found = violations.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
      assert.deepEqual(found, [], `${name}, ${colorScheme}, ${width}`);
    }
  }
  await page.setViewportSize({ width: 320, height: 640 });
  const beyond = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(beyond, 0, `${name} is wider than 320 px`);
  await page.setViewportSize({ width: 1280, height: 800 });
}

/** A founder's product: a page with that tag in it, on a server of its own. */
export async function serveProduct(tag) {
  const server = createServer((_, response) => {
    response.setHeader("Content-Type", "text/html");
    response.end(`<!doctype html><title>Acme</title><link rel="icon" href="data:,">${tag}`);
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

/** Sends messages with a key, as a browser would. */
export async function send(key, batch) {
  const response = await fetch(`${setting("API_URL")}/api/track`, {
    method: "POST",
    headers: { "content-type": "text/plain" },
    body: JSON.stringify({ writeKey: key, batch }),
  });
  return response.json();
}

export { until };
