// Builds what dist/ has for other sites, into js/embed/built, from where Trunk copies it:
//   embed.js            the element's script, always the newest
//   embed.css           what keeps the place of an example until it is drawn
//   embed.html          the <iframe> form
//   embed/VERSION.js    the same script under its version, beside those of every version that was pinned
//   embed/FORMAT/       what the script loads; `rubric export-fragments` writes into rules/ there what it shows of each rule
import { copyFile, mkdir, readFile, readdir, stat, writeFile } from "node:fs/promises";
import { build, transform } from "esbuild";
import { placeStyle } from "./place.mjs";
import { FORMAT, VERSION } from "./version.mjs";

const at = (name) => new URL(name, import.meta.url).pathname;
const BUILT = at("built");
const LIVE = `${BUILT}/embed/${FORMAT}`;

/** Custom properties that a host may set: `--accent` is `--rubric-accent` outside. */
const THEMED = ["accent", "surface", "sunken", "text", "muted", "line", "radius", "text-font", "code-font", "text-size", "code-size"];

/** The page's tokens for a shadow root: those that are used, and of these some for the host to set. */
async function tokens(users) {
  const text = await readFile(at("../../assets/tokens.css"), "utf8");
  const block = /:root \{([^}]*)\}/.exec(text)[1];
  const kept = [...block.matchAll(/--([\w-]+):\s*([^;]+);/g)].filter(([, name]) => users.includes(`var(--${name}`));
  return `:host {${kept.map(([, name, value]) => `--${name}: ${THEMED.includes(name) ? `var(--rubric-${name}, ${value})` : value};`).join("")}}`;
}

async function elementStyle() {
  const own = await Promise.all(["../../assets/severity.css", "../../assets/listing.css", "element.css"].map((name) => readFile(at(name), "utf8")));
  const others = ["editor.css", "../../assets/editor-findings.css", "../editor.source.mjs"];
  const users = [...own, ...(await Promise.all(others.map((name) => readFile(at(name), "utf8"))))].join("");
  const { code } = await transform((await tokens(users)) + own.join(""), { loader: "css", minify: true });
  return code.trim();
}

/** Builds all of it. `plugins` are those of the page's editor. */
export async function buildEmbed(plugins) {
  const style = await elementStyle();
  const shared = { bundle: true, format: "esm", target: "es2022", minify: true, legalComments: "none" };
  const styles = {
    name: "element-style",
    setup(builder) {
      builder.onResolve({ filter: /^rubric:element\.css$/ }, () => ({ path: "element.css", namespace: "rubric" }));
      builder.onLoad({ filter: /.*/, namespace: "rubric" }, () => ({ contents: style, loader: "text" }));
    },
  };
  await mkdir(LIVE, { recursive: true });
  const scripts = [
    ["element.source.mjs", `${BUILT}/embed.js`, "./"],
    ["element.source.mjs", `${BUILT}/embed/${VERSION}.js`, "../"],
    ["live.source.mjs", `${LIVE}/live.js`, ""],
    ["frame.source.mjs", `${LIVE}/frame.js`, ""],
    ["editor.source.mjs", `${LIVE}/editor.js`, ""],
  ];
  for (const [source, outfile, root] of scripts) {
    await build({
      ...shared,
      entryPoints: [at(source)],
      outfile,
      define: { RUBRIC_ROOT: JSON.stringify(root) },
      external: ["../../embed.js"],
      loader: { ".css": "text" },
      plugins: [styles, ...plugins],
    });
  }
  for (const [source, target] of [["embed.html", `${BUILT}/embed.html`], ["live.html", `${LIVE}/live.html`], ["frame.css", `${LIVE}/frame.css`]]) {
    await copyFile(at(source), target);
  }
  await writeFile(`${BUILT}/embed.css`, (await transform(await placeStyle(`${LIVE}/rules`), { loader: "css", minify: true })).code);
  for (const name of await readdir(at("pins"))) {
    if (!name.endsWith(".js")) continue;
    const pinned = await readFile(at(`pins/${name}`));
    if (name === `${VERSION}.js` && !pinned.equals(await readFile(`${BUILT}/embed/${name}`))) {
      console.log(`embed.js is no longer what version ${VERSION} was pinned as: raise js/embed/version.mjs before the next release`);
    }
    await writeFile(`${BUILT}/embed/${name}`, pinned);
  }
  const { size } = await stat(`${BUILT}/embed.js`);
  console.log(`embed.js: ${size} bytes`);
}
