// The one code pane of the page: CodeMirror 6, with findings, the differences to another text, and jumps to a place.
// src/ui/editor.rs declares what is exported here. Positions come as lines and columns from 1, columns counted in
// Unicode code points; CodeMirror counts UTF-16 units from 0, so both directions are converted here and nowhere else.
import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { pythonLanguage } from "@codemirror/lang-python";
import {
  HighlightStyle,
  StreamLanguage,
  bracketMatching,
  indentOnInput,
  indentUnit,
  syntaxHighlighting,
} from "@codemirror/language";
import { diff } from "@codemirror/legacy-modes/mode/diff";
import { dockerFile } from "@codemirror/legacy-modes/mode/dockerfile";
import { properties } from "@codemirror/legacy-modes/mode/properties";
import { yaml } from "@codemirror/legacy-modes/mode/yaml";
import { Chunk } from "@codemirror/merge";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, Prec, RangeSet, StateEffect, StateField, Transaction } from "@codemirror/state";
import {
  Decoration,
  EditorView,
  GutterMarker,
  WidgetType,
  closeHoverTooltips,
  drawSelection,
  dropCursor,
  gutter,
  hasHoverTooltips,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  hoverTooltip,
  keymap,
  lineNumbers,
  placeholder,
  showTooltip,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";

// ---- Positions ------------------------------------------------------------------------------------------------

/** The UTF-16 offset of a line and a column in code points, cut to the text. */
function offsetOf(doc, { line, column }) {
  if (line < 1) return 0;
  if (line > doc.lines) return doc.length;
  const found = doc.line(line);
  let unit = 0;
  for (let left = column - 1; left > 0 && unit < found.length; left--) {
    unit += found.text.codePointAt(unit) > 0xffff ? 2 : 1;
  }
  return found.from + Math.min(unit, found.length);
}

/** The line and the column in code points of a UTF-16 offset. */
function positionOf(doc, offset) {
  const found = doc.lineAt(offset);
  return { line: found.number, column: [...found.text.slice(0, offset - found.from)].length + 1 };
}

/** A range of the report as offsets. An empty one is widened to a character, so that it can be seen. */
function spanOf(doc, range) {
  let from = offsetOf(doc, range.start);
  let to = Math.max(from, offsetOf(doc, range.end));
  if (from === to) {
    const line = doc.lineAt(from);
    if (to < line.to) to += 1;
    else if (from > line.from) from -= 1;
  }
  return { from, to };
}

// ---- Findings: marks in the text and in the gutter, and a tooltip that needs no mouse ----------------------------

const setFindingsEffect = StateEffect.define();
const setSelectedEffect = StateEffect.define();
const openTooltipEffect = StateEffect.define();

/** Worst first: the one that the gutter shows when several start on a line. */
const RANKS = ["critical", "high", "medium", "low", "question", "problem"];

function shapeElement(level) {
  const shape = document.createElement("span");
  shape.className = `shape shape-${level}`;
  shape.setAttribute("aria-hidden", "true");
  return shape;
}

class FindingMarker extends GutterMarker {
  constructor(level, index) {
    super();
    this.level = level;
    this.index = index;
  }
  eq(other) {
    return other.level === this.level && other.index === this.index;
  }
  toDOM() {
    return shapeElement(this.level);
  }
}

function decorate(doc, findings, selected) {
  const marks = [];
  const lines = new Map();
  for (const finding of findings) {
    const { from, to } = spanOf(doc, finding.range);
    const start = doc.lineAt(from).from;
    const known = lines.get(start);
    if (!known || RANKS.indexOf(finding.level) < RANKS.indexOf(known.level)) lines.set(start, finding);
    if (from === to) continue;
    const classes = ["cm-finding", `cm-finding-${finding.level}`];
    if (finding.index === selected) classes.push("cm-finding-selected");
    marks.push(Decoration.mark({ class: classes.join(" "), finding }).range(from, to));
  }
  const gutters = [...lines].map(([from, { level, index }]) => new FindingMarker(level, index).range(from));
  return { marks: Decoration.set(marks, true), gutters: RangeSet.of(gutters, true) };
}

const NOTHING = { list: [], selected: null, marks: Decoration.none, gutters: RangeSet.empty };

const findingsField = StateField.define({
  create: () => NOTHING,
  update(value, transaction) {
    let next = value;
    if (transaction.docChanged) {
      next = {
        ...next,
        marks: next.marks.map(transaction.changes),
        gutters: next.gutters.map(transaction.changes),
      };
    }
    for (const effect of transaction.effects) {
      if (effect.is(setFindingsEffect)) {
        const { list, selected } = effect.value;
        next = { list, selected, ...decorate(transaction.state.doc, list, selected) };
      } else if (effect.is(setSelectedEffect) && effect.value !== next.selected) {
        next = { ...next, selected: effect.value, ...decorate(transaction.state.doc, next.list, effect.value) };
      }
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field, (value) => value.marks),
});

// ---- The evidence of the selected finding, step by step ----------------------------------------------------------

const setEvidenceEffect = StateEffect.define();

/** Each place as a lighter mark, and at the end of its line the numbers of the steps that are on it. */
function decorateEvidence(doc, steps) {
  const ranges = [];
  const lines = new Map();
  for (const { step, range } of steps) {
    const { from, to } = spanOf(doc, range);
    const start = doc.lineAt(from).from;
    lines.set(start, [...(lines.get(start) ?? []), step]);
    if (from !== to) ranges.push(Decoration.mark({ class: "cm-evidence" }).range(from, to));
  }
  for (const [start, numbers] of lines) {
    // Drawn by the style: what stands in the text itself would be copied, and read out in its midst.
    ranges.push(Decoration.line({ attributes: { class: "cm-evidence-line", "data-steps": numbers.join(" ") } }).range(start));
  }
  return Decoration.set(ranges, true);
}

const evidenceField = StateField.define({
  create: () => Decoration.none,
  update(value, transaction) {
    let next = value.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(setEvidenceEffect)) next = decorateEvidence(transaction.state.doc, effect.value);
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** The findings whose mark covers an offset, the shortest first. */
function findingsAt(state, offset) {
  const found = [];
  state.field(findingsField).marks.between(offset, offset, (from, to, mark) => {
    found.push({ from, to, finding: mark.spec.finding });
  });
  return found.sort((one, other) => one.to - one.from - (other.to - other.from));
}

/** Text in which what stands between backticks is code. */
const withCode = (text) =>
  text.split("`").map((part, index) => {
    if (index % 2 === 0) return part;
    const code = document.createElement("code");
    code.textContent = part;
    return code;
  });

function tooltipContent(found) {
  const list = document.createElement("div");
  list.className = "finding-tooltip";
  list.setAttribute("role", "tooltip");
  for (const { finding } of found) {
    const item = document.createElement("p");
    const head = document.createElement("span");
    head.className = `severity severity-${finding.level}`;
    head.append(shapeElement(finding.level), finding.level);
    const rule = document.createElement("b");
    rule.textContent = finding.rule;
    item.append(head, " ", ...(finding.rule ? [rule, " "] : []), ...withCode(finding.message));
    list.append(item);
  }
  return { dom: list };
}

/** The tooltip that a tap, a click or F8 opens. It closes with Escape, an edit, or the caret leaving the finding. */
const tooltipField = StateField.define({
  create: () => null,
  update(value, transaction) {
    let next = transaction.docChanged ? null : value;
    if (transaction.selection && next) {
      const head = transaction.state.selection.main.head;
      if (head < next.from || head > next.to) next = null;
    }
    for (const effect of transaction.effects) if (effect.is(openTooltipEffect)) next = effect.value;
    return next;
  },
  provide: (field) =>
    showTooltip.from(field, (open) =>
      open && {
        pos: open.from,
        end: open.to,
        above: true,
        create: (view) => tooltipContent(findingsAt(view.state, open.from)),
      }),
});

/** Where the mouse last was over an editor, and whether Escape was pressed while it rested there. */
const pointer = { x: 0, y: 0, dismissed: false };

const closeTooltips = (view) => {
  // A resting mouse must not open again what was just closed: its wait may still be running.
  pointer.dismissed = true;
  if (view.state.field(tooltipField)) view.dispatch({ effects: openTooltipEffect.of(null) });
  if (hasHoverTooltips(view.state)) view.dispatch({ effects: closeHoverTooltips });
  // Not handled for good: Escape must also start CodeMirror's "then Tab leaves the editor".
  return false;
};

const hover = [
  hoverTooltip((view, offset) => {
    const found = findingsAt(view.state, offset);
    const open = view.state.field(tooltipField);
    if (!found.length || pointer.dismissed || (open && offset >= open.from && offset <= open.to)) return null;
    // The focus may be elsewhere while the mouse rests here, and Escape closes what it opened there too.
    const onKey = (event) => event.key === "Escape" && closeTooltips(view);
    return {
      pos: found[0].from,
      end: found[0].to,
      above: true,
      create: () => ({
        ...tooltipContent(found),
        mount: () => document.addEventListener("keydown", onKey),
        destroy: () => document.removeEventListener("keydown", onKey),
      }),
    };
  }),
  EditorView.domEventHandlers({
    mousemove(event) {
      // Browsers also tell of a move when only the page under the mouse has changed.
      if (event.clientX === pointer.x && event.clientY === pointer.y) return;
      Object.assign(pointer, { x: event.clientX, y: event.clientY, dismissed: false });
    },
  }),
];

// ---- Differences to the other side of a pair ---------------------------------------------------------------------

const setOtherEffect = StateEffect.define();

const LINE_HEIGHT_PIXELS = 19.5;

class Spacer extends WidgetType {
  constructor(lines) {
    super();
    this.lines = lines;
  }
  eq(other) {
    return other.lines === this.lines;
  }
  toDOM() {
    const spacer = document.createElement("div");
    spacer.className = "cm-spacer";
    spacer.setAttribute("aria-hidden", "true");
    spacer.style.setProperty("--lines", String(this.lines));
    return spacer;
  }
  get estimatedHeight() {
    return this.lines * LINE_HEIGHT_PIXELS;
  }
}

/** How many lines the text from `from` to `to`, which ends behind a line's end, has. */
const linesBetween = (doc, from, to) =>
  from >= to ? 0 : doc.lineAt(Math.min(to, doc.length + 1) - 1).number - doc.lineAt(from).number + 1;

/** The words that differ, the lines they are on, and empty space where the other side has more lines. */
function compare(state, other) {
  if (!other) return Decoration.none;
  const own = state.doc;
  const theirs = state.toText(other.text);
  const first = other.side === "violating";
  const chunks = first ? Chunk.build(own, theirs, DIFF) : Chunk.build(theirs, own, DIFF);
  const ranges = [];
  for (const chunk of chunks) {
    const [from, to] = first ? [chunk.fromA, chunk.toA] : [chunk.fromB, chunk.toB];
    const count = linesBetween(own, from, to);
    const otherCount = first
      ? linesBetween(theirs, chunk.fromB, chunk.toB)
      : linesBetween(theirs, chunk.fromA, chunk.toA);
    for (let line = own.lineAt(from), left = count; left > 0; left--) {
      ranges.push(Decoration.line({ class: "cm-differs" }).range(line.from));
      if (line.number < own.lines) line = own.line(line.number + 1);
    }
    for (const change of chunk.changes) {
      const [start, end] = first ? [change.fromA, change.toA] : [change.fromB, change.toB];
      markWords(own, from + start, Math.min(from + end, own.length), ranges);
    }
    if (other.aligned && otherCount > count) {
      const widget = new Spacer(otherCount - count);
      const atEnd = from > own.length || to > own.length;
      ranges.push(
        atEnd
          ? Decoration.widget({ widget, block: true, side: 1 }).range(own.length)
          : Decoration.widget({ widget, block: true, side: -1 }).range(to),
      );
    }
  }
  return Decoration.set(ranges, true);
}

const DIFF = { scanLimit: 1000, timeout: 200 };

/** Marks a range line by line, without the indentation and the spaces at the end of a line. */
function markWords(doc, from, to, ranges) {
  for (let at = from; at < to; ) {
    const line = doc.lineAt(at);
    const end = Math.min(to, line.to);
    const text = line.text.slice(at - line.from, end - line.from);
    const before = at - line.from <= /^\s*/.exec(line.text)[0].length ? /^\s*/.exec(text)[0].length : 0;
    const after = end === line.to ? /\s*$/.exec(text)[0].length : 0;
    if (at + before < end - after) {
      ranges.push(Decoration.mark({ class: "cm-differs-word" }).range(at + before, end - after));
    }
    at = line.to + 1;
  }
}

const comparisonField = StateField.define({
  create: () => ({ other: null, decorations: Decoration.none }),
  update(value, transaction) {
    let other = value.other;
    for (const effect of transaction.effects) if (effect.is(setOtherEffect)) other = effect.value;
    if (other === value.other && !transaction.docChanged) return value;
    return { other, decorations: compare(transaction.state, other) };
  },
  provide: (field) => EditorView.decorations.from(field, (value) => value.decorations),
});

// ---- Languages and looks -----------------------------------------------------------------------------------------

// White space at the end of a line is an error to these two, and not drawn as one.
const tokenTable = { error: tags.invalid };
const PATCH = StreamLanguage.define({ ...diff, tokenTable });
const YAML = StreamLanguage.define(yaml);
const DOCKERFILE = StreamLanguage.define({ ...dockerFile, tokenTable });
const ENVIRONMENT = StreamLanguage.define(properties);

function languageOf(path) {
  const name = path.split("/").pop().toLowerCase();
  if (/\.pyi?$/.test(name)) return pythonLanguage;
  if (/\.(diff|patch)$/.test(name)) return PATCH;
  if (/\.(ya?ml|tpl)$/.test(name)) return YAML;
  if (/^(dockerfile|containerfile)|\.dockerfile$/.test(name)) return DOCKERFILE;
  if (/^\.env|\.(env|ini|cfg|toml)$/.test(name)) return ENVIRONMENT;
  return [];
}

// Every colour is a custom property of assets/tokens.css, so the editor follows the theme without being told.
const highlight = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword, tags.definitionKeyword, tags.moduleKeyword], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--code-string)" },
  { tag: [tags.comment, tags.lineComment, tags.blockComment], color: "var(--code-comment)", fontStyle: "italic" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--code-number)" },
  { tag: [tags.function(tags.definition(tags.variableName)), tags.function(tags.variableName), tags.function(tags.propertyName)], color: "var(--code-function)" },
  { tag: [tags.className, tags.definition(tags.className), tags.typeName], color: "var(--code-type)" },
  { tag: [tags.propertyName, tags.attributeName, tags.definition(tags.propertyName)], color: "var(--code-property)" },
  { tag: [tags.inserted], color: "var(--conforms)" },
  { tag: [tags.deleted], color: "var(--high)", textDecoration: "none" },
  { tag: [tags.meta, tags.annotation], color: "var(--code-decorator)" },
]);

