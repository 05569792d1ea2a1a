/* Bundles the pages' scripts and styles into ../bundle, which is part of the package: `npm run build`.
   With --check nothing is written, and a bundle that differs from what would be is named. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const ENTRIES = {
  "graph_page.js": "graph/main.js",
  "graph_page.css": "graph/page.css",
  "training_page.js": "training/main.js",
  "training_page.css": "training/page.css",
  "picture.css": "shared/picture.css",
  "unpack.js": "shared/unpack.js",
};

const here = dirname(fileURLToPath(import.meta.url)), bundles = join(here, "..", "bundle");
mkdirSync(bundles, { recursive: true });
const stale = [];
for (const [name, entry] of Object.entries(ENTRIES)) {
  const made = await build({
    absWorkingDir: here,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    charset: "utf8",
    legalComments: "inline",
    write: false,
    logLevel: "warning",
  });
  const file = join(bundles, name), text = made.outputFiles[0].text;
  if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
  stale.push(name);
  if (!process.argv.includes("--check")) writeFileSync(file, text);
}
if (!process.argv.includes("--check")) console.log(stale.length ? `built ${stale.join(", ")}` : "all bundles were up to date");
else if (stale.length) {
  console.error(`stale: ${stale.join(", ")}; run "npm run build" in micrograd_kr/livepage/script and commit ../bundle`);
  process.exitCode = 1;
}
