// After a build: puts the rules' texts and examples, and the exercises, which the build script wrote, beside the page.
//   node js/place_catalogue.mjs [FOLDER]
import { copyFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = process.argv[2] ?? process.env.TRUNK_STAGING_DIR;
const written = fileURLToPath(new URL("../target/page/", import.meta.url));
const names = (await readdir(written).catch(() => [])).filter((name) => name.endsWith(".json"));
if (names.length !== 2) {
  console.error(`${written} must hold two files: touch build/main.rs and build again`);
  process.exit(1);
}
for (const name of names) await copyFile(join(written, name), join(folder, name));
