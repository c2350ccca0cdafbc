// What the widget costs a page and how it behaves in one, in a real Chromium against the real stack.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { launch } from "./chromium.js";
import { tag } from "./site.js";
import { connect } from "./stack.js";
import { setStage, wait } from "./stage.js";
import { until } from "./visitor.js";
import { newWorkspace } from "./workspace.js";

const built = (name) => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");
const sql = connect();
let browser;
let workspace;
let stage;
before(async () => {
  [browser, workspace] = await Promise.all([launch(), newWorkspace(sql, 30)]);
});
beforeEach(async () => (stage = await setStage({ browser, sql, workspace, key: workspace.keys.pop() })));
afterEach(() => stage.close());
after(() => Promise.all([browser?.close(), sql.end()]));

const sent = () => stage.api.requests.flatMap(({ batch }) => batch);
const pageViews = () => sent().filter(({ type }) => type === "page");
const ourKeys = (page) =>
  page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("conversioncrm")));
/** A script that is always the same and, as the widget does at its start, runs much that never ran before. */
const FLOOR = Array.from({ length: 260 }, (_, n) => `
  function step${n}(value) { const made = { key${n}: value, list: [value, ${n}] }; return made.key${n} + made.list.length; }
  sum += step${n}(${n}); if (${n} % 20 === 0) addEventListener("floor${n}", step${n});`).join("");
const FLOOR_MS = 2.1; // what it takes at best on the machine for which the limit is meant
const tenThousand = () =>
  new Promise((resolve) => {
    const long = [];
    const observer = new PerformanceObserver((list) => long.push(...list.getEntries()));
    observer.observe({ type: "longtask" });
    setTimeout(() => {
      const began = performance.now();
      for (let n = 0; n < 10_000; n++) window.conversioncrm.track("Looped", { n });
      const took = performance.now() - began;
      setTimeout(() => {
        for (const entry of observer.takeRecords()) long.push(entry);
        resolve({ took, long: long.filter(({ startTime }) => startTime >= began - 1).map(({ duration }) => duration) });
      }, 300);
    });
  });

test("the start costs less than 2 ms of the main thread", async () => {
  const timed = (name, script) => `var began = performance.now();\n${script}\nvar ${name} = performance.now() - began;`;
  stage.site.pages["/timed.js"] = { file: `var sum = 0; ${timed("floor", FLOOR)} ${timed("took", built("public/widget.js"))}` };
  const script = { api: "", key: stage.key, file: "timed.js", attributes: `data-api="${stage.api.origin}"` };
  stage.site.pages["/"] = { head: tag(script) };
  const best = { took: Infinity, floor: Infinity };
  // The long proofs take the limit as it is.
  const slower = () => (process.env.PROVE === "1" ? 1 : Math.max(1, best.floor / FLOOR_MS));
  const holds = () => best.took < 2 * slower();
  // A busy machine adds to both, and takes nothing away.
  for (let visits = 0; visits < 5 || (visits < 40 && !holds()); visits++) {
    const visitor = await browser.newContext();
    const page = await visitor.newPage();
    await page.goto(stage.site.origin);
    const visit = await page.evaluate(() => ({ took: window.took, floor: window.floor }));
    for (const name of ["took", "floor"]) best[name] = Math.min(best[name], visit[name]);
    await visitor.close();
  }
  console.log(`start: ${best.took.toFixed(1)} ms at best, where the floor took ${best.floor.toFixed(1)}`);
  assert.ok(holds());
});

test("a loop of 10,000 calls is no long task", async () => {
  const loops = [];
  while (loops.length < 20 && !loops.some(({ long }) => long.length === 0)) loops.push(await (await stage.open()).evaluate(tenThousand));
  console.log(`10,000 calls: ${loops.map(({ took }) => took.toFixed(0)).join(" ")} ms`);
  // The machine may be busy with something else, but not each time.
  assert.ok(loops.some(({ long }) => long.length === 0), JSON.stringify(loops));
});

test("30 events of one tick are one request", async () => {
  const page = await stage.open();
  await until(() => sent().length === 1); // the page view
  await stage.call(page, 30);
  await stage.eachOnce();
  assert.equal(stage.api.requests.length, 2);
});

for (const signal of ["globalPrivacyControl", "doNotTrack"]) {
  test(`with ${signal} there is no request and no key`, async () => {
    await stage.context.addInitScript((name) => {
      Object.defineProperty(Navigator.prototype, name, { get: () => (name === "doNotTrack" ? "1" : true) });
    }, signal);
    const page = await stage.open();
    await page.evaluate(() => window.conversioncrm.track("Called"));
    await page.reload();
    await wait(1500);
    assert.equal(sent().length, 0);
    assert.deepEqual(await page.evaluate(() => Object.keys(localStorage)), []);
  });
}

test("until consent is given there is no key, and a denial leaves none", async () => {
  stage.script.attributes = 'data-consent="pending"';
  const page = await stage.open();
  await stage.call(page);
  await wait(500);
  assert.deepEqual([sent().length, await ourKeys(page)], [0, []]);
  await page.evaluate(() => window.conversioncrm.consent("granted"));
  await stage.eachOnce();
  await page.evaluate(() => window.conversioncrm.consent("denied"));
  assert.deepEqual(await ourKeys(page), []);
});

