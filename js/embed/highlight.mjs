// Colours for an author's own code until the editor takes over. The libraries that do this are larger than the whole
// script may be, or claim a global name on the host's page; what is coloured here is what a reader looks for.

const PYTHON_WORDS =
  "False|None|True|and|as|assert|async|await|break|class|continue|def|del|elif|else|except|finally|for|from|global|if|import|in|is|lambda|match|case|nonlocal|not|or|pass|raise|return|try|while|with|yield";

const PYTHON = [
  ["comment", /#[^\n]*/y],
  ["string", /[rbfuRBFU]{0,2}("""|''')[^]*?(?:\1|$)/y],
  ["string", /[rbfuRBFU]{0,2}(["'])(?:\\.|(?!\1)[^\\\n])*\1?/y],
  ["decorator", /(?<=^[ \t]*)@[\w.]+/my],
  ["function", /(?<=\bdef\s+)\w+/y],
  ["type", /(?<=\bclass\s+)\w+/y],
  ["number", /(?:False|None|True)\b|\d[\w.]*/y],
  ["keyword", new RegExp(`(?:${PYTHON_WORDS})\\b`, "y")],
  ["function", /\w+(?=\()/y],
  [null, /\w+|\s+/y],
];

// YAML, Dockerfiles, Caddyfiles, `.env`.
const DEPLOYMENT = [
  ["comment", /(?<=^|\s)#[^\n]*/y],
  ["keyword", /(?<=^[ \t]*)[A-Z]+(?=\s)/my],
  ["property", /(?<=^[ \t-]*)[\w./-]+(?=:(?:\s|$)|=)/my],
  ["string", /"(?:\\.|[^"\\\n])*"?|'[^'\n]*'?/y],
  [null, /[\w./-]+|\s+/y],
];

/** The pieces of a text, `[kind, text]`, which together are the text. */
export function highlight(text, path) {
  const grammar = /\.pyi?$/.test(path) ? PYTHON : DEPLOYMENT;
  const pieces = [];
  for (let at = 0; at < text.length; ) {
    let found = [null, text[at]];
    for (const [kind, pattern] of grammar) {
      pattern.lastIndex = at;
      const match = pattern.exec(text);
      if (match?.[0]) {
        found = [kind, match[0]];
        break;
      }
    }
    pieces.push(found);
    at += found[1].length;
  }
  return pieces;
}
