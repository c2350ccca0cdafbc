// Builds public/widget.js, and fails when it outgrows what we promise to put on a founder's page.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";

const MAX_BYTES = 2048; // gzip -9

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const outfile = path("../public/widget.js");

buildSync({
  entryPoints: [path("src/script.js")],
  outfile,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2020",
});

const bytes = gzipSync(readFileSync(outfile), { level: 9 }).length;
console.log(`public/widget.js: ${bytes} bytes gzip -9 (limit ${MAX_BYTES})`);
if (bytes > MAX_BYTES) process.exit(1);
