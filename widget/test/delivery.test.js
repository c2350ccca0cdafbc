import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { blocked, createLocks, full, openPage, seconds, Storage, until } from "./page.js";
import { startServer } from "./server.js";

const running = [];
afterEach(() => running.splice(0).forEach((thing) => thing.close()));

const serve = async (answer) => {
  const server = await startServer(answer);
  running.push(server);
  return server;
};
const open = (server, options) => {
  const page = openPage({ api: server.origin, ...options });
  running.push(page);
  return page;
};
const names = (batch) => batch.map(({ event, type }) => event ?? type);
const unsent = (storage) => Object.keys(storage).filter((key) => key.startsWith("conversioncrm:pk_test:"));
const DAY = 86_400_000;
let left = 0;
/** An event that an earlier page left behind, so long ago. */
const leaveBehind = (storage, event, age = 0) => {
  const timestamp = Date.now() - age;
  const messageId = `00000000-0000-4000-8000-000000000000-${++left}`;
  const key = `conversioncrm:pk_test:${timestamp}:${messageId}`;
  storage[key] = JSON.stringify({ timestamp, messageId, type: "track", event });
  return key;
};
/** Seconds on the page's clock between a request and the next. */
const pause = ({ fetches }, from) => fetches[from + 1] - fetches[from];
const numbered = (widget, count, properties) => {
  for (let n = 1; n <= count; n++) widget.track(`${n}`, properties);
};

test("every event has a key of its own in localStorage until the server has committed it", async () => {
  const storage = new Storage();
  const server = await serve();
  open(server, { storage }).widget.track("Invite Sent");
  assert.equal(unsent(storage).length, 2);
  await until(() => unsent(storage).length === 0);
  assert.equal(server.events().length, 2);
});

test("what another tab is just erasing is not sent again", async () => {
  const storage = new Storage();
  storage[leaveBehind(storage, "Erased")] = "";
  const server = await serve();
  open(server, { storage }).widget.track("Kept");
  await until(() => server.events().length > 1);
  assert.deepEqual(names(server.events()), ["page", "Kept"]);
});

test("what is called in one tick goes in one request", async () => {
  const server = await serve();
  numbered(open(server).widget, 30);
  await until(() => server.events().length === 31);
  assert.equal(server.requests.length, 1);
});

test("otherwise a request has at most 20 events, and there is a second between two", async () => {
  const server = await serve();
  const storage = new Storage();
  for (let n = 0; n < 50; n++) leaveBehind(storage, `${n}`, (50 - n) * 10);
  const page = open(server, { storage });
  await until(() => unsent(storage).length === 0);
  assert.deepEqual(
    server.requests.map(({ body }) => body.batch.length),
    [20, 20, 11],
  );
  assert.ok(pause(page, 0) > 0.9 && pause(page, 1) > 0.9);
});

test("a request holds at most 30 KB, in bytes and not in letters", async () => {
  const server = await serve();
  numbered(open(server).widget, 10, { note: "é".repeat(4000) });
  await until(() => server.events().length === 11);
  for (const { text } of server.requests) assert.ok(Buffer.byteLength(text) <= 30_000);
});

test("an event larger than a batch goes alone", async () => {
  const server = await serve();
  open(server).widget.track("Big", { note: "é".repeat(35_000) });
  await until(() => server.events().length === 2);
  assert.deepEqual(
    server.requests.map(({ body }) => names(body.batch)),
    [["page"], ["Big"]],
  );
});

test("after a 500 the same events come again, later each time, with sentAt of the attempt", async () => {
  const server = await serve((_, number) => (number <= 3 ? 500 : 200));
  const storage = new Storage();
  const page = open(server, { storage });
  await until(() => server.requests.length === 4);
  const bodies = server.requests.map(({ body }) => body);
  assert.equal(new Set(bodies.map(({ batch }) => batch[0].messageId)).size, 1);
  assert.equal(new Set(bodies.map(({ sentAt }) => sentAt)).size, 4);
  assert.ok(pause(page, 2) > 3.9, "the third wait is 4 to 8 s");
});

test("an answer lost after the commit is asked for again, with the same messageId", async () => {
  const server = await serve((_, number) => (number === 1 ? "drop" : 200));
  open(server);
  await until(() => server.requests.length === 2);
  const [first, second] = server.events();
  assert.equal(first.messageId, second.messageId);
});

for (const status of [429, 503]) {
  test(`a ${status} is obeyed: nothing is sent before Retry-After is over, not even by leaving`, async () => {
    const server = await serve((_, number) => (number === 1 ? [status, { "Retry-After": "5" }] : 200));
    const page = open(server);
    await until(() => server.requests.length === 1);
    await seconds(1);
    page.online();
    page.leave();
    await until(() => server.requests.length === 2);
    assert.ok(pause(page, 0) > 4.9);
  });
}

