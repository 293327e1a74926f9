// What the attributes of <rubric-example> say, or what is wrong with them. An author reads the messages.

const RULE = /^(C[1-9]|F[1-8]|I[1-6]|O[1-5])$/;
const VIEWS = ["pair", "violating", "conforming", "playground"];
export const THEMES = ["auto", "light", "dark"];

const listed = (words) => words.map((word) => `"${word}"`).join(", ");

/** One of the words, or the first where the attribute is absent. */
function oneOf(element, name, words) {
  const given = element.getAttribute(name);
  if (given === null) return null;
  const value = given.trim().toLowerCase();
  if (!words.includes(value)) throw new Error(`${name}="${given}" is none of ${listed(words)}.`);
  return value;
}

/** Fails with a sentence for the author. */
export function readAttributes(element) {
  const rule = element.getAttribute("rule")?.trim().toUpperCase() ?? null;
  if (rule !== null && !RULE.test(rule)) {
    throw new Error(`rule="${element.getAttribute("rule")}" is no rule: the rules are C1 to C9, F1 to F8, I1 to I6 and O1 to O5.`);
  }
  const height = element.getAttribute("height")?.trim().toLowerCase() ?? "auto";
  const pixels = /^(\d+)(px)?$/.exec(height);
  if (height !== "auto" && !(pixels && Number(pixels[1]) >= 60)) {
    throw new Error(`height="${element.getAttribute("height")}" is neither "auto" nor a number of pixels from 60 up.`);
  }
  return {
    rule,
    view: oneOf(element, "view", VIEWS),
    theme: oneOf(element, "theme", THEMES) ?? "auto",
    height: pixels ? Number(pixels[1]) : null,
    editable: (oneOf(element, "editable", ["", "true", "false"]) ?? "true") !== "false",
  };
}
