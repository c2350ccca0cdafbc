// Whatever goes wrong, the set of calls made on the page is the set of rows in the database, each once.
//
// A real Chromium and the real stack; a proxy before the API makes the faults, so that cases run side by side. Each
// case runs once, with PROVE=1 twenty times, its moments drawn from SEED.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { file, integrity } from "./built.js";
import { launch } from "./chromium.js";
import { tag } from "./site.js";
import { connect } from "./stack.js";
import { setStage, wait } from "./stage.js";
import { until } from "./visitor.js";
import { newWorkspace } from "./workspace.js";

const ROUNDS = process.env.PROVE === "1" ? 20 : 1;
const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
const DAY = 86_400_000;
const cases = [];
const fault = (name, act) => cases.push({ name, act });

fault("500 for 3 s", async (stage) => {
  const page = await stage.open();
  stage.fail(500, 3000);
  await stage.callNowAndThen(page);
});

fault("500 for 12 s", async (stage) => {
  const page = await stage.open();
  stage.fail(500, 12_000);
  await stage.callNowAndThen(page, 8);
});

fault("429 with Retry-After", async (stage) => {
  const page = await stage.open();
  stage.fail([429, { "Retry-After": "2" }], 3000);
  await stage.callNowAndThen(page);
  await stage.eachOnce();
  const limited = stage.api.requests.filter(({ at }, index, all) => index && at - all[index - 1].at < 900);
  assert.deepEqual(limited, [], "two requests within a second");
});

fault("the answer is lost after the commit", async (stage) => {
  const page = await stage.open();
  stage.fail("lose", 2000);
  await stage.callNowAndThen(page);
});

fault("the connection breaks before anything is read", async (stage) => {
  const page = await stage.open();
  stage.fail("refuse", 2000);
  await stage.callNowAndThen(page);
});

fault("offline", async (stage) => {
  const page = await stage.open();
  await stage.pause(1000);
  await stage.context.setOffline(true);
  await stage.callNowAndThen(page);
  await stage.context.setOffline(false);
});

fault("leaving and coming back while the API is down", async (stage) => {
  const page = await stage.open();
  stage.fail(503, 6000);
  await stage.callNowAndThen(page);
  await page.goto("about:blank");
  await stage.pause(1000);
  await stage.go(page);
  await stage.call(page);
});

fault("two tabs closed while the API is down", async (stage) => {
  const tabs = [await stage.open(), await stage.open()];
  stage.fail(500, 60_000);
  await Promise.all(tabs.map((tab) => stage.callNowAndThen(tab)));
  for (const tab of tabs) await tab.close();
  await stage.pause(1000);
  stage.heal();
  await stage.open();
});

for (const [where, origin] of Object.entries({ "of the same origin": "origin", "of another origin": "elsewhere" })) {
  fault(`navigation to a page ${where} mid-flight`, async (stage) => {
    const page = await stage.open();
    stage.fail({ late: 400 }, 60_000);
    await stage.callNowAndThen(page);
    await stage.call(page);
    await stage.pause(300);
    await page.goto(stage.site[origin] + "/next");
  });
}

fault("reload mid-flight", async (stage) => {
  const page = await stage.open();
  stage.fail({ late: 400 }, 60_000);
  await stage.callNowAndThen(page);
  await stage.pause(300);
  await page.reload();
  await stage.call(page).catch(() => {}); // the new page may not have the widget yet
});

fault("a form is posted mid-flight", async (stage) => {
  const page = await stage.open();
  stage.fail({ late: 400 }, 60_000);
  await stage.callNowAndThen(page);
  await stage.call(page);
  await Promise.all([page.waitForURL("**/form"), page.click("#post")]);
});

fault("the tab crashes", async (stage) => {
  const page = await stage.open();
  stage.fail(500, 60_000);
  await stage.callNowAndThen(page);
  await wait(1000); // Chromium writes localStorage down in the background
  const crashed = page.waitForEvent("crash");
  page.goto("chrome://crash").catch(() => {});
  await crashed;
  stage.heal();
  await stage.open();
});

fault("the back/forward cache", async (stage) => {
  const page = await stage.open();
  stage.fail(500, 4000);
  await stage.callNowAndThen(page);
  await page.goto(`${stage.site.elsewhere}/plain`);
  await stage.pause(2000);
  await page.goBack({ waitUntil: "commit" });
  await stage.call(page);
});

fault("ten tabs", async (stage) => {
  stage.fail(500, 5000);
  const tabs = [];
  for (let n = 0; n < 10; n++) tabs.push(await stage.open());
  await Promise.all(tabs.map((tab) => stage.call(tab, 3)));
});

fault("no Web Locks", async (stage) => {
  await stage.context.addInitScript(() => delete Navigator.prototype.locks);
  stage.fail(500, 3000);
  const tabs = [await stage.open(), await stage.open()];
  await Promise.all(tabs.map((tab) => stage.callNowAndThen(tab)));
  await (await stage.open()).close();
});

fault("storage is full", async (stage) => {
  const page = await stage.open();
  await page.evaluate(() => {
    for (let size = 2 ** 22; size >= 1; size /= 2) {
      try {
        for (let n = 0; n < 100; n++) localStorage.setItem(`theirs-${size}-${n}`, "x".repeat(size));
      } catch {
        // that much does not fit any more
      }
    }
  });
  stage.fail(500, 2000);
  await stage.callNowAndThen(page);
});

