// What the specs in tests/e2e import: the packages are installed here, beside package.json.
export { AxeBuilder } from "@axe-core/playwright";
export { expect, test, chromium } from "@playwright/test";
export { serve } from "./serve.mjs";
export { zipSync } from "fflate";