const looks = EditorView.theme({
  "&": { color: "var(--text)", backgroundColor: "var(--surface)", height: "100%" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--code-font)", fontSize: "var(--code-size)", lineHeight: "var(--code-line)" },
  ".cm-content": { caretColor: "var(--text)", padding: "6px 0" },
  ".cm-line": { padding: "0 12px 0 4px" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--text)", borderLeftWidth: "2px" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--faint)", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 8px 0 4px", minWidth: "28px" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLine, &.cm-focused .cm-activeLineGutter": { backgroundColor: "var(--line-active)" },
  "&.cm-focused .cm-activeLineGutter": { color: "var(--text)" },
  "& > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground":
    { backgroundColor: "var(--selection)" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "transparent", outline: "1px solid var(--line-strong)" },
  ".cm-nonmatchingBracket, &.cm-focused .cm-nonmatchingBracket": { backgroundColor: "transparent", color: "var(--high)" },
  ".cm-selectionMatch": { backgroundColor: "var(--match)" },
  ".cm-searchMatch": { backgroundColor: "var(--match)", outline: "1px solid var(--line-strong)" },
  ".cm-searchMatch.cm-searchMatch-selected": { backgroundColor: "var(--selection)" },
  ".cm-panels": { backgroundColor: "var(--sunken)", color: "var(--text)", borderColor: "var(--line)" },
  ".cm-panels.cm-panels-top": { borderBottom: "1px solid var(--line)" },
  ".cm-panels.cm-panels-bottom": { borderTop: "1px solid var(--line)" },
  ".cm-textfield": { backgroundColor: "var(--surface)", color: "var(--text)", border: "1px solid var(--line-strong)", fontSize: "13px" },
  ".cm-button": { backgroundImage: "none", backgroundColor: "var(--surface)", color: "var(--text)", border: "1px solid var(--line-strong)", borderRadius: "4px", fontSize: "13px" },
  ".cm-panel.cm-search [name=close]": { color: "var(--text)", minWidth: "24px", minHeight: "24px" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--text)", border: "1px solid var(--line-strong)", borderRadius: "6px", boxShadow: "var(--shadow)", maxWidth: "min(44ch, 90vw)" },
  ".cm-placeholder": { color: "var(--faint)" },
  ".cm-gutter-findings": { width: "18px" },
  ".cm-gutter-findings .cm-gutterElement": { display: "flex", alignItems: "center", justifyContent: "center", cursor: "pointer" },
});

