// What embed.css says of each rule: how much place its example takes, by the width that it has. The measures are those of
// element.css; how wide a text is can only be estimated here, a little too wide rather than too narrow, and the element
// fills what is left (`#fill` in element.source.mjs).
import { readFile, readdir } from "node:fs/promises";

/** Widths of the element from which on other heights hold. */
const WIDTHS = [0, 360, 400, 440, 480, 570, 642, 720, 800, 900, 1040, 1200];
const PAIRED_FROM = 642;
const LINE = 19.5;

/** The average character: of the findings' text, of code in it, and of the title. */
const TEXT = 6.5;
const CODE = 7.3;
const TITLE = 7.6;

function textWidth(message) {
  return message.split("`").reduce((sum, part, index) => sum + (index % 2 ? part.length * CODE + 8 : part.length * TEXT), 0);
}

/** The height of a side's title and of its findings in a pane of some width. */
function around({ files, findings }, pane) {
  const rows = findings.map(({ message, level, line, path }) => {
    const place = files.length > 1 ? `${path.split("/").pop()}:${line}` : `line ${line}`;
    const width = 24 + level.length * TEXT + place.length * TEXT + 34 + textWidth(message);
    // A long word goes to the next line as a whole and leaves room behind.
    const longest = Math.max(...message.split(/[ `]/).map((word) => word.length));
    return Math.max(28, 8 + LINE * Math.ceil((width * 1.03 + (longest > 24 ? longest * 4 : 0)) / (pane - 24)));
  });
  return 28 + (rows.length ? 1 : 0) + rows.reduce((sum, row) => sum + row, 0);
}

/** The head with its buttons, the tabs, and the foot. */
function frame({ title, severity, sides }, width) {
  const name = 36 + title.length * TITLE;
  const level = 24 + severity.length * TEXT;
  const buttons = 232;
  const room = width - 26;
  // A title that does not fit takes more lines; what stands beside it wraps below.
  const titleLines = Math.ceil(name / room);
  let rows = titleLines > 1 ? [titleLines * 21 + 4] : [28];
  let left = room - (titleLines > 1 ? room : name);
  for (const part of [level, buttons]) {
    if (left >= part + 12) left -= part + 12;
    else {
      rows.push(part === buttons ? 28 : 21);
      left = room - part;
    }
  }
  const head = Math.max(40, 8 + rows.reduce((sum, row) => sum + row, 0) + 4 * (rows.length - 1)) + 1;
  const foot = width < 360 ? 69 : width < 480 ? 47 : 32;
  const paths = new Set(sides.flatMap(({ files }) => files.map(({ path }) => path)));
  const tabs = sides.every(({ files }) => files.length === 1) || paths.size < 2 ? 0 : 37;
  // And a pixel or two that are lost between whole and broken ones.
  return 2 + head + tabs + foot + 3;
}

/** The lines of what a side shows first. */
function code({ files }, shown) {
  const file = files.find(({ path }) => path === shown) ?? (files.length === 1 ? files[0] : null);
  return file ? file.code.split('<span class="line">').length - 1 : null;
}

function ofRule(fragment) {
  const [violating, conforming] = fragment.sides;
  const shown = violating.files[0].path;
  const height = (lines) => (lines === null ? 45 : 12 + LINE * lines);
  const selector = `rubric-example[rule="${fragment.rule}" i]::after`;
  let before = {};
  return WIDTHS.map((width) => {
    const pane = Math.max(width, 316) / (width >= PAIRED_FROM ? 2 : 1) - 1;
    const now = {
      v: height(code(violating, shown)),
      c: height(code(conforming, shown)),
      a: around(violating, pane),
      b: around(conforming, pane),
      // Alone it has the whole width.
      s: around(violating, Math.max(width, 316) - 1),
      d: frame(fragment, Math.max(width, 316)),
    };
    const changed = Object.entries(now).filter(([name, value]) => before[name] !== value);
    before = now;
    if (!changed.length) return "";
    const block = `${selector}{${changed.map(([name, value]) => `--${name}:${value}px`).join(";")}}`;
    return width ? `@container (min-width:${width}px){${block}}` : block;
  }).join("\n");
}

/** The whole style sheet. `rules` is the folder of what the element shows of each rule. */
export async function placeStyle(rules) {
  const own = await readFile(new URL("place.css", import.meta.url), "utf8");
  const names = (await readdir(rules).catch(() => [])).filter((name) => name.endsWith(".js")).sort();
  const fragments = await Promise.all(names.map(async (name) => {
    const text = await readFile(`${rules}/${name}`, "utf8");
    return JSON.parse(text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1));
  }));
  return `${own}@media (scripting: enabled) {\n${fragments.map(ofRule).join("\n")}\n}`;
}
