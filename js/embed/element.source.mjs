// The element <rubric-example>: docs/embed.md says how a page uses it. build.mjs makes dist/embed.js of this file.
// Until somebody edits or asks for a check, it loads what its rule shows and nothing else.
import style from "rubric:element.css";
import { pack } from "../link.source.mjs";
import { THEMES, readAttributes } from "./attributes.mjs";
import { connect } from "./checker.mjs";
import { make, setMarkup } from "./listing.mjs";
import { readOwnCode } from "./own-code.mjs";
import { FORMAT, VERSION } from "./version.mjs";
import { SideView, count, drawFrame } from "./view.mjs";

/** The folder of the playground. A pinned copy stands in a folder below it. */
const ROOT = new URL(RUBRIC_ROOT, import.meta.url).href;

const sheet = new CSSStyleSheet();
sheet.replaceSync(style);

/** For the editor to arrive. */
const EDITOR_LIMIT_MILLISECONDS = 20_000;

/** The editor's module. An import by itself waits for as long as a connection stays open. */
const load = (address) =>
  new Promise((done, fail) => {
    setTimeout(fail, EDITOR_LIMIT_MILLISECONDS);
    import(address).then(done, fail);
  });

/** Every example of the page, for changes of the host's theme. */
const examples = new Set();

/** Draws an example again whose author has put something else into it. */
const inside = new MutationObserver((changes) => {
  for (const example of new Set(changes.map(({ target }) => (target.closest ? target : target.parentElement)?.closest("rubric-example")))) example?.reread();
});

async function fragment(rule) {
  const address = new URL(`embed/${FORMAT}/rules/${rule}.js`, ROOT).href;
  try {
    return (await import(address)).default;
  } catch {
    throw new Error(`The example of ${rule} could not be loaded from ${address}. Its host must allow other origins to read it, and this page's policy scripts of ${new URL(ROOT).origin}.`);
  }
}

/** The sides to show of a rule's pair or of the author's own code; each example gets objects of its own. */
function sidesOf(example, view, own) {
  const copy = (side, word = side.side) => ({ ...side, side: word, files: side.files.map((file) => ({ ...file })) });
  const [first] = example.sides;
  switch (view ?? (own && example.sides.length === 1 ? "playground" : "pair")) {
    case "pair":
      return example.sides.map((side) => copy(side));
    case "playground":
      return [copy(first, "")];
    default:
      return [copy(example.sides.find((side) => side.side === view) ?? first, view)];
  }
}

const levelOf = (finding) => (finding.certainty === "question" ? "question" : finding.severity);

/** What a report says, as the view shows it. */
const findingsOf = (report) => [
  ...report.problems.map((problem) => ({ ...problem, rule: "", level: "problem", line: problem.range.start.line })),
  ...report.findings.map(({ rule, message, path, range, ...rest }) => ({
    rule, message, path, range, level: levelOf(rest), line: range.start.line,
  })),
];

class RubricExample extends HTMLElement {
  static observedAttributes = ["rule", "view", "theme", "height", "editable", "label"];

  /** Counts the drawings, so that one that was overtaken stops. */
  #turn = 0;
  #frame = null;
  #sides = [];
  #checker = null;
  #editing = false;
  /** The connection that was asked for; null where none is. */
  #asked = null;
  #paused = false;
  /** What was drawn: the attributes and what stands inside. */
  #drawn = "";

  connectedCallback() {
    examples.add(this);
    inside.observe(this, { childList: true, characterData: true, subtree: true });
    // Moved, or away for a while: what was typed stays.
    if (this.#turn && this.#drawn === this.#given()) {
      this.follow();
      if (this.#paused) this.#ask();
      return;
    }
    // What stands inside may not be there yet where the script was loaded early.
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => this.#draw(), { once: true });
    else this.#draw();
  }

  disconnectedCallback() {
    examples.delete(this);
    // An element that is only moved is connected again at once.
    queueMicrotask(() => {
      if (!this.isConnected && this.#asked) {
        this.#disconnect();
        this.#paused = true;
      }
    });
  }

  /** What stands inside has changed. Nothing is taken away that somebody has typed. */
  reread() {
    if (this.isConnected && this.#turn && !this.#editing && this.#drawn !== this.#given()) this.#draw();
  }

  #given() {
    return JSON.stringify([RubricExample.observedAttributes.map((name) => this.getAttribute(name)), this.innerHTML]);
  }

  #disconnect() {
    this.#checker?.close();
    this.#checker = this.#asked = null;
    this.#paused = false;
  }

