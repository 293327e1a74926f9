// The code that an author has put into the element: <pre> blocks, and what was found in them as list items.

/** What highlighters put beside the code: their numbers of lines, and buttons that copy. */
const BESIDE = ":is(.linenodiv, .linenos, .lineno, .gutter), :is(.linenodiv, .linenos, .lineno, .gutter) *, button, button *";

/** The text of a block, as a browser shows it. */
function textOf(block) {
  const code = block.cloneNode(true);
  for (const part of code.querySelectorAll(BESIDE)) part.remove();
  return code.textContent.replaceAll("\r\n", "\n").trimEnd() + "\n";
}

const RANGE = /^(\d+):(\d+)-(\d+):(\d+)$/;
const LEVELS = ["problem", "critical", "high", "medium", "low", "question"];

/** The message of a finding: what is `<code>` there stands between backticks in a report. */
const messageOf = (element) =>
  [...element.childNodes].map((node) => (node.localName === "code" ? `\`${node.textContent}\`` : node.textContent)).join("").trim();

function finding(item, files) {
  const range = RANGE.exec(item.dataset.range ?? "");
  if (!range || !LEVELS.includes(item.dataset.level)) return null;
  const [line, column, endLine, endColumn] = range.slice(1).map(Number);
  const message = messageOf(item.querySelector("[data-message]") ?? item);
  return {
    rule: item.dataset.rule ?? "",
    level: item.dataset.level,
    message,
    path: item.dataset.path ?? files[0].path,
    line,
    range: { start: { line, column }, end: { line: endLine, column: endColumn } },
  };
}

/** The sides that stand in the element; none where there is no <pre>. Fails with a sentence for the author. */
export function readOwnCode(element, view) {
  const blocks = [...element.querySelectorAll("pre")].filter((block) => !block.matches(BESIDE));
  if (!blocks.length) return null;
  const sideOf = (block) => block.closest("[data-side]")?.dataset.side ?? null;
  const named = blocks.some((block) => sideOf(block) !== null);
  const pair = named || view === "pair" || (view !== "playground" && blocks.length === 2);
  if (pair && !named && blocks.length !== 2) {
    throw new Error(
      `view="pair" takes two <pre> blocks, violating and conforming; there ${blocks.length === 1 ? "is 1" : `are ${blocks.length}`}. ` +
        'Several files a side need data-side="violating" or data-side="conforming".',
    );
  }
  const sides = [];
  for (const [index, block] of blocks.entries()) {
    const word = pair ? (named ? sideOf(block) : ["violating", "conforming"][index]) : "";
    if (pair && !["violating", "conforming"].includes(word)) {
      throw new Error(`data-side="${word ?? ""}" is none of "violating", "conforming".`);
    }
    let side = sides.find((each) => each.side === word);
    if (!side) sides.push((side = { side: word, files: [], findings: [] }));
    const path = block.dataset.path?.trim() || block.closest("[data-path]")?.dataset.path || "example.py";
    if (side.files.some((file) => file.path === path)) {
      throw new Error(`Two files are called ${path}: give each <pre> a data-path of its own.`);
    }
    const text = textOf(block);
    if (!text.trim()) throw new Error(`The <pre> of ${path} is empty.`);
    side.files.push({ path, text });
  }
  sides.sort((one, other) => (other.side > one.side ? 1 : -1));
  for (const item of element.querySelectorAll("li[data-range]")) {
    const side = sides.find((each) => each.side === (sideOf(item) ?? sides[0].side));
    const found = side && finding(item, side.files);
    if (found) side.findings.push(found);
  }
  return { title: element.getAttribute("label")?.trim() || null, sides, checked: element.querySelector("[data-checked]") !== null };
}
