// What the built page weighs when a server compresses it with brotli, against its budget. Fails when it is over.
// `page` is what stands before anything can be read or typed; the worker and the catalogue's texts load after it.
//   node js/sizes.mjs [dist]
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const KILOBYTE = 1000;
// The service worker's copy and the chunk for archives are fetched once the page can be used, and kept for later.
const BUDGET = { page: 450 * KILOBYTE, worker: 700 * KILOBYTE, catalogue: 250 * KILOBYTE, later: 30 * KILOBYTE };
const PARTS = {
  worker: /^worker/,
  catalogue: /^catalogue-/,
  later: /^(intake\.js|service-worker\.js|manifest\.json|icon.*)$/,
};

const folder = process.argv[2] ?? "dist";
const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter(
  (entry) => !entry.parentPath.includes(".stage"),
);
const total = { page: 0, worker: 0, catalogue: 0, later: 0 };
for (const entry of names.filter((name) => name.isFile())) {
  const path = join(entry.parentPath, entry.name);
  const raw = await readFile(path);
  const small = brotliCompressSync(raw, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
  const part = Object.keys(PARTS).find((part) => PARTS[part].test(entry.name)) ?? "page";
  total[part] += small;
  console.log(`${String(raw.length).padStart(9)} ${String(small).padStart(8)}  ${path}`);
}
let over = false;
for (const [part, size] of Object.entries(total)) {
  console.log(`${part}: ${size} bytes of ${BUDGET[part]}`);
  over ||= size > BUDGET[part];
}
if (over) {
  console.error("over the budget");
  process.exitCode = 1;
}