  attributeChangedCallback(name, before, after) {
    if (before === after || !this.isConnected || !this.#turn) return;
    // A site's toggle takes nothing away that somebody has typed.
    if (name === "theme" && this.#sides.length && THEMES.includes(after ?? "auto")) {
      this.#drawn = this.#given();
      this.follow();
    } else this.#draw();
  }

  /** Follows the host: its own scheme where it has said one, or what its toggle has written; else the reader's. */
  follow() {
    if (!this.#frame) return;
    const theme = this.getAttribute("theme")?.trim().toLowerCase() ?? "auto";
    const toggled = this.closest("[data-theme]")?.dataset.theme;
    // A page's scheme may also stand in a tag of its head, of which computed styles say nothing.
    const host = getComputedStyle(this).colorScheme !== "normal";
    const own = ["light", "dark"].includes(toggled) ? toggled : document.querySelector('meta[name="color-scheme" i]') ? "host" : "user";
    const scheme = theme !== "auto" ? theme : host ? "host" : own;
    this.#frame.className = `${this.#frame.className.split(" ")[0]} scheme-${scheme}`;
  }

  #end() {
    this.#turn += 1;
    this.#disconnect();
    for (const side of this.#sides) if (side.editor) this.#module?.destroyEditor(side.editor);
    this.#sides = [];
    this.#editing = false;
  }

  async #draw() {
    this.#end();
    const turn = this.#turn;
    this.#drawn = this.#given();
    try {
      const given = readAttributes(this);
      const own = readOwnCode(this, given.view);
      if (!own && !given.rule) throw new Error('Give it a rule, for example rule="C5", or code in a <pre>.');
      const example = own ?? (await fragment(given.rule));
      if (turn === this.#turn) this.#show(given, example, own);
    } catch (error) {
      if (turn === this.#turn) this.#complain(error.message);
    }
  }

  #root() {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets.push(sheet);
    return root;
  }

  /** Says to the author what is wrong; what stands inside the element stays. */
  #complain(message) {
    this.#drawn = "";
    this.#frame = make("div", "error", { role: "note" }, make("b", "", {}, "rubric-example: "), message);
    this.#root().replaceChildren(this.#frame, make("slot"));
    this.follow();
  }

  #show({ rule, view, height, editable }, example, own) {
    const sides = sidesOf(example, view, own);
    const checked = !own || own.checked || own.sides.some((side) => side.findings.length > 0);
    const paths = [...new Set(sides.flatMap((side) => side.files.map((file) => file.path)))];
    // A pair of one file each is one file, whatever the two are called.
    const single = sides.every((side) => side.files.length === 1);
    this.#shown = paths[0];
    this.#sides = sides.map((side) => new SideView(side, {
      shown: this.#shown,
      checked,
      labelled: "hint",
      onFinding: (where, finding) => this.#reveal(where, finding),
      onEnter: editable ? (where) => this.#edit(where) : null,
    }));
    for (const side of this.#sides) side.original = side.side.files.map((file) => file.text ?? null);

    const button = (text, press, hidden) => {
      const made = make("button", "button", { type: "button" }, text);
      made.addEventListener("click", press);
      made.hidden = hidden;
      return made;
    };
    this.#editButton = button("Edit", () => this.#edit(this.#sides[0]), !editable);
    this.#checkButton = button("Check", () => this.#ask(), checked);
    this.#resetButton = button("Reset", () => this.#reset(), true);
    this.#resetButton.disabled = true;
    this.#link = make("a", "button", { target: "_blank", rel: "noopener", href: rule ? `${ROOT}#/rules/${rule}` : ROOT }, "Open in the playground");
    this.#rule = own ? null : rule;
    // What is shown is packed into the link only for whoever reaches for it.
    for (const kind of ["pointerenter", "focus", "pointerdown"]) this.#link.addEventListener(kind, () => this.#pack());

    this.#frame = drawFrame({
      rule, title: example.title, severity: example.severity,
      rulePage: `${ROOT}#/rules/${rule}`, playground: ROOT,
      sides: this.#sides, paths: single ? paths.slice(0, 1) : paths, shown: this.#shown,
      onShow: (path) => this.#showFile(path),
      buttons: [this.#checkButton, this.#editButton, this.#resetButton, this.#link],
      status: !checked ? "Not checked yet." : editable ? "Press Edit to change it: it is checked in this browser." : "",
      hint: make("span", "hidden", { id: "hint" }, "Enter starts editing. In the editor, F8 goes to the next finding, and Escape then Tab leaves it."),
    });
    if (height) this.#frame.style.setProperty("--code-height", `${height}px`);
    // An author's own code is set by embed.css as it will be drawn, and no longer, now that the script is there.
    const place = own || this.shadowRoot ? 0 : this.offsetHeight;
    this.#root().replaceChildren(this.#frame);
    this.follow();
    this.#fill(place);
  }

  /**
   * Fills the place that embed.css has kept, where the example is a little lower than that: what stands below does not
   * move. Another width has other heights.
   */
  #fill(place) {
    const [frame, width, room] = [this.#frame, this.clientWidth, place - this.offsetHeight];
    if (room <= 0 || room > place / 4 || !getComputedStyle(this).getPropertyValue("--rubric-place")) return;
    frame.style.minHeight = `${place}px`;
    new ResizeObserver((_, observer) => {
      if (this.clientWidth === width) return;
      frame.style.minHeight = "";
      observer.disconnect();
    }).observe(this);
  }

  #shown;
  #rule;
  #link;
  #editButton;
  #checkButton;
  #resetButton;
  #module;

  #say(text, warning = false) {
    const status = this.#frame.querySelector(".status");
    status.classList.toggle("status-warning", warning);
    if (status.textContent !== text) status.textContent = text;
  }

  #showFile(path) {
    this.#shown = path;
    for (const side of this.#sides) {
      if (this.#editing) this.#openEditor(side);
      else side.showFile(path);
    }
  }

  #reveal(side, finding) {
    if (this.#shown !== finding.path && side.side.files.length > 1) {
      const tab = [...this.#frame.querySelectorAll(".tab")].find((each) => each.textContent === finding.path);
      tab?.click();
    }
    if (side.editor) this.#module.reveal(side.editor, JSON.stringify(finding.range), true);
    else side.revealLine(finding.line);
  }

  async #pack() {
    const changed = this.#isChanged();
    if (this.#rule && !changed) {
      this.#link.href = `${ROOT}#/rules/${this.#rule}`;
      return;
    }
    const files = this.#sides[0].side.files.map(({ path, text }) => ({ path, text }));
    this.#link.href = `${ROOT}#/link?${await pack(JSON.stringify({ made_by: `embed ${VERSION}`, files }))}`;
  }

  // ---- Live ----

  /** Connects to the checker, once, and has everything checked. */
  async #ask() {
    if (this.#asked) return;
    const asked = (this.#asked = {});
    this.#paused = false;
    // What the foot says next may be shorter; what stands below the example must not move for that.
    const foot = this.#frame.lastElementChild;
    foot.style.minHeight = `${foot.offsetHeight}px`;
    // Not `disabled`, which would take the focus from whoever has pressed it.
    this.#checkButton.setAttribute("aria-disabled", "true");
    this.#say(this.#editing ? "Loading the editor and the checker…" : "Loading the checker…");
    try {
      const checker = await connect(ROOT, (reply) => {
        if (asked === this.#asked) this.#receive(reply);
      });
      if (asked !== this.#asked) return checker.close();
      this.#checker = checker;
      this.#check();
    } catch (error) {
      if (asked !== this.#asked) return;
      this.#asked = null;
      this.#checkButton.removeAttribute("aria-disabled");
      this.#checkButton.hidden = false;
      this.#say(error.message, true);
    }
  }

  #check() {
    this.#checker?.check(this.#sides.map(({ side }) => side.files.map((file) => ({ path: file.path, text: this.#textOf(side, file) }))));
  }

  /** The text of a file; one that was never shown has it in its markup. */
  #textOf(side, file) {
    if (file.text === undefined) {
      const code = make("code");
      setMarkup(code, file.code);
      file.text = code.textContent;
    }
    return file.text;
  }

  #receive({ reports, failed }) {
    if (failed) {
      this.#say(`The checker stopped: ${failed} The code is checked again at the next change.`, true);
      return;
    }
    if (this.shadowRoot.activeElement === this.#checkButton) (this.#editButton.hidden ? this.#link : this.#editButton).focus({ preventScroll: true });
    this.#checkButton.hidden = true;
    for (const [index, side] of this.#sides.entries()) {
      side.showFindings(findingsOf(reports[index]));
      if (side.editor) this.#mark(side);
      else {
        for (const file of side.side.files) delete file.code;
        side.showFile(this.#shown);
      }
    }
    const said = this.#sides.map(({ word, side }) => (side.side ? `${word}: ${count(side.findings)}` : count(side.findings)));
    const text = said.join(". ");
    this.#say(`${text[0].toUpperCase()}${text.slice(1)}. Checked in this browser.`);
  }

  #mark(side) {
    const shown = side.side.findings
      .map((finding, index) => ({ ...finding, index }))
      .filter((finding) => finding.path === side.file?.path && finding.range);
    this.#module.setFindings(side.editor, JSON.stringify(shown), undefined);
  }

  /** Puts editors in the place of the listings, and the caret into one. */
  async #edit(where) {
    if (this.#editing) return this.#module?.focusEditor(where.editor);
    this.#editing = true;
    this.#editButton.hidden = true;
    this.#resetButton.hidden = false;
    const turn = this.#turn;
    this.#ask();
    const address = new URL(`embed/${FORMAT}/editor.js`, ROOT).href;
    try {
      this.#module = await load(address);
    } catch {
      if (turn !== this.#turn) return;
      this.#editing = false;
      this.#editButton.hidden = false;
      this.#resetButton.hidden = true;
      this.#say(`The editor could not be loaded from ${address}. Check the connection and press Edit again.`, true);
      return;
    }
    if (turn !== this.#turn) return;
    editorSheet ??= new CSSStyleSheet();
    editorSheet.replaceSync(this.#module.style);
    if (!this.shadowRoot.adoptedStyleSheets.includes(editorSheet)) this.shadowRoot.adoptedStyleSheets.push(editorSheet);
    for (const side of this.#sides) this.#openEditor(side);
    if (where.editor) this.#module.focusEditor(where.editor);
  }

  #openEditor(side) {
    const file = side.fileOf(this.#shown);
    if (!file) {
      if (side.editor) this.#module.destroyEditor(side.editor);
      side.editor = null;
      return side.showFile(this.#shown);
    }
    const text = this.#textOf(side.side, file);
    side.file = file;
    if (!side.editor) {
      const label = `${side.word} code, ${file.path}`;
      side.code.replaceChildren();
      side.editor = this.#module.createEditor(side.code, JSON.stringify({ label, describedBy: "hint" }), (kind, value) => this.#hear(side, kind, value));
    }
    // The empty line behind the last line end would make the editor a line taller than the listing.
    this.#module.showDocument(side.editor, file.path, file.path, text.replace(/\n$/, ""));
    this.#mark(side);
  }

  #hear(side, kind, value) {
    if (kind === "change") {
      side.file.text = value.replace(/\n?$/, "\n");
      this.#resetButton.disabled = !this.#isChanged();
      if (this.#checker) this.#check();
      else this.#ask();
    } else if (kind === "finding") {
      this.#reveal(side, side.side.findings[Number(value)]);
    } else if (kind === "walk") {
      const { findings } = side.side;
      if (!findings.length) return;
      side.walked = (((side.walked ?? (Number(value) > 0 ? -1 : 0)) + Number(value)) % findings.length + findings.length) % findings.length;
      this.#reveal(side, findings[side.walked]);
    }
  }

  /** Whether somebody has typed. A file that was never opened has not changed. */
  #isChanged() {
    return this.#sides.some(({ side, original }) => side.files.some((file, index) => file.text !== undefined && original[index] !== null && file.text !== original[index]));
  }

  #reset() {
    for (const side of this.#sides) {
      for (const [index, file] of side.side.files.entries()) if (side.original[index] !== null) file.text = side.original[index];
      if (side.editor) this.#openEditor(side);
    }
    this.#resetButton.disabled = true;
    this.#sides[0].editor && this.#module.focusEditor(this.#sides[0].editor);
    this.#check();
  }
}

let editorSheet = null;

// A second script on the page, or another version, leaves what is there.
if (!customElements.get("rubric-example")) {
  customElements.define("rubric-example", RubricExample);
  const followed = new MutationObserver(() => examples.forEach((example) => example.follow()));
  for (const element of [document.documentElement, document.body]) if (element) followed.observe(element, { attributes: true });
  // A theme may be told further in, on any element around an example.
  followed.observe(document, { attributeFilter: ["data-theme"], subtree: true });
}
