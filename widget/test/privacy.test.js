import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { openPage, seconds, Storage, until } from "./page.js";
import { startServer } from "./server.js";

let server;
before(async () => (server = await startServer()));
beforeEach(() => server.requests.splice(0));
after(() => server.close());

const pages = [];
const open = (options) => {
  pages.push(openPage({ api: server.origin, ...options }));
  return pages.at(-1);
};
afterEach(() => pages.splice(0).forEach((page) => page.close()));
const traces = (page) => Object.keys(page.storage).length + page.fetches.length;

for (const navigator of [{ globalPrivacyControl: true }, { doNotTrack: "1" }]) {
  test(`${Object.keys(navigator)} means no request, no key, and what was kept before is gone`, async () => {
    const storage = new Storage();
    storage["conversioncrm:anonymousId"] = "before";
    const page = open({ navigator, storage });
    page.widget.track("Project Created");
    page.widget.consent("granted");
    page.widget.identify("ada");
    page.leave();
    await seconds(5);
    assert.equal(traces(page), 0);
  });

  test(`a founder may configure otherwise about ${Object.keys(navigator)}`, async () => {
    open({ navigator, data: { signals: "ignore" } });
    await until(() => server.events().length === 1);
  });
}

test("other values of doNotTrack are no wish", async () => {
  for (const doNotTrack of ["0", "unspecified", null]) open({ navigator: { doNotTrack } });
  await until(() => server.events().length === 3);
});

test("until consent is given events are in memory alone; then they are sent as they were made", async () => {
  const page = open({ data: { consent: "pending" } });
  page.widget.track("Project Created");
  page.location.pathname = "/boards";
  page.history.pushState();
  page.leave();
  await seconds(5);
  assert.equal(traces(page), 0);
  const granted = Date.now();
  page.widget.consent("granted");
  await until(() => server.events().length === 3);
  assert.deepEqual(
    server.events().map(({ context }) => context.page.path),
    ["/pricing", "/pricing", "/boards"],
  );
  for (const { timestamp } of server.events()) assert.ok(timestamp < granted);
});

test("a stub's consent is heard before what it holds", async () => {
  const stub = [
    ["track", ["Early"], Date.now()],
    ["consent", ["granted"], Date.now()],
  ];
  open({ data: { consent: "pending" }, stub });
  await until(() => server.events().length === 2);
});

test("consent denied wipes memory and storage, and nothing follows", async () => {
  const storage = new Storage();
  storage.theirs = "1";
  const page = open({ storage, data: { consent: "pending" } });
  page.widget.track("Project Created");
  page.widget.consent("denied");
  page.widget.track("Invite Sent");
  page.leave();
  await seconds(5);
  assert.deepEqual(Object.keys(storage), ["theirs"]);
  assert.equal(page.fetches.length, 0);
});

test("consent withdrawn wipes what waits, and what is on its way does not come back", async () => {
  const down = await startServer(() => 500);
  const page = openPage({ api: down.origin });
  await until(() => down.requests.length === 1);
  page.widget.track("Invite Sent");
  page.widget.flush();
  page.widget.consent("denied");
  await until(() => down.requests.length === 2);
  await seconds(20);
  assert.deepEqual(Object.keys(page.storage), []);
  assert.equal(down.requests.length, 2);
  down.close();
});

test("consent given again after a denial begins with somebody new", async () => {
  const page = open();
  await until(() => server.events().length === 1);
  page.widget.consent("denied");
  page.widget.consent("granted");
  page.widget.track("Project Created");
  await until(() => server.events().length === 2);
  const [first, second] = server.events();
  assert.notEqual(first.anonymousId, second.anonymousId);
});
