// After a build: minifies what wasm-bindgen wrote, and writes dist/service-worker.js with the list of all files of the
// build and what they contain.
//   node js/keep.mjs FOLDER
import { createHash } from "node:crypto";
import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { build, transform } from "esbuild";
// Hooks of Trunk run side by side; this one needs what the other places.
import "./place_catalogue.mjs";
import { shrink } from "./shrink.mjs";

const folder = process.argv[2] ?? process.env.TRUNK_STAGING_DIR;
for (const name of (await readdir(folder)).filter((name) => /^(app|later|worker).*\.js$/.test(name))) {
  const path = join(folder, name);
  const { code } = await transform(await readFile(path, "utf8"), { minify: true, format: "esm", target: "es2022" });
  await writeFile(path, code);
}
// wasm-opt throws away what nothing uses or repeats, and numbers each function's variables by how often they are used, so
// that functions resemble each other: 16 kB less of the worker once it is compressed, 4 kB of the page. What all of its
// passes do together makes a module smaller, but 40 kB larger once it is compressed (measured with the pinned versions).
const passes = [
  ...["-O0", "--always-inline-max-function-size=1", "--flexible-inline-max-function-size=0"],
  ...["--one-caller-inline-max-function-size=0", "--remove-unused-module-elements", "--dae", "--inlining", "--dce"],
  ...["--duplicate-function-elimination", "--remove-unused-module-elements", "--dae", "--simplify-locals-nostructure"],
  ...["--optimize-instructions", "--rse", "--vacuum", "--coalesce-locals", "--reorder-locals", "--strip-producers"],
];
for (const name of (await readdir(folder)).filter((name) => name.endsWith("_bg.wasm"))) {
  await shrink(join(folder, name), passes);
}
// The second module's style, which src/ui/device.rs has the page load with it.
const styles = ["learn", "embed-code", "settings", "why"].map((name) => new URL(`../assets/${name}.css`, import.meta.url));
const style = (await Promise.all(styles.map((path) => readFile(path, "utf8")))).join("\n");
await writeFile(join(folder, "later.css"), (await transform(style, { loader: "css", minify: true })).code);
const entries = await readdir(folder, { recursive: true, withFileTypes: true });
const files = [];
for (const entry of entries.filter((entry) => entry.isFile())) {
  const path = join(entry.parentPath, entry.name);
  const url = relative(folder, path).replaceAll("\\", "/");
  if (url === "service-worker.js" || url.startsWith(".stage")) continue;
  // What only other sites load is not kept for the page.
  if (url === "embed.html" || url === "embed.css" || url.startsWith("embed/")) continue;
  const revision = createHash("sha256").update(await readFile(path)).digest("hex").slice(0, 16);
  files.push({ url, revision });
}
files.sort((one, other) => (one.url < other.url ? -1 : 1));
await rm(join(folder, "service-worker.js"), { force: true });
await build({
  entryPoints: [new URL("service-worker.source.mjs", import.meta.url).pathname],
  outfile: join(folder, "service-worker.js"),
  bundle: true,
  format: "iife",
  target: "es2022",
  minify: true,
  legalComments: "none",
  define: { "self.__WB_MANIFEST": JSON.stringify(files), "process.env.NODE_ENV": '"production"' },
});
console.log(`service-worker.js: keeps ${files.length} files`);
