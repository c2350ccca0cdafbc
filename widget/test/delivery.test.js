import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { blocked, openPage, seconds, Storage, until } from "./page.js";
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

test("events of one tick go together, at most 20 a request and a second between requests", async () => {
  const server = await serve();
  const page = open(server);
  numbered(page.widget, 29);
  await until(() => server.events().length === 30);
  assert.deepEqual(
    server.requests.map(({ body }) => body.batch.length),
    [20, 10],
  );
  assert.ok(pause(page, 0) > 0.9);
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
  await until(() => unsent(storage).length === 0);
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
    assert.ok(server.requests.length <= 12, `${server.requests.length} requests`);
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
  storage.setItem("conversioncrm:pk_other:1", "{}");
  const server = await serve();
  open(server, { storage });
  await until(() => unsent(storage).length === 0);
  assert.equal(server.events().length, 1);
  assert.ok(storage.getItem("conversioncrm:pk_other:1"));
});

test("an event that another tab has sent meanwhile is not sent again", async () => {
  const storage = new Storage();
  storage.setItem("conversioncrm:pk_test:1", '{"event":"Left behind"}');
  const server = await serve();
  const page = open(server, { storage });
  storage.removeItem("conversioncrm:pk_test:1");
  page.widget.track("Invite Sent");
  await until(() => server.events().length === 2);
  assert.deepEqual(names(server.events()), ["page", "Invite Sent"]);
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

test("at most 999 events are kept: the oldest give way", async () => {
  const storage = new Storage();
  const server = await serve(() => 401);
  const page = open(server, { storage });
  await until(() => server.requests.length === 1);
  numbered(page.widget, 1200);
  assert.equal(unsent(storage).length, 999);
  assert.ok(!names(unsent(storage).map((key) => JSON.parse(storage.getItem(key)))).includes("200"));
});
