// What the specs in tests/e2e import: the packages are installed here, beside package.json.
import { readFile } from "node:fs/promises";
import addFormatsTo from "ajv-formats";
import AjvOfDraft4 from "ajv-draft-04";

// Both are CommonJS modules.
const Ajv = AjvOfDraft4.default ?? AjvOfDraft4;
const addFormats = addFormatsTo.default ?? addFormatsTo;

export { AxeBuilder } from "@axe-core/playwright";
export { expect, test, chromium } from "@playwright/test";
export { serve } from "./serve.mjs";
export { serveHost } from "./host.mjs";
export { zipSync } from "fflate";

/** The official schema of SARIF 2.1.0, as Microsoft publishes it with its own matchers. */
const SARIF_SCHEMA = new URL(
  "node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json",
  import.meta.url,
);

/** What is wrong with a SARIF log by the official schema, a line each. */
export async function sarifProblems(log) {
  const schema = JSON.parse(await readFile(SARIF_SCHEMA, "utf8"));
  // Its patterns are older than the stricter syntax of Unicode patterns.
  const validator = addFormats(new Ajv({ strict: false, allErrors: true, unicodeRegExp: false }));
  const validate = validator.compile(schema);
  return validate(log) ? [] : validate.errors.map(({ instancePath, message }) => `${instancePath} ${message}`);
}
