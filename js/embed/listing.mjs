// Code that is only read: a line an element, its pieces coloured, its findings marked. `src/embed/drawing.rs` draws the
// same for what comes from the build.
import { highlight } from "./highlight.mjs";

const LEVELS = ["critical", "high", "medium", "low", "question"];

let trusted = null;

/** Puts markup from the playground's own build into an element, also where the host requires Trusted Types. */
export function setMarkup(element, markup) {
  trusted ??= globalThis.trustedTypes?.createPolicy("rubric-example", { createHTML: (text) => text }) ?? { createHTML: (text) => text };
  element.innerHTML = trusted.createHTML(markup);
}

/** An element with a class, attributes and children. */
export function make(name, classes, attributes = {}, ...children) {
  const element = document.createElement(name);
  if (classes) element.className = classes;
  for (const [key, value] of Object.entries(attributes)) if (value !== null) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** Text in which what stands between backticks is code. */
export const withCode = (text) =>
  text.split("`").map((part, index) => (index % 2 ? make("code", "", {}, part) : part));

/** The word and the shape of a level. */
export const levelOf = (level) =>
  make("span", `severity severity-${level}`, {}, make("span", `shape shape-${level}`, { "aria-hidden": "true" }), level);

/** Which of a line's characters a range covers, as UTF-16 offsets; null for none. */
function covered(line, number, { start, end }) {
  if (number < start.line || number > end.line) return null;
  const characters = [...line];
  const unit = (column) => characters.slice(0, column - 1).join("").length;
  const indent = line.length - line.trimStart().length;
  const from = Math.max(indent, number === start.line ? unit(start.column) : 0);
  const to = number === end.line ? unit(end.column) : line.length;
  return from < to ? [from, to] : null;
}

/** The lines of a file. */
export function drawLines({ path, text }, findings) {
  const pieces = highlight(text, path);
  const lines = [[]];
  for (const [kind, part] of pieces) {
    for (const [index, piece] of part.split("\n").entries()) {
      if (index) lines.push([]);
      if (piece) lines.at(-1).push([kind, piece]);
    }
  }
  if (text.endsWith("\n")) lines.pop();
  const own = findings.filter((finding) => finding.path === path && finding.range);
  return lines.map((parts, index) => {
    const line = parts.map(([, piece]) => piece).join("");
    const marks = own.flatMap((finding) => {
      const found = covered(line, index + 1, finding.range);
      return found ? [{ from: found[0], to: found[1], level: finding.level }] : [];
    });
    const cuts = new Set(marks.flatMap(({ from, to }) => [from, to]));
    const element = make("span", "line");
    let [at, open, openFor] = [0, null, ""];
    for (const [kind, piece] of parts) {
      for (let begin = at; at < begin + piece.length; ) {
        let end = at + 1;
        while (end < begin + piece.length && !cuts.has(end)) end += 1;
        const covering = marks.filter(({ from, to }) => from <= at && end <= to);
        const worst = LEVELS.find((level) => covering.some((mark) => mark.level === level)) ?? "";
        if (worst !== openFor) {
          open = worst ? make("mark", `finding-mark finding-${worst}`) : null;
          if (open) element.append(open);
          openFor = worst;
        }
        const shown = line.slice(at, end);
        (open ?? element).append(kind ? make("span", kind, {}, shown) : shown);
        at = end;
      }
    }
    element.append("\n");
    return element;
  });
}
