import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { openPage } from "./page.js";

// Installed beside the local stack, so that no deploy installs it.
const ts = createRequire(new URL("../../scripts/local/package.json", import.meta.url))("typescript");
const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

const OPTIONS = {
  strict: true,
  noEmit: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  lib: ["lib.es2022.d.ts", "lib.dom.d.ts"],
};
const complaints = (file) =>
  ts
    .getPreEmitDiagnostics(ts.createProgram([path(file)], OPTIONS))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));

test("the types allow every call of the documents and refuse what is wrong", () => {
  assert.deepEqual(complaints("calls.ts"), []);
});

test("the types name exactly the calls that there are", () => {
  const source = ts.createSourceFile("widget.d.ts", ts.sys.readFile(path("../widget.d.ts")), ts.ScriptTarget.ES2022);
  const widget = source.statements.find(({ name }) => name?.text === "Widget");
  const page = openPage({ api: "http://127.0.0.1:9" });
  page.close();
  assert.deepEqual(widget.members.map(({ name }) => name.text).sort(), Object.keys(page.widget).sort());
});
