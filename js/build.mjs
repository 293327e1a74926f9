// Bundles what the page has in JavaScript: js/NAME.source.mjs becomes js/NAME.js. src/ui/editor.rs, src/ui/device.rs and
// src/ui/packing.rs import the first three; the fourth is a chunk that the page fetches while it is idle.
// Trunk runs this before it builds; tests that need the editor run `npm --prefix js run build` first.
import { readFile, stat } from "node:fs/promises";
import { build } from "esbuild";
import { buildEmbed } from "./embed/build.mjs";

const at = (name) => new URL(name, import.meta.url).pathname;

// The page's policy forbids <style> elements made by scripts. style-mod, which CodeMirror uses, adopts constructed
// style sheets, which the policy allows, but only inside a shadow root: this lets it do so in the document as well.
const adoptStyles = {
  name: "adopt-styles",
  setup(builder) {
    builder.onLoad({ filter: /style-mod[\\/](src|dist)[\\/]style-mod\.c?js$/ }, async ({ path }) => {
      const text = await readFile(path, "utf8");
      const contents = text.replace("if (!root.head && root.adoptedStyleSheets", "if (root.adoptedStyleSheets");
      if (contents === text) throw new Error("style-mod has changed: adapt js/build.mjs");
      return { contents, loader: "js" };
    });
  },
};

for (const name of ["editor", "device", "link", "intake"]) {
  await build({
    entryPoints: [at(`${name}.source.mjs`)],
    outfile: at(`${name}.js`),
    bundle: true,
    format: "esm",
    target: "es2022",
    minify: true,
    legalComments: "none",
    plugins: [adoptStyles],
  });
  const { size } = await stat(at(`${name}.js`));
  console.log(`js/${name}.js: ${Math.round(size / 1024)} KiB`);
}

await buildEmbed([adoptStyles]);
