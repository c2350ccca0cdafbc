import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { openPage, seconds, until } from "./page.js";
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
const paths = () => server.events().map(({ properties }) => properties.path);

/** Changes the address as the history of a browser without the Navigation API does. */
const push = (page, pathname, search = "") => {
  Object.assign(page.location, { pathname, search });
  page.history.pushState();
};

test("a new path is a page view, whichever way it came", async () => {
  const page = open();
  push(page, "/boards");
  Object.assign(page.location, { pathname: "/invite" });
  page.history.replaceState();
  Object.assign(page.location, { pathname: "/back" });
  page.fire("popstate");
  await until(() => server.events().length === 4);
  assert.deepEqual(paths(), ["/pricing", "/boards", "/invite", "/back"]);
});

test("a new query is a page view, and the same address or another fragment is none", async () => {
  const page = open();
  push(page, "/pricing", "?tab=2");
  push(page, "/pricing", "?tab=2");
  page.fire("popstate");
  await until(() => server.events().length === 2);
  await seconds(3);
  assert.deepEqual(paths(), ["/pricing", "/pricing"]);
});

test("the page's own history goes on working", () => {
  const seen = [];
  const history = {
    pushState(...args) {
      seen.push([this === history, ...args]);
    },
    replaceState() {
      throw new Error("SecurityError");
    },
  };
  const page = open({ history });
  page.history.pushState({ a: 1 }, "", "/x");
  assert.deepEqual(seen, [[true, { a: 1 }, "", "/x"]]);
  assert.throws(() => page.history.replaceState(), /SecurityError/);
});

test("a page rendered in advance counts when it is seen, and its calls wait until then", async () => {
  const page = open({ document: { prerendering: true } });
  page.widget.track("Project Created");
  await seconds(5);
  assert.equal(Object.keys(page.storage).length + page.fetches.length, 0);
  page.document.prerendering = false;
  page.fire("prerenderingchange");
  await until(() => server.events().length === 2);
  assert.deepEqual(
    server.events().map(({ type }) => type),
    ["track", "page"],
  );
});

test("a page that comes back out of the back/forward cache counts once more", async () => {
  const page = open();
  page.fire("pageshow", { persisted: false });
  await until(() => server.events().length === 1);
  page.fire("pageshow", { persisted: true });
  await until(() => server.events().length === 2);
  await seconds(3);
  assert.deepEqual(paths(), ["/pricing", "/pricing"]);
});
