import { VIOLATING, expect, loaded, test } from "./fixtures.mjs";

test("while the page loads its frame stands, says what it does, and does not jump", async ({ page, site }) => {
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route("**/app-*_bg.wasm", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(site, { waitUntil: "commit" });
  await expect(page.getByText("Loading the page and the checker")).toBeVisible();
  // Before the style sheets are there nothing is painted, but a box can be asked for: its place is nobody's to see.
  await expect.poll(() => page.evaluate(() => performance.getEntriesByName("first-contentful-paint").length)).toBe(1);
  const before = await page.locator(".bar").boundingBox();
  release();
  await loaded(page);
  expect(await page.locator(".bar").boundingBox()).toEqual(before);
});

test("the same bar stands before and after loading", async ({ page, site }) => {
  await page.goto(site);
  await loaded(page);
  await expect(page.locator("header.bar .brand")).toHaveCount(1);
  await expect(page.getByText("Loading the page")).toHaveCount(0);
});

test.describe("without JavaScript", () => {
  // The browser has the wasm loaded early, and remarks that nothing uses it.
  test.use({ javaScriptEnabled: false, expectedErrors: /preload/ });
  // Firefox cannot be told through WebDriver to run no scripts.
  test("the page says what it needs", { tag: "@chromium" }, async ({ page, site }) => {
    await page.goto(site);
    await expect(page.locator("noscript p", { hasText: "it needs JavaScript and WebAssembly" })).toBeVisible();
  });
});

test("without WebAssembly the page says so", async ({ page, site }) => {
  await page.addInitScript(() => {
    delete globalThis.WebAssembly;
  });
  await page.goto(site);
  await expect(page.getByText("with WebAssembly, which this browser does not offer")).toBeVisible();
});

test.describe("when the page's files do not come", () => {
  test.use({ expectedErrors: /Failed to load resource|WebAssembly|wasm|fetch/i });
  test("it says so", async ({ page, site }) => {
    await page.route("**/app-*_bg.wasm", (route) => route.abort());
    await page.goto(site);
    await expect(page.getByText("The page could not be started")).toBeVisible();
    await expect(page.locator("footer")).toHaveText("not loaded");
  });
});

test("a chosen theme is there before the page is drawn, and stays", async ({ page, site }) => {
  await page.goto(site);
  await loaded(page);
  const theme = page.getByRole("combobox", { name: "Theme" });
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await theme.selectOption("light");
  const light = await background();
  await theme.selectOption("dark");
  expect(await background()).not.toBe(light);

  // The theme is set before the body is parsed: at the first sight of <body>, not after the wasm has run.
  await page.addInitScript(() => {
    new MutationObserver((_, observer) => {
      if (!document.body) return;
      globalThis.themeAtFirst = document.documentElement.dataset.theme;
      observer.disconnect();
    }).observe(document, { childList: true, subtree: true });
  });
  await page.reload();
  await loaded(page);
  expect(await page.evaluate(() => globalThis.themeAtFirst)).toBe("dark");
  await expect(theme).toHaveValue("dark");

  await page.emulateMedia({ colorScheme: "light" });
  await theme.selectOption("system");
  expect(await background()).toBe(light);
});

test("an address that is none of ours leads back", async ({ page, site }) => {
  await page.goto(`${site}#/no/such/page`);
  await expect(page.getByRole("heading", { name: "There is no such page" })).toBeVisible();
  await page.getByRole("main").getByRole("link", { name: "the rules" }).click();
  await expect(page.getByRole("heading", { name: "Rules", level: 1 })).toBeVisible();
});

test("a rule's page stands before its texts are there, and they come into it", async ({ page, site }) => {
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.route("**/catalogue-*.json", async (route) => {
    await held;
    await route.continue();
  });
  await page.goto(`${site}#/rules/C5`);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("C5");
  await expect(page.getByText("Loading the rule's texts and example")).toBeVisible();
  release();
  await expect(page.getByRole("heading", { name: "By example" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "What the checker cannot see" })).toBeVisible();
});

test.describe("when the catalogue's texts do not come", () => {
  test.use({ expectedErrors: /Failed to load resource|fetch/i });
  test("a rule's page says so, and code is checked all the same", async ({ page, site, playground }) => {
    await page.route("**/catalogue-*.json", (route) => route.abort());
    await page.goto(`${site}#/rules/C5`);
    await page.reload();
    await expect(page.getByText("could not be loaded. Check the connection")).toBeVisible();
    await page.goto(`${site}#/`);
    await playground.paste(VIOLATING);
    await expect(playground.findings.first()).toBeVisible();
  });
});