test("one global and no cookie is all that a page sees of it", async () => {
  stage.site.pages["/empty"] = { head: "" };
  const bare = await stage.context.newPage();
  await bare.goto(`${stage.site.origin}/empty`);
  const names = () => Object.getOwnPropertyNames(window);
  const before = new Set(await bare.evaluate(names));
  const page = await stage.open();
  await until(() => sent().length === 1);
  assert.deepEqual(
    (await page.evaluate(names)).filter((name) => !before.has(name)),
    ["conversioncrm"],
  );
  assert.deepEqual(await stage.context.cookies(), []);
});

test("the ES module does the same, without a global", async () => {
  stage.site.pages["/module.js"] = { file: built("widget/dist/index.js") };
  stage.site.pages["/main.js"] = {
    file: `import { start } from "./module.js";
      const crm = start(${JSON.stringify(stage.script)});
      crm.track("From a module");
      document.title = String(start({ key: "other" }) === crm) + ("conversioncrm" in window);`,
  };
  stage.site.pages["/"] = { head: '<script type="module" src="/main.js"></script>' };
  const page = await stage.context.newPage();
  await page.goto(stage.site.origin);
  await until(() => sent().length === 2);
  assert.equal(await page.title(), "truefalse");
  assert.deepEqual(
    sent().map(({ type }) => type),
    ["page", "track"],
  );
});

test("each path or query of a single-page application is one page view", async () => {
  const page = await stage.open();
  await page.evaluate(() => {
    for (const address of ["/boards", "/boards", "/boards?tab=2", "/boards?tab=2#top"]) {
      history.pushState({}, "", address);
    }
  });
  await page.goBack();
  await page.goBack();
  await until(() => pageViews().length === 4);
  await wait(1200);
  assert.deepEqual(
    pageViews().map(({ properties }) => properties.path),
    ["/", "/boards", "/boards", "/boards"],
  );
});

test("a page that the back/forward cache gives back counts once more", async () => {
  const page = await stage.open();
  await page.evaluate(() => addEventListener("pageshow", ({ persisted }) => (window.cached = persisted)));
  await until(() => sent().length === 1 && stage.api.requests.length === 1);
  await wait(300);
  stage.site.pages["/empty"] = { head: "" };
  await page.goto(`${stage.site.origin}/empty`);
  await page.goBack({ waitUntil: "commit" });
  await until(() => page.evaluate(() => window.cached));
  await until(() => pageViews().length === 2);
  await wait(1200);
  assert.equal(pageViews().length, 2);
});

test("a page rendered in advance counts when it is seen", async () => {
  const rules = JSON.stringify({ prerender: [{ source: "list", urls: ["/next"] }] });
  const head = `<script type="speculationrules">${rules}</script>`;
  stage.site.pages["/"] = { head, body: '<a href="/next">Next</a>' };
  const page = await stage.context.newPage();
  await page.goto(stage.site.origin);
  await until(() => stage.site.seen.includes("/next"));
  await wait(1500);
  assert.equal(sent().length, 0);
  await page.getByText("Next").click();
  await until(() => pageViews().length === 1);
  assert.equal(stage.site.seen.filter((path) => path === "/next").length, 1, "it was not rendered in advance");
});

test("a click on data-track is an event, whatever the page's handlers do, and does what it did before", async () => {
  const body = '<a href="/next" data-track="Upgrade Clicked"><b>Upgrade</b></a>';
  stage.site.pages["/"] = { body };
  const page = await stage.open();
  await page.evaluate(() => document.querySelector("a").addEventListener("click", (click) => click.stopPropagation()));
  await page.getByText("Upgrade").click();
  await page.waitForURL("**/next");
  await until(() => sent().some(({ event }) => event === "Upgrade Clicked"));
});

test("who it is and which company they belong to reach the contact", async () => {
  const page = await stage.open();
  const id = `ada-${stage.key.slice(-8)}`;
  await page.evaluate((id) => {
    window.conversioncrm.identify(id, { plan: "free" });
    window.conversioncrm.group("acme", { size: 3 });
  }, id);
  const contact = () => sql`
    select t.key, t.value from public.traits as t join public.identities as i on i.id = t.identity_id
    where i.workspace_id = ${workspace.id} and i.value = ${id} order by t.key`;
  await until(async () => (await contact()).length === 2);
  assert.deepEqual(
    [...(await contact())].map(({ value }) => value),
    [{ id: "acme", size: 3 }, "free"],
  );
});

test("how many events had to be dropped is in the rows that follow", async () => {
  const page = await stage.open();
  await page.evaluate(() => localStorage.setItem("conversioncrm:dropped", "7"));
  await page.reload();
  const told = () => sql`
    select 1 from public.events where workspace_id = ${workspace.id} and context @> '{"dropped": 7}'`;
  await until(async () => (await told()).length > 0);
});

test("ten tabs opened at once take turns with what was left behind", async () => {
  const page = await stage.open();
  await until(() => sent().length === 1);
  stage.fail(500, 60_000);
  await stage.call(page, 18);
  await until(() => stage.api.requests.length > 1);
  await page.close();
  stage.heal();
  stage.api.requests.splice(0);
  await Promise.all(Array.from({ length: 10 }, () => stage.open()));
  await stage.eachOnce();
  await until(() => new Set(pageViews().map(({ messageId }) => messageId)).size === 10);
  const ids = sent().map(({ messageId }) => messageId);
  console.log(`ten tabs: ${ids.length} sent, ${new Set(ids).size} different`);
  // Without turns each would be sent ten times. Some come twice: a lock is handed on faster than the news of what
  // was sent.
  assert.ok(ids.length < 2 * new Set(ids).size);
});
