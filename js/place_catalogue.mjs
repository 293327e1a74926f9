// After a build: puts the file with the rules' texts and examples, which the build script wrote, beside the page.
//   node js/place_catalogue.mjs [FOLDER]
import { copyFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = process.argv[2] ?? process.env.TRUNK_STAGING_DIR;
const written = fileURLToPath(new URL("../target/page/", import.meta.url));
const names = (await readdir(written).catch(() => [])).filter((name) => name.endsWith(".json"));
if (names.length !== 1) {
  console.error(`${written} must hold one file: touch build/main.rs and build again`);
  process.exit(1);
}
await copyFile(join(written, names[0]), join(folder, names[0]));
