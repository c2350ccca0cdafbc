// Builds the dashboard into public/app/ (or PUBLIC_DIR/app/), and fails when what a visit loads outgrows its limit.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { buildSync } from "esbuild";

const FIRST_LOAD = 45 * 1024; // JavaScript before any screen's own, gzip -9
const SCREEN = 12 * 1024; // what one lazy chunk adds to that

const root = fileURLToPath(new URL("..", import.meta.url));
const out = join(process.env.PUBLIC_DIR ?? join(root, "public"), "app");

/** The deployment's setting, which the functions have under the same name. */
function setting(name) {
  const value = process.env[name];
  if (!value) throw new Error(`dashboard/build.mjs: ${name} is not set; the dashboard needs it at build time.`);
  return value;
}

/** The addresses that the page may speak to are known here and not in vercel.json, which is static. */
function page({ script, preloads, style }) {
  const supabase = new URL(setting("SUPABASE_URL")).origin;
  const filled = {
    SUPABASE_URL: supabase,
    SUPABASE_PUBLISHABLE_KEY: setting("SUPABASE_PUBLISHABLE_KEY"),
    CELL: process.env.CELL || "00",
    SCRIPT: script,
    STYLE: style,
    PRELOADS: preloads.map((href) => `<link rel="modulepreload" href="${escaped(href)}">`).join("\n    "),
  };
  const template = readFileSync(join(root, "dashboard/page.html"), "utf8");
  return template.replace(/{{(\w+)}}/g, (_, name) => (name === "PRELOADS" ? filled[name] : escaped(filled[name])));
}

const escaped = (text) => text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);

function bundle() {
  return buildSync({
    absWorkingDir: root,
    entryPoints: { app: "dashboard/src/main.tsx", style: "dashboard/src/style.css" },
    outdir: relative(root, join(out, "assets")),
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    minify: true,
    metafile: true,
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    jsxImportSource: "preact",
    logLevel: "warning",
  }).metafile.outputs;
}

/** A chunk and whatever has to be there before it runs. */
function withImports(outputs, name, found = new Set()) {
  if (found.has(name)) return found;
  found.add(name);
  for (const { path, kind } of outputs[name].imports) {
    if (kind === "import-statement") withImports(outputs, path, found);
  }
  return found;
}

/** Asks for a chunk's imports along with it: left alone, the browser learns of them only from the chunk itself. */
function bringTogether(outputs, first) {
  for (const [name, { imports }] of Object.entries(outputs)) {
    const lazy = new Set(imports.filter(({ kind }) => kind === "dynamic-import").map(({ path }) => path));
    if (!lazy.size) continue;
    let code = readFileSync(join(root, name), "utf8");
    for (const path of lazy) {
      const parts = [...withImports(outputs, path)].filter((part) => !first.has(part)); // itself is the first of them
      const asked = (part) => `import("./${basename(part)}")`;
      if (!code.includes(asked(path))) throw new Error(`dashboard/build.mjs: ${name} imports ${path} in another way.`);
      code = code.replaceAll(asked(path), `Promise.all([${parts.map(asked)}]).then(([chunk])=>chunk)`);
    }
    writeFileSync(join(root, name), code);
  }
}

const bytes = (names) =>
  [...names].reduce((sum, name) => sum + gzipSync(readFileSync(join(root, name)), { level: 9 }).length, 0);

function overweight(outputs, first) {
  const lazy = Object.values(outputs).flatMap(({ imports }) => imports.filter(({ kind }) => kind === "dynamic-import"));
  const screens = [...new Set(lazy.map(({ path }) => path))];
  const sizes = [
    ["first load", bytes(first), FIRST_LOAD],
    ...screens.map((name) => {
      const own = [...withImports(outputs, name)].filter((part) => !first.has(part));
      return [outputs[name].entryPoint ?? name, bytes(own), SCREEN];
    }),
  ];
  for (const [name, size, limit] of sizes) console.log(`${name}: ${size} bytes gzip -9 (limit ${limit})`);
  return sizes.filter(([, size, limit]) => size > limit);
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const outputs = bundle();
const entry = Object.keys(outputs).find((name) => outputs[name].entryPoint === "dashboard/src/main.tsx");
const style = Object.keys(outputs).find((name) => name.endsWith(".css"));
const href = (name) => `/app/${relative(out, join(root, name))}`;
const first = withImports(outputs, entry);
const preloads = [...first].filter((name) => name !== entry).map(href);
bringTogether(outputs, first);
writeFileSync(join(out, "index.html"), page({ script: href(entry), preloads, style: href(style) }));
for (const name of ["icon.svg", "preview.html"]) copyFileSync(join(root, "dashboard", name), join(out, name));
if (overweight(outputs, first).length) {
  console.error("The dashboard is heavier than we promise.");
  process.exitCode = 1;
}
