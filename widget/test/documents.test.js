import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const read = (name) => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");

test("the document's stub is the one that is built", () => {
  assert.ok(read("docs/widget.md").includes(read("widget/dist/stub.js").trim()));
});

test("the document names every call and setting", () => {
  const [document, types] = [read("docs/widget.md"), read("widget/widget.d.ts")];
  const named = (pattern) => [...types.matchAll(pattern)].map(([, name]) => name);
  for (const call of named(/^ {2}(\w+)\(/gm)) assert.ok(document.includes(`\`${call}(`), call);
  for (const setting of named(/^ {2}(\w+)\??:/gm)) assert.ok(document.includes(`data-${setting}`), setting);
});