test("Retry-After may be a date", async () => {
  const date = new Date(Date.now() + 9000).toUTCString();
  const server = await serve((_, number) => (number === 1 ? [503, { "Retry-After": date }] : 200));
  const page = open(server);
  await until(() => server.requests.length === 2);
  assert.ok(pause(page, 0) >= 7);
});

test("coming online ends a backoff at once", async () => {
  const server = await serve((_, number) => (number <= 5 ? 500 : 200));
  const page = open(server);
  await until(() => page.fetches.length === 5);
  await seconds(1);
  page.online();
  await until(() => page.fetches.length === 6);
  assert.ok(pause(page, 4) < 16, "the fifth wait is 16 to 32 s");
});

for (const status of [401, 403]) {
  test(`a ${status} stops the sending for this page, and keeps the events for the next`, async () => {
    const storage = new Storage();
    const server = await serve((_, number) => (number === 1 ? status : 200));
    const page = open(server, { storage });
    await until(() => server.requests.length === 1);
    await seconds(1);
    page.widget.track("Invite Sent");
    page.leave();
    await seconds(5);
    assert.equal(server.requests.length, 1);
    open(server, { storage });
    await until(() => unsent(storage).length === 0);
    assert.deepEqual(names(server.requests[1].body.batch).sort(), ["Invite Sent", "page", "page"]);
  });
}

for (const status of [413, 422]) {
  test(`a ${status} halves the batch until the one bad event is found and dropped`, async () => {
    const bad = ({ batch }) => names(batch).includes("13");
    const server = await serve((body) => (bad(body) ? status : 200));
    const storage = new Storage();
    numbered(open(server, { storage }).widget, 39);
    await until(() => unsent(storage).length === 0);
    const stored = server.requests.filter(({ body }) => !bad(body)).flatMap(({ body }) => names(body.batch));
    assert.equal(stored.length, 39);
    assert.equal(new Set(stored).size, 39);
    assert.ok(server.requests.length <= 14, `${server.requests.length} requests`);
  });
}

test("what a page could not send is sent by the next one", async () => {
  let down = true;
  const server = await serve(() => (down ? 503 : 200));
  const storage = new Storage();
  const page = open(server, { storage });
  numbered(page.widget, 3);
  await until(() => server.requests.length === 1);
  page.close();
  down = false;
  server.requests.splice(0);
  open(server, { storage });
  await until(() => unsent(storage).length === 0);
  assert.deepEqual(names(server.events()).sort(), ["1", "2", "3", "page", "page"]);
});

test("a host page that clears localStorage loses no event", async () => {
  const storage = new Storage();
  const server = await serve((_, number) => (number === 1 ? 500 : 200));
  open(server, { storage });
  await until(() => server.requests.length === 1);
  storage.clear();
  await until(() => server.requests.length === 2);
  assert.deepEqual(names(server.requests[1].body.batch), ["page"]);
});

test("another key's events are left alone", async () => {
  const storage = new Storage();
  storage["conversioncrm:pk_other:1:a-1"] = "{}";
  const server = await serve();
  open(server, { storage });
  await until(() => server.events().length === 1 && unsent(storage).length === 0);
  assert.ok(storage["conversioncrm:pk_other:1:a-1"]);
});

test("an event that another tab has sent meanwhile is not sent again", async () => {
  const storage = new Storage();
  const key = leaveBehind(storage, "Left behind");
  const server = await serve((_, number) => (number === 1 ? 500 : 200));
  const page = open(server, { storage });
  await until(() => page.answers === 1);
  page.fire("storage", { key, newValue: "" });
  await until(() => server.requests.length === 2);
  assert.deepEqual(names(server.requests[1].body.batch), ["page"]);
});

test("another tab that clears the storage loses no event of this one", async () => {
  const storage = new Storage();
  const server = await serve((_, number) => (number === 1 ? 500 : 200));
  const page = open(server, { storage });
  await until(() => server.requests.length === 1);
  storage.clear();
  page.fire("storage", { key: null, newValue: null });
  await until(() => server.requests.length === 2);
  assert.deepEqual(names(server.requests[1].body.batch), ["page"]);
});

test("a page that waits for its turn sends when it comes", async () => {
  const locks = createLocks();
  const server = await serve();
  let over;
  locks.request("conversioncrm:pk_test:", () => new Promise((resolve) => (over = resolve)));
  const page = open(server, { navigator: { locks } });
  await seconds(5);
  assert.equal(page.fetches.length, 0);
  over();
  await until(() => server.events().length === 1);
});

