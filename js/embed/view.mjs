// What the element shows. It is drawn once; going live replaces the listings by editors in the same places.
import { drawLines, levelOf, make, setMarkup, withCode } from "./listing.mjs";

const words = { violating: "Violating", conforming: "Conforming", "": "Code" };

const counted = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** `1 finding, 2 questions`. */
export function count(findings) {
  const questions = findings.filter(({ level }) => level === "question").length;
  const others = findings.length - questions;
  const parts = [];
  if (others || !questions) parts.push(others ? counted(others, "finding") : "no findings");
  if (questions) parts.push(counted(questions, "question"));
  return parts.join(", ");
}

/** One side: its title, its listing or editor, and its findings. */
export class SideView {
  constructor(side, { shown, checked, labelled, onFinding, onEnter }) {
    this.side = side;
    this.onFinding = onFinding;
    this.word = words[side.side];
    this.counter = make("span", "side-count");
    this.code = make("div", "code");
    this.list = make("ul", "findings", { "aria-label": `Findings in the ${side.side || "shown"} code` });
    const title = side.side
      ? make("p", "side-title", {}, make("span", "side-mark", { "aria-hidden": "true" }), this.word, this.counter)
      : null;
    this.element = make("div", `side side-${side.side || "own"}`, { role: "group", "aria-label": `${this.word}${side.side ? " code" : ""}` });
    if (title) this.element.append(title);
    this.element.append(this.code, this.list);
    this.labelled = labelled;
    this.onEnter = onEnter;
    this.showFindings(side.findings, checked);
    this.showFile(shown);
  }

  /** The file of this side that has a path; a side with one file shows it whatever it is called. */
  fileOf(path) {
    const { files } = this.side;
    return files.find((file) => file.path === path) ?? (files.length === 1 ? files[0] : null);
  }

  /** Shows a file to be read. */
  showFile(path) {
    const file = this.fileOf(path);
    this.file = file;
    if (!file) {
      this.code.replaceChildren(make("p", "absent", {}, "This side has no such file."));
      return;
    }
    const code = make("code");
    // Drawn when the playground was built, from its own files.
    if (file.code !== undefined) setMarkup(code, file.code);
    else code.append(...drawLines(file, this.side.findings));
    file.text ??= code.textContent;
    const listing = make("pre", "listing", {
      tabindex: "0",
      role: "group",
      "aria-label": `${this.word} ${this.side.side ? "example" : ""}, ${file.path}`.replace(" ,", ","),
      "aria-describedby": this.onEnter ? this.labelled : null,
    }, code);
    if (this.onEnter) {
      listing.addEventListener("keydown", (event) => {
        if (event.key === "Enter" && !event.ctrlKey && !event.metaKey && !event.altKey) {
          event.preventDefault();
          this.onEnter(this);
        }
      });
    }
    this.code.replaceChildren(listing);
  }

  /** Shows findings; where nothing was checked yet, nothing is said. */
  showFindings(findings, checked = true) {
    this.side.findings = findings;
    this.counter.textContent = checked ? count(findings) : "";
    const several = this.side.files.length > 1;
    this.list.replaceChildren(
      ...findings.map((finding, index) => {
        const place = several ? `${finding.path.split("/").pop()}:${finding.line}` : `line ${finding.line}`;
        const button = make("button", "finding", { type: "button" },
          levelOf(finding.level), " ", make("b", "", {}, finding.rule), " ", make("span", "finding-line", {}, place), " ",
          make("span", "", {}, ...withCode(finding.message)));
        button.addEventListener("click", () => this.onFinding(this, finding, index));
        return make("li", "", {}, button);
      }),
    );
    this.list.hidden = !findings.length;
  }

  /** Brings a line of the listing into view. */
  revealLine(number) {
    const listing = this.code.querySelector(".listing");
    const line = listing?.querySelectorAll(".line")[number - 1];
    if (!line) return;
    listing.querySelector(".line-shown")?.classList.remove("line-shown");
    line.classList.add("line-shown");
    listing.focus({ preventScroll: true });
    line.scrollIntoView({ block: "nearest", inline: "start" });
  }
}

/** The frame around the sides. */
export function drawFrame({ rule, title, severity, rulePage, playground, sides, paths, shown, onShow, buttons, status, hint }) {
  const head = make("div", "head");
  if (rule) {
    const name = [make("span", "rule-id", {}, rule), ...(title ? [" ", make("span", "rule-title", {}, title)] : [])];
    head.append(make("a", "rule", { href: rulePage, target: "_blank", rel: "noopener", "aria-label": `${rule} ${title ?? ""} in the playground` }, ...name));
    if (severity) head.append(levelOf(severity));
  } else {
    head.append(make("span", "rule-title", {}, title ?? (paths.length === 1 ? paths[0] : "Example")));
  }
  head.append(make("span", "buttons", {}, ...buttons));
  const frame = make("div", "example", {}, head);
  if (paths.length > 1) {
    const tabs = make("div", "tabs", { role: "group", "aria-label": "Files of the example" });
    for (const path of paths) {
      const tab = make("button", "tab", { type: "button", "aria-pressed": String(path === shown) }, path);
      tab.addEventListener("click", () => {
        for (const each of tabs.children) each.setAttribute("aria-pressed", String(each === tab));
        onShow(path);
      });
      tabs.append(tab);
    }
    frame.append(tabs);
  }
  frame.append(make("div", `sides sides-${sides.length}`, {}, ...sides.map((side) => side.element)));
  const home = make("a", "home", { href: playground, target: "_blank", rel: "noopener" }, "Rubric Playground");
  frame.append(make("div", "foot", {}, make("p", "status", { role: "status" }, status), hint, home));
  return frame;
}
