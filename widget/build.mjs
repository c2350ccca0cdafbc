// Builds the script tag's file (public/widget.js, and by its content's name), the ES module (widget/dist) and the stub,
// and fails when they outgrow what we promise to put on a founder's page.
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";
import { minify } from "terser";

const SCRIPT_BYTES = 2048; // gzip -9
const STUB_BYTES = 200;

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

/** One file of src/ with all that it imports. esbuild joins, terser makes small. */
async function bundle(entry, format) {
  const [joined] = buildSync({
    entryPoints: [path(`src/${entry}`)],
    bundle: true,
    write: false,
    format,
    target: "es2020",
  }).outputFiles;
  const { code } = await minify(joined.text, {
    ecma: 2020,
    compress: { passes: 3 },
    mangle: { toplevel: true }, // not compress.toplevel, which would take off the function that keeps our names in
  });
  // gzip likes one keyword better than two; none of our texts contains this one.
  return code.replace(/\bconst\b/g, "let");
}

function gate(name, bytes, limit) {
  console.log(`${name}: ${bytes} bytes (limit ${limit})`);
  if (bytes > limit) process.exitCode = 1;
}

const script = await bundle("script.js", "iife");
const digest = (algorithm, encoding) => createHash(algorithm).update(script).digest(encoding);
const versioned = `widget-${digest("sha256", "hex").slice(0, 12)}.js`;

for (const name of readdirSync(path("../public"))) {
  if (/^widget-.*\.js$/.test(name)) rmSync(path(`../public/${name}`));
}
writeFileSync(path("../public/widget.js"), script);
writeFileSync(path(`../public/${versioned}`), script);
// Versions that founders' pages have pinned.
if (existsSync(path("released"))) {
  for (const name of readdirSync(path("released"))) copyFileSync(path(`released/${name}`), path(`../public/${name}`));
}

mkdirSync(path("dist"), { recursive: true });
writeFileSync(path("dist/index.js"), await bundle("module.js", "esm"));
const stub = await bundle("stub.js", "iife");
writeFileSync(path("dist/stub.js"), stub);

gate("public/widget.js, gzip -9", gzipSync(script, { level: 9 }).length, SCRIPT_BYTES);
gate("widget/dist/stub.js", Buffer.byteLength(stub), STUB_BYTES);
console.log(`public/${versioned}: integrity="sha384-${digest("sha384", "base64")}"`);
