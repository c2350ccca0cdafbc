import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { blocked, openPage, Storage, until } from "./page.js";
import { startServer } from "./server.js";

let server;
before(async () => (server = await startServer()));
beforeEach(() => server.requests.splice(0));
after(() => server.close());

const open = (options) => openPage({ api: server.origin, ...options });
const events = async (count) => (await until(() => server.events().length >= count), server.events());

test("a page view is sent by itself, as text/plain to /api/track with the key in the body", async () => {
  open();
  const [event] = await events(1);
  const [{ method, url, headers, body }] = server.requests;
  assert.equal(`${method} ${url} ${headers["content-type"]}`, "POST /api/track text/plain;charset=UTF-8");
  assert.equal(body.writeKey, "pk_test");
  assert.ok(Math.abs(Date.parse(body.sentAt) - Date.now()) < 5000);
  assert.equal(event.type, "page");
  assert.equal(event.properties.path, "/pricing");
});

test("an event says what happened, who it was, when and where", async () => {
  open({ search: "?utm_source=news&utm_campaign=spring&token=secret" }).widget.track("Project Created", {
    plan: "free",
  });
  const event = (await events(2))[1];
  assert.equal(event.event, "Project Created");
  assert.deepEqual(event.properties, { plan: "free" });
  assert.match(event.messageId, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.match(event.timestamp, /^\d{4}-.*Z$/);
  assert.deepEqual(event.context, {
    page: {
      url: "https://acme.example/pricing",
      path: "/pricing",
      referrer: "https://search.example/",
      title: "Boards",
    },
    locale: "en-GB",
    timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    campaign: { source: "news", name: "spring" },
  });
});

test("query strings other than utm never leave the page", async () => {
  open({ search: "?token=secret" });
  await events(1);
  assert.doesNotMatch(server.requests[0].text, /secret|q=boards/);
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
  assert.equal(second.userId, "42");
});

test("the visitor keeps one anonymousId over pages, and reset makes a new one", async () => {
  const storage = new Storage();
  open({ storage });
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

test("calls that a stub took before the script loaded come first, with their own time", async () => {
  const early = new Date(Date.now() - 3000);
  open({
    stub: {
      q: [
        ["identify", ["ada"], early],
        ["track", ["Project Created"], early],
      ],
    },
  });
  const [identify, track, page] = await events(3);
  assert.deepEqual([identify.type, track.event, page.type], ["identify", "Project Created", "page"]);
  assert.equal(track.timestamp, early.toISOString());
  assert.ok(page.timestamp > track.timestamp);
  assert.equal(page.userId, "ada");
});

test("code that kept the stub's function still reaches the widget", async () => {
  const stub = { q: [] };
  open({ stub });
  stub.q.push(["track", ["Invite Sent"], new Date()]);
  assert.equal((await events(2))[1].event, "Invite Sent");
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
  assert.match(warnings[0], /^conversioncrm: TypeError/);
});

test("a missing key warns and leaves the page alone", () => {
  assert.deepEqual(open({ key: null }).warnings, ["conversioncrm: data-key is missing"]);
});

test("where storage is blocked the events are sent all the same", async () => {
  open({ storage: blocked }).widget.track("Invite Sent");
  const [page, track] = await events(2);
  assert.equal(track.anonymousId, page.anonymousId);
});
