// What the built page weighs when a server compresses it with brotli, against its budget. Fails when it is over.
// `page` is what stands before anything can be read or typed; the worker and the catalogue's texts load after it.
//   node js/sizes.mjs [dist]
import { readFile, readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const KILOBYTE = 1000;
// `second module` (the exercises, the settings' form, the dialog that embeds) and `later` (the service worker's copy, the
// chunk for archives) are fetched once the page can be used, and kept. `embed` is what a site that embeds an example loads
// first, and the page for a preview of it; `on demand` is what such a site loads when somebody edits.
const BUDGET = {
  page: 450 * KILOBYTE,
  worker: 700 * KILOBYTE,
  catalogue: 250 * KILOBYTE,
  "second module": 256 * KILOBYTE,
  later: 30 * KILOBYTE,
  embed: 12 * KILOBYTE,
  "on demand": Infinity,
};

const folder = process.argv[2] ?? "dist";
const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter(
  (entry) => !entry.parentPath.includes(".stage"),
);
const total = Object.fromEntries(Object.keys(BUDGET).map((part) => [part, 0]));
for (const entry of names.filter((name) => name.isFile())) {
  const path = join(entry.parentPath, entry.name);
  const raw = await readFile(path);
  const small = brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
  const part = partOf(relative(folder, path));
  total[part] += small;
  console.log(`${String(raw.length).padStart(9)} ${String(small).padStart(8)}  ${path}`);
}

/** The part of the budget that a file counts in. */
function partOf(path) {
  if (/^worker/.test(path)) return "worker";
  if (/^(catalogue|exercises)-/.test(path)) return "catalogue";
  if (/^later[._]/.test(path)) return "second module";
  if (/^(intake\.js|service-worker\.js|manifest\.json|icon.*)$/.test(path)) return "later";
  if (path === "embed.js") return "embed";
  return path === "embed.html" || path === "embed.css" || path.startsWith("embed/") ? "on demand" : "page";
}

let over = false;
for (const [part, size] of Object.entries(total)) {
  console.log(`${part}: ${size} bytes${BUDGET[part] === Infinity ? "" : ` of ${BUDGET[part]}`}`);
  over ||= size > BUDGET[part];
}
if (over) {
  console.error("over the budget");
  process.exitCode = 1;
}