/**
 * Text over a selection of several lines. Left to itself the browser joins the lines and sets style attributes on
 * them to keep their look, which the page's policy blocks with an error in the console. So CodeMirror does it.
 */
function replaceSelected(event, view) {
  const { from, to, empty } = view.state.selection.main;
  const { data, inputType } = event;
  if (empty || inputType !== "insertText" || !data || event.isComposing || view.composing || view.state.readOnly) return false;
  if (view.state.doc.lineAt(from).to >= to) return false;
  event.preventDefault();
  const insert = () => view.state.update(view.state.replaceSelection(data), { userEvent: "input.type", scrollIntoView: true });
  const handled = view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, data, insert));
  if (!handled) view.dispatch(insert());
  return true;
}

// ---- The limit of a text ---------------------------------------------------------------------------------------

/** As much as of a file that is opened (`LIMITS.fileBytes` in intake.source.mjs): more freezes the page. */
const LARGEST_TEXT = 2_000_000;

/** Refuses what is pasted or typed beyond the limit, a paste before the editor takes it in. What is there stays. */
const limited = (tell) => {
  const refuse = (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? event.dataTransfer?.getData("text/plain") ?? event.data;
    if (!(text?.length > LARGEST_TEXT)) return false;
    event.preventDefault();
    tell("refused", "");
    return true;
  };
  return [
    Prec.highest(EditorView.domEventHandlers({ paste: refuse, drop: refuse, beforeinput: refuse })),
    EditorState.changeFilter.of((transaction) => {
      const length = transaction.newDoc.length;
      if (programmatic(transaction) || length <= LARGEST_TEXT || length <= transaction.startState.doc.length) return true;
      tell("refused", "");
      return false;
    }),
  ];
};

