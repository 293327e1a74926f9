// Opens the built sites of examples/docs:  npm --prefix js run test:docs
import base from "./playwright.config.mjs";

export default {
  ...base,
  testDir: "../tests/docs",
  projects: [{ name: "documentation" }],
};
