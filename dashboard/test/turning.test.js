// Which pages of a list count as shown before the one that is asked for.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";

const { outputFiles } = buildSync({
  entryPoints: [fileURLToPath(new URL("../src/screens/contacts/turning.ts", import.meta.url))],
  bundle: true, format: "esm", write: false,
});
let loads = 0;
let turned;
let keep;

beforeEach(async () => {
  // Another address each time, so that nothing is remembered of the test before.
  ({ turned, keep } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}//${loads++}`));
});

const page = (after, next, ...ids) => ({ after, next, ids });
const shown = (after, list = "list") => turned(list, after).flatMap(({ ids }) => ids);

test("the pages before are those that led there, in order", () => {
  keep("list", page("", "a", "1", "2"));
  keep("list", page("a", "b", "3"));
  assert.deepEqual([shown(""), shown("a"), shown("b")], [[], ["1", "2"], ["1", "2", "3"]]);
});

test("a page that is shown anew counts as it is now, and those behind it stay", () => {
  keep("list", page("", "a", "1"));
  keep("list", page("a", "b", "2"));
  keep("list", page("", "a2", "1", "9"));
  assert.deepEqual([shown("a"), shown("b"), shown("a2")], [["1", "9"], ["1", "9", "2"], ["1", "9"]]);
});

test("who turns another way than before leaves the old way", () => {
  keep("list", page("", "a", "1"));
  keep("list", page("a", "b", "2"));
  keep("list", page("", "a2", "9"));
  keep("list", page("a2", "c", "3"));
  assert.deepEqual([shown("c"), shown("b")], [["9", "3"], []]);
});

test("a page that nothing led to begins anew", () => {
  keep("list", page("", "a", "1"));
  keep("list", page("z", "y", "7"));
  assert.deepEqual([shown("z"), shown("y"), shown("a")], [[], ["7"], []]);
});

test("the top comes before all, also after a last page, which leads nowhere", () => {
  keep("list", page("z", "", "7"));
  assert.deepEqual(shown(""), []);
  keep("list", page("", "a", "1"));
  assert.deepEqual(shown("a"), ["1"]);
});

test("each list is remembered by itself, and ten at most", () => {
  keep("list", page("", "a", "1"));
  assert.deepEqual(shown("a", "other"), []);
  keep("other", page("", "a", "5"));
  assert.deepEqual([shown("a"), shown("a", "other")], [["1"], ["5"]]);
  for (let n = 0; n < 9; n++) keep(`list ${n}`, page("", "a", "9"));
  assert.deepEqual([shown("a"), shown("a", "other")], [[], ["5"]]);
});

test("no more are left out than may be, the last pages first", () => {
  const fifty = (n) => Array.from({ length: 50 }, (_, k) => `${n}-${k}`);
  for (let n = 0; n < 40; n++) keep("list", page(n ? `p${n}` : "", `p${n + 1}`, ...fifty(n)));
  const before = turned("list", "p40");
  assert.equal(before.length, 30);
  assert.equal(before[0].after, "p10"); // from where on those above the page are looked for
  assert.equal(shown("p40").length, 1500);
});
