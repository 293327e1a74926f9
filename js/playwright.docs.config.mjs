// Opens the built sites of docs/recipes:  npm --prefix js run test:docs
import base from "./playwright.config.mjs";

export default {
  ...base,
  testDir: "../tests/docs",
  projects: [{ name: "documentation" }],
};
