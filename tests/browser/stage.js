// One page and all around it that a test of the widget needs: a site, a proxy for its faults, a key, and the oracle.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { startProxy } from "./fault_proxy.js";
import { startSite } from "./site.js";
import { setting } from "./stack.js";
import { until } from "./visitor.js";

/** Numbers between 0 and 1, the same for the same seed (mulberry32). */
export function seeded(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const wait = (milliseconds) => new Promise((over) => setTimeout(over, milliseconds));

export async function setStage({ browser, sql, workspace, key, seed = 1 }) {
  const random = seeded(seed);
  const run = randomUUID();
  const api = await startProxy(setting("API_URL"));
  const script = { api: api.origin, key };
  const site = await startSite(script);
  const context = await browser.newContext();
  const errors = [];
  const made = [];
  const rows = () => sql`
    select (properties ->> 'n')::integer as n from public.events
    where workspace_id = ${workspace.id} and properties ->> 'run' = ${run} order by n`;

  const stage = {
    api,
    site,
    context,
    key,
    errors,
    random,
    script, // what the site's tag says: {api, key, attributes}

    /** Waits a random time of at most so many milliseconds. */
    pause: (most) => wait(random() * most),

    /** A new tab of the site, with the widget in it. */
    async open(path = "/", origin = site.origin) {
      const page = await context.newPage();
      page.on("pageerror", (error) => errors.push(`${error}`));
      await stage.go(page, path, origin);
      return page;
    },

    async go(page, path = "/", origin = site.origin) {
      await page.goto(origin + path);
      // Not waitForFunction, which a strict content security policy refuses.
      await until(() => page.evaluate(() => Boolean(window.conversioncrm && !window.conversioncrm.push)));
    },

    /** Tracks so many events in one tick; they belong to the oracle once this has returned. */
    async call(page, count = 10) {
      const numbers = Array.from({ length: count }, (_, index) => made.length + index);
      const track = ([run, numbers]) => numbers.forEach((n) => window.conversioncrm.track("Called", { run, n }));
      made.push(...numbers);
      await page.evaluate(track, [run, numbers]);
    },

    /** Some events now and then, as a visitor makes them. */
    async callNowAndThen(page, times = 3) {
      for (let time = 0; time < times; time++) {
        await stage.call(page, 1 + Math.floor(random() * 8));
        await stage.pause(300);
      }
    },

    heal: () => (api.faults.next = () => undefined),

    /** For so many milliseconds every request meets this. */
    fail(fault, milliseconds) {
      const end = performance.now() + milliseconds;
      api.faults.next = () => (performance.now() < end ? fault : undefined);
    },

    /** The set of calls made is the set of rows, each once; nothing was thrown into the page. */
    async eachOnce() {
      await until(async () => (await rows()).length >= made.length, 60);
      await wait(300); // a double would come now
      assert.deepEqual(
        (await rows()).map(({ n }) => n),
        made,
      );
      assert.deepEqual(errors, []);
    },

    async close() {
      await context.close();
      api.close();
      site.close();
    },
  };
  return stage;
}