// ---- The exported pane -------------------------------------------------------------------------------------------

const programmatic = (transaction) => transaction.annotation(Transaction.userEvent) === undefined;

const findingsGutter = (tell) =>
  gutter({
    class: "cm-gutter-findings",
    markers: (view) => view.state.field(findingsField).gutters,
    initialSpacer: () => new FindingMarker("low", -1),
    domEventHandlers: {
      click(view, block) {
        let index = null;
        view.state.field(findingsField).gutters.between(block.from, block.from, (_from, _to, marker) => {
          index = marker.index;
        });
        if (index === null) return false;
        tell("finding", String(index));
        return true;
      },
    },
  });

/** What is left of an editor that was taken off the page, by `options.kept`: its documents, for the next one of that name. */
const leftBehind = new Map();

/**
 * Makes an editor inside `parent`. `tell(kind, value)` is called with
 * "change" and the text, "select" and a position as JSON, "finding" and an index, "refused" where a text would be too
 * large, or "walk" and "1" or "-1".
 */
export function createEditor(parent, optionsJson, hear) {
  const options = JSON.parse(optionsJson);
  const left = leftBehind.get(options.kept);
  if (left) {
    // Its documents tell whoever shows them now.
    Object.assign(left, { hear, current: null });
    left.view = new EditorView({ parent, state: EditorState.create({ extensions: left.extensions }) });
    return left;
  }
  const editor = { hear, documents: new Map(), current: null };
  const tell = (kind, value) => editor.hear(kind, value);
  const language = new Compartment();
  const walk = (step) => () => {
    tell("walk", step);
    return true;
  };
  const extensions = [
    limited(tell),
    findingsField,
    evidenceField,
    // A pane that is only read shows no findings.
    ...(options.readOnly ? [] : [findingsGutter(tell)]),
    lineNumbers(),
    highlightActiveLineGutter(),
    highlightSpecialChars(),
    history(),
    drawSelection(),
    dropCursor(),
    EditorState.allowMultipleSelections.of(true),
    indentUnit.of("    "),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    highlightActiveLine(),
    highlightSelectionMatches(),
    search({ top: true }),
    syntaxHighlighting(highlight),
    language.of([]),
    tooltipField,
    hover,
    comparisonField,
    looks,
    keymap.of([
      { key: "Escape", run: closeTooltips },
      { key: "F8", run: walk("1"), shift: walk("-1"), preventDefault: true },
      ...closeBracketsKeymap,
      ...defaultKeymap,
      ...searchKeymap,
      ...historyKeymap,
      indentWithTab,
    ]),
    EditorView.contentAttributes.of({
      "aria-label": options.label,
      ...(options.describedBy ? { "aria-describedby": options.describedBy } : {}),
      // An editable element takes the focus without it; accessibility checkers want to see it said.
      tabindex: "0",
      autocapitalize: "off",
      autocorrect: "off",
      spellcheck: "false",
    }),
    EditorView.domEventHandlers({ beforeinput: replaceSelected }),
    EditorView.updateListener.of((update) => {
      // Where the page asks for the line of the caret.
      const { state, view } = update;
      if (update.selectionSet || update.docChanged) view.dom.dataset.line = state.doc.lineAt(state.selection.main.head).number;
      const own = update.transactions.every((transaction) => programmatic(transaction));
      if (update.docChanged && !own) tell("change", update.state.doc.toString());
      const selected = update.transactions.some((transaction) => transaction.isUserEvent("select"));
      if (!selected) return;
      const head = update.state.selection.main.head;
      tell("select", JSON.stringify(positionOf(update.state.doc, head)));
      const [first] = findingsAt(update.state, head);
      if (first && update.transactions.some((transaction) => transaction.isUserEvent("select.pointer"))) {
        // Not during the update that is being reported.
        queueMicrotask(() => update.view.dispatch({ effects: openTooltipEffect.of({ from: first.from, to: first.to }) }));
      }
    }),
  ];
  if (options.readOnly) extensions.push(EditorState.readOnly.of(true));
  if (options.wrap) extensions.push(EditorView.lineWrapping);
  if (options.placeholder) extensions.push(placeholder(options.placeholder));
  const view = new EditorView({ parent, state: EditorState.create({ extensions }) });
  if (options.kept) leftBehind.set(options.kept, editor);
  return Object.assign(editor, { view, extensions, language });
}