fault("storage is blocked", async (stage) => {
  // An origin of its own, for which browsers refuse storage and locks.
  stage.site.pages["/"] = { headers: { "content-security-policy": "sandbox allow-scripts" } };
  const page = await stage.open();
  assert.match(await page.evaluate(() => String(Reflect.has(window, "origin") && window.origin)), /null/);
  stage.fail(500, 2000);
  await stage.callNowAndThen(page);
});

fault("storage is cleared mid-flight", async (stage) => {
  const page = await stage.open();
  stage.fail(500, 3000);
  await stage.callNowAndThen(page);
  await page.evaluate(() => localStorage.clear());
  await stage.callNowAndThen(page, 1);
});

for (const days of [1, -1]) {
  fault(`the clock is ${days} day off, then set right`, async (stage) => {
    await stage.context.addInitScript((shift) => {
      const real = Date.now;
      window.setRight = () => sessionStorage.setItem("right", "1");
      Date.now = () => real() + (sessionStorage.getItem("right") ? 0 : shift);
    }, days * DAY);
    const page = await stage.open();
    await stage.call(page);
    await until(() => stage.api.requests.length > 0);
    stage.fail(500, 2500);
    await stage.callNowAndThen(page);
    await page.evaluate(() => window.setRight());
    await stage.call(page);
    await stage.pause(300);
    await page.reload();
  });
}

fault("an event that the API refuses, in the middle of a batch", async (stage) => {
  const page = await stage.open();
  const poison = () => page.evaluate(() => window.conversioncrm.track("x".repeat(300)));
  stage.api.faults.next = (batch) => (batch.some(({ event = "" }) => event.length > 200) ? 422 : undefined);
  await stage.call(page, 1 + Math.floor(stage.random() * 12));
  await poison();
  await stage.call(page, 1 + Math.floor(stage.random() * 12));
  await stage.eachOnce();
  await until(async () => (await page.evaluate(() => Object.keys(localStorage).length)) <= 1, 60);
});

fault("another script has used up what may be sent with keepalive", async (stage) => {
  const page = await stage.open();
  await page.evaluate(() => {
    for (let n = 0; n < 2; n++) {
      fetch("/slow", { method: "POST", body: "x".repeat(32_000), keepalive: true }).catch(() => {});
    }
  });
  await stage.callNowAndThen(page);
});

fault("the script is loaded late", async (stage) => {
  stage.site.pages["/"] = { head: '<script src="/stub.js"></script>' };
  const page = await stage.context.newPage();
  await page.goto(stage.site.origin);
  await stage.callNowAndThen(page);
  await page.evaluate(({ api, key }) => {
    const script = document.createElement("script");
    script.src = `${api}/widget.js`;
    script.dataset.key = key;
    document.head.append(script);
  }, stage.script);
  await stage.call(page);
});

fault("the script is loaded twice", async (stage) => {
  stage.site.pages["/"] = { head: tag(stage.script) + tag(stage.script) };
  const page = await stage.open();
  stage.fail(500, 1000);
  await stage.callNowAndThen(page);
});

fault("the script is blocked", async (stage) => {
  const blocked = tag({ ...stage.script, api: "http://127.0.0.1:9" });
  stage.site.pages["/"] = { head: `<script src="/stub.js"></script>${blocked}` };
  const page = await stage.context.newPage();
  page.on("pageerror", (error) => stage.errors.push(`${error}`));
  await page.goto(stage.site.origin);
  // These calls are lost, as docs/widget.md says; the page goes on, and so does the next that has the script.
  await page.evaluate(() => window.conversioncrm.track("Lost"));
  stage.site.pages["/"] = {};
  await stage.go(page);
  await stage.call(page);
});

fault("a strict content security policy, with the script's hash", async (stage) => {
  const api = stage.api.origin;
  const csp = `default-src 'none'; script-src ${api}; connect-src ${api}; require-trusted-types-for 'script'`;
  const script = { ...stage.script, file, attributes: `integrity="${integrity}" crossorigin` };
  stage.site.pages["/"] = { head: tag(script), headers: { "content-security-policy": csp } };
  const page = await stage.open();
  page.on("console", (message) => message.type() === "error" && stage.errors.push(message.text()));
  await stage.callNowAndThen(page);
});

describe(`every call is one row (seed ${SEED}, ${ROUNDS} × ${cases.length})`, { concurrency: 12 }, () => {
  const sql = connect();
  let browser;
  let workspace;
  before(async () => {
    [browser, workspace] = await Promise.all([launch(), newWorkspace(sql, cases.length * ROUNDS)]);
  });
  after(() => Promise.all([browser?.close(), sql.end()]));

  for (let round = 0; round < ROUNDS; round++) {
    cases.forEach(({ name, act }, index) => {
      it(ROUNDS > 1 ? `${name}, round ${round + 1}` : name, async () => {
        const number = round * cases.length + index;
        const key = workspace.keys[number];
        const stage = await setStage({ browser, sql, workspace, key, seed: SEED + number });
        try {
          await act(stage);
          await stage.eachOnce();
        } finally {
          await stage.close();
        }
      });
    });
  }
});
