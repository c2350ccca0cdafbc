import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { blocked, openPage, Storage, until } from "./page.js";
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
const events = async (count) => (await until(() => server.events().length >= count), server.events());

test("a page view is sent by itself, as text/plain to /api/track with the key in the body", async () => {
  open();
  const [event] = await events(1);
  const [{ method, url, headers, body }] = server.requests;
  assert.equal(`${method} ${url} ${headers["content-type"]}`, "POST /api/track text/plain;charset=UTF-8");
  assert.equal(body.writeKey, "pk_test");
  assert.ok(Math.abs(body.sentAt - Date.now()) < 5000);
  assert.equal(event.type, "page");
  assert.equal(event.properties.path, "/pricing");
});

test("an event says what happened, who it was, when and where", async () => {
  const before = Date.now();
  open().widget.track("Project Created", { plan: "free" });
  const event = (await events(2))[1];
  assert.equal(event.event, "Project Created");
  assert.deepEqual(event.properties, { plan: "free" });
  assert.match(event.messageId, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}-\d{7}$/);
  assert.ok(event.timestamp >= before && event.timestamp <= Date.now());
  assert.deepEqual(event.context, {
    page: {
      url: "https://acme.example/pricing",
      path: "/pricing",
      referrer: "https://search.example/",
      title: "Boards",
    },
    locale: "en-GB",
    timezone: "Europe/Lisbon",
    dropped: 0,
  });
});

test("of query strings utm_* leaves the page and nothing else", async () => {
  open({ search: "?token=secret&utm_source=news&email=ada%40acme.example&utm_campaign=spring" });
  const [{ properties }] = await events(1);
  const { searchParams } = new URL(properties.url);
  assert.deepEqual(Object.fromEntries(searchParams), { utm_source: "news", utm_campaign: "spring" });
  assert.doesNotMatch(server.requests[0].text, /secret|ada|q=boards/);
});

test("calls of one millisecond have messageIds in their order", async () => {
  const { widget } = open();
  for (let n = 1; n <= 12; n++) widget.track(`${n}`);
  const ids = (await events(13)).map(({ messageId }) => messageId);
  assert.deepEqual(ids, [...ids].sort());
});

test("events after identify carry the user and the hash that proves it", async () => {
  const { widget } = open();
  widget.identify("ada", { email: "ada@acme.example" }, { userHash: "abc" });
  widget.track("Pricing Viewed");
  const [page, identify, track] = await events(3);
  assert.equal(page.userId, undefined);
  assert.deepEqual(identify.traits, { email: "ada@acme.example" });
  assert.deepEqual([identify.userId, identify.userHash], ["ada", "abc"]);
  assert.deepEqual([track.userId, track.userHash, track.anonymousId], ["ada", "abc", page.anonymousId]);
});

test("a number is a user id too, and identify without one keeps the user", async () => {
  const { widget } = open();
  widget.identify(42);
  widget.identify(null, { plan: "pro" });
  const [, , second] = await events(3);
  assert.equal(second.userId, 42);
});

test("the visitor keeps one anonymousId over pages, and reset makes a new one", async () => {
  const storage = new Storage();
  open({ storage });
  await events(1);
  const { widget } = open({ storage });
  widget.identify("ada");
  widget.reset();
  widget.track("Pricing Viewed");
  const all = await events(4);
  const [first, again] = all.filter(({ type }) => type === "page");
  const { anonymousId, userId } = all.find(({ type }) => type === "track");
  assert.equal(first.anonymousId, again.anonymousId);
  assert.notEqual(anonymousId, first.anonymousId);
  assert.equal(userId, undefined);
});

test("a group names the company of the visitor", async () => {
  open().widget.group("acme", { plan: "team" });
  const { type, groupId, traits } = (await events(2))[1];
  assert.deepEqual([type, groupId, traits], ["group", "acme", { plan: "team" }]);
});

test("calls that a stub took before the script loaded come first, with their own time", async () => {
  const early = Date.now() - 3000;
  open({ stub: [["identify", ["ada"], early], ["track", ["Project Created"], early]] });
  const [identify, track, page] = await events(3);
  assert.deepEqual([identify.type, track.event, page.type], ["identify", "Project Created", "page"]);
  assert.equal(track.timestamp, early);
  assert.ok(page.timestamp > track.timestamp);
  assert.equal(page.userId, "ada");
});

test("the stub's snippet takes every call, and code that kept its functions still reaches the widget", async () => {
  const window = {};
  new Function("window", readFileSync(new URL("../dist/stub.js", import.meta.url), "utf8"))(window);
  const stub = window.conversioncrm;
  const { track } = stub;
  stub.group("acme");
  const { widget } = open({ stub });
  for (const name in widget) assert.equal(typeof stub[name], "function", name);
  track("Invite Sent");
  assert.deepEqual(
    (await events(3)).map(({ type }) => type),
    ["group", "page", "track"],
  );
});

test("the script loaded twice is one widget and one page view", async () => {
  const { widget } = open();
  const second = open({ stub: widget });
  assert.equal(second.widget, widget);
  second.widget.track("Invite Sent");
  assert.equal((await events(2)).filter(({ type }) => type === "page").length, 1);
});

test("an event that JSON can't hold warns and does not throw into the host page", async () => {
  const { widget, warnings } = open();
  const circle = {};
  circle.self = circle;
  widget.track("Project Created", circle);
  widget.track("Invite Sent");
  assert.equal((await events(2))[1].event, "Invite Sent");
  assert.match(warnings[0], /^conversioncrm:.*TypeError/);
});

test("a missing key warns and leaves the page alone", () => {
  const { warnings, widget } = open({ key: null });
  assert.match(warnings[0], /^conversioncrm:.*TypeError/);
  assert.equal(widget, undefined);
});

test("where storage is blocked the events are sent all the same", async () => {
  open({ storage: blocked }).widget.track("Invite Sent");
  const [page, track] = await events(2);
  assert.equal(track.anonymousId, page.anonymousId);
});

test("a click on what has data-track is an event, and its handlers see it unchanged", async () => {
  const page = open();
  const button = { dataset: { track: "Upgrade Clicked" } };
  page.fire("click", { target: { closest: (selector) => selector === "[data-track]" && button } });
  page.fire("click", { target: { closest: () => null } });
  page.fire("click", { target: page.document }); // which has no closest()
  page.widget.track("After");
  const all = await events(3);
  assert.deepEqual(all.map(({ event }) => event).slice(1), ["Upgrade Clicked", "After"]);
});