/**
 * Shows a document. The state of the one shown before (its undo history, its selection) is kept under its key and
 * comes back with it, as long as its text is still the same.
 */
export function showDocument(editor, key, path, text) {
  const { view } = editor;
  if (editor.current === key) {
    if (editor.path !== path) view.dispatch({ effects: editor.language.reconfigure(languageOf(path)) });
    editor.path = path;
    // Compared by string: CodeMirror has made every line end a "\n".
    if (view.state.doc.toString() !== text) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    }
    return;
  }
  if (editor.current !== null) editor.documents.set(editor.current, view.state);
  const kept = editor.documents.get(key);
  if (kept && kept.doc.toString() === text) {
    view.setState(kept);
    view.dispatch({ effects: [editor.language.reconfigure(languageOf(path)), openTooltipEffect.of(null)] });
  } else {
    view.setState(EditorState.create({ doc: text, extensions: editor.extensions }));
    view.dispatch({ effects: editor.language.reconfigure(languageOf(path)) });
  }
  editor.current = key;
  editor.path = path;
}

/** Shows findings: `[{index, level, rule, message, range}]`, and which of them is selected, or nothing. */
export function setFindings(editor, json, selected) {
  editor.view.dispatch({ effects: setFindingsEffect.of({ list: JSON.parse(json), selected: selected ?? null }) });
}