test("where asking for a lock fails, events are sent all the same", async () => {
  const server = await serve();
  open(server, { navigator: { locks: { request: () => Promise.reject(new Error("SecurityError")) } } });
  await until(() => server.events().length === 1);
});

for (const end of ["leave", "hide"]) {
  test(`when visitors ${end} the page, what is waiting goes at once, beside a request in flight`, async () => {
    const server = await serve();
    const page = open(server, { storage: blocked });
    await until(() => server.requests.length === 1);
    page.widget.track("Upgrade Clicked");
    page[end]();
    assert.equal(page.fetches.length, 2);
    await until(() => server.requests.length === 2);
    assert.deepEqual(names(server.requests[1].body.batch), ["Upgrade Clicked"]);
  });
}

test("leaving right after the start sends the page view that waited for an idle moment", async () => {
  const server = await serve();
  open(server).leave();
  await until(() => server.events().length === 1);
});

test("flush sends what waits without waiting for its second", async () => {
  const server = await serve();
  const page = open(server);
  await until(() => server.requests.length === 1);
  page.widget.track("Upgrade Clicked");
  page.widget.flush();
  assert.equal(page.fetches.length, 2);
});

test("bodies that a browser may still send when the page is gone sum to less than 64 KiB", async () => {
  const server = await serve(() => "wait");
  const page = open(server, { storage: blocked });
  for (let n = 0; n < 100; n++) page.widget.track(`${n}`, { note: "é".repeat(1000) });
  page.leave();
  const bodies = page.requests.filter(({ keepalive }) => keepalive).map(({ body }) => Buffer.byteLength(body));
  assert.equal(bodies.length, 2);
  assert.ok(bodies[0] + bodies[1] < 65_536);
});

test("after a failure it is tried without keepalive, in case another script has used that up", async () => {
  const server = await serve((_, number) => (number <= 2 ? "drop" : 200));
  const page = open(server);
  await until(() => page.requests.length === 3);
  assert.deepEqual(
    page.requests.map(({ keepalive }) => Boolean(keepalive)),
    [true, false, true],
  );
});

test("a full storage loses nothing that can be sent", async () => {
  const server = await serve();
  open(server, { storage: full() }).widget.track("Invite Sent");
  await until(() => server.events().length === 2);
});

test("at most 999 events are kept, and what had no room is counted in the next event", async () => {
  const storage = new Storage();
  const server = await serve((_, number) => (number === 1 ? 500 : 200));
  const page = open(server, { storage });
  await until(() => server.requests.length === 1);
  await seconds(0.1);
  numbered(page.widget, 1200);
  assert.equal(unsent(storage).length, 999);
  await until(() => server.requests.length === 2);
  page.widget.track("After");
  const { context } = JSON.parse(storage[unsent(storage).sort().at(-1)]);
  assert.equal(context.dropped, 202);
});

test("an event older than 7 days is dropped and counted", async () => {
  const storage = new Storage();
  leaveBehind(storage, "Old", 7 * DAY + 1000);
  leaveBehind(storage, "Young", 7 * DAY - 60_000);
  const server = await serve();
  const page = open(server, { storage });
  await until(() => unsent(storage).length === 0 && server.events().length === 2);
  assert.deepEqual(names(server.events()), ["Young", "page"]);
  page.widget.track("After");
  await until(() => server.events().length === 3);
  assert.equal(server.events()[2].context.dropped, 1);
});

test("the count of dropped events outlives the page", async () => {
  const storage = new Storage();
  leaveBehind(storage, "Old", 8 * DAY);
  const server = await serve();
  const page = open(server, { storage });
  await until(() => page.answers === 1 && unsent(storage).length === 0);
  page.leave();
  open(server, { storage });
  await until(() => server.events().length === 2);
  assert.equal(server.events()[1].context.dropped, 1);
});

test("an event of a clock that was set back since is not one of tomorrow", async () => {
  const storage = new Storage();
  leaveBehind(storage, "Tomorrow's", -DAY);
  const server = await serve();
  open(server, { storage });
  await until(() => unsent(storage).length === 0);
  const { body } = server.requests[0];
  for (const { timestamp } of body.batch) assert.ok(timestamp <= body.sentAt);
});

test("what is no JSON any more is dropped, and keeps nothing else back", async () => {
  const storage = new Storage();
  storage[leaveBehind(storage, "Broken")] = '{"type":';
  const server = await serve((body) => (body ? 200 : 400));
  open(server, { storage }).widget.track("Invite Sent");
  await until(() => unsent(storage).length === 0);
  assert.deepEqual(names(server.events()).sort(), ["Invite Sent", "page"]);
});