/** Marks a finding as the selected one. */
export function setSelected(editor, selected) {
  editor.view.dispatch({ effects: setSelectedEffect.of(selected ?? null) });
}

/** Marks where the evidence of the selected finding is: `[{step, range}]`. */
export function setEvidence(editor, json) {
  editor.view.dispatch({ effects: setEvidenceEffect.of(JSON.parse(json)) });
}

/** Marks what differs from the other side's text. `side` says which side this editor is. */
export function compareWith(editor, text, side, aligned) {
  const other = text === undefined ? null : { text, side, aligned };
  editor.view.dispatch({ effects: setOtherEffect.of(other) });
}

/** Scrolls to a range, puts the caret at its start, and opens the tooltip of a finding there if asked. */
export function reveal(editor, json, focus) {
  const { view } = editor;
  const { from, to } = spanOf(view.state.doc, JSON.parse(json));
  const found = findingsAt(view.state, from).find((each) => each.to >= to);
  view.dispatch({
    selection: { anchor: from },
    effects: [
      EditorView.scrollIntoView(from, { y: "center" }),
      openTooltipEffect.of(focus && found ? { from: found.from, to: found.to } : null),
    ],
  });
  if (focus) view.focus();
}

/** Puts the caret into the editor. */
export function focusEditor(editor) {
  editor.view.focus();
}

/** Takes the editor off the page. */
export function destroyEditor(editor) {
  if (editor.current !== null) editor.documents.set(editor.current, editor.view.state);
  editor.view.destroy();
}
