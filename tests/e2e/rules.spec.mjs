import { VIOLATING, expect, loaded, test, Playground } from "./fixtures.mjs";

test.beforeEach(async ({ page, site }) => {
  await page.goto(`${site}#/rules`);
  await loaded(page);
});

test("all 28 rules stand in their sections", async ({ page }) => {
  await expect(page.locator(".card")).toHaveCount(28);
  await expect(page.getByRole("main").getByRole("heading", { level: 2 })).toHaveText([
    "Concurrency",
    "Fault tolerance",
    "Isolation",
    "Operations",
  ]);
  await expect(page.getByText(/28 rules/).first()).toBeVisible();
  await expect(page.getByText("not checked yet")).toHaveCount(0);
});

test("search and filters narrow the list, and stand in the address", async ({ page }) => {
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox")).toBeFocused();
  await page.keyboard.type("event loop");
  await expect(page.locator(".card", { hasText: "Never block the event loop" })).toBeVisible();
  expect(await page.locator(".card").count()).toBeLessThan(28);
  await page.getByLabel("Section").selectOption("concurrency");
  await page.getByLabel("Severity").selectOption("high");
  await page.getByLabel("Needs").selectOption("snippet");
  await expect(page).toHaveURL(/#\/rules\?search=event\+loop&section=concurrency&severity=high&needs=snippet/);
  const shown = await page.locator(".card").allTextContents();
  expect(shown.length).toBeGreaterThan(0);

  await page.reload();
  await loaded(page);
  await expect(page.getByRole("searchbox")).toHaveValue("event loop");
  await expect(page.getByLabel("Section")).toHaveValue("concurrency");
  expect(await page.locator(".card").allTextContents()).toEqual(shown);
});

test("a rule is found by its id", async ({ page }) => {
  await page.getByRole("searchbox").fill("c5");
  await expect(page.locator(".card .rule-id", { hasText: "C5" })).toBeVisible();
});

test("a search that finds nothing says so and leads back", async ({ page }) => {
  await page.getByRole("searchbox").fill("no such rule anywhere");
  await expect(page.getByText("No rule is like that")).toBeVisible();
  await page.getByRole("button", { name: "Show all rules" }).click();
  await expect(page.locator(".card")).toHaveCount(28);
});

test("a rule's page has its texts, and its pair side by side or stacked", async ({ page, viewport }) => {
  await page.getByRole("link", { name: "Never block the event loop" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("C5");
  for (const heading of ["What", "Why", "What to do", "What the checker cannot see"]) {
    await expect(page.getByRole("heading", { name: heading, exact: true, level: 2 })).toBeVisible();
  }
  const violating = await page.getByRole("region", { name: "violating" }).boundingBox();
  const conforming = await page.getByRole("region", { name: "conforming" }).boundingBox();
  if (viewport.width > 600) {
    expect(conforming.y).toBe(violating.y);
    expect(conforming.x).toBeGreaterThanOrEqual(violating.x + violating.width - 1);
  } else {
    expect(conforming.y).toBeGreaterThanOrEqual(violating.y + violating.height - 1);
    expect(conforming.x).toBe(violating.x);
  }
  await expect(page.locator(".pair-violating .cm-differs").first()).toBeVisible();
  await expect(page.locator(".pair-conforming .cm-differs-word").first()).toBeVisible();
});

test("side by side, lines that are the same are level", async ({ page, site }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.goto(`${site}#/rules/C5`);
  const tops = async (side) => {
    const lines = page.locator(`.pair-${side} .cm-line`);
    await expect(lines.first()).toBeVisible();
    return lines.evaluateAll((all) => all.map((line) => [line.textContent, line.getBoundingClientRect().top]));
  };
  const left = await tops("violating");
  const right = new Map((await tops("conforming")).map(([text, top]) => [text, top]));
  const once = left.filter(([text], _, all) => text && all.filter(([other]) => other === text).length === 1);
  const both = once.filter(([text]) => right.has(text));
  expect(both.length).toBeGreaterThan(5);
  for (const [text, top] of both) expect(Math.abs(right.get(text) - top), text).toBeLessThan(1.5);
});

test("both sides are live: findings follow typing, and reset brings the example back", async ({ page, site }) => {
  await page.goto(`${site}#/rules/C5`);
  const status = page.locator(".example-status");
  await expect(status).toHaveText("C5 in the violating code: violated, in the conforming code: conforms");
  await expect(page.locator(".pair-violating .pair-findings button").first()).toContainText("C5");
  await expect(page.locator(".pair-conforming .pair-count")).toHaveText("no findings");

  const conforming = page.getByRole("textbox", { name: /conforming example/ });
  await conforming.focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(VIOLATING);
  await expect(page.locator(".pair-conforming .pair-findings button", { hasText: "C5" })).toHaveCount(1);
  await expect(status).toHaveText(/in the conforming code: violated/);
  await page.keyboard.press("F8");
  await expect(page.locator(".pair-conforming .finding-tooltip")).toBeVisible();

  await page.getByRole("button", { name: "Reset" }).click();
  await expect(page.locator(".pair-conforming .pair-count")).toHaveText("no findings");
  await expect(conforming).not.toContainText("http://archive/");
  await expect(page.getByRole("button", { name: "Reset" })).toBeDisabled();
});

test("what was typed into one rule's pair is not in the next one's", async ({ page, site }) => {
  await page.goto(`${site}#/rules/C5`);
  await page.getByRole("textbox", { name: /violating example/ }).focus();
  await page.keyboard.insertText("# mine ");
  await page.getByRole("link", { name: /^Next/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("C6");
  await expect(page.getByRole("textbox", { name: /violating example/ })).not.toContainText("# mine");
  await page.getByRole("link", { name: /^Previous/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("C5");
});

test("an example of several files shows them as tabs", async ({ page, site }) => {
  await page.goto(`${site}#/rules/F7`);
  const tabs = page.getByRole("group", { name: "Files of the example" }).getByRole("button");
  expect(await tabs.count()).toBeGreaterThan(1);
  const before = await page.locator(".pair-violating .cm-content").textContent();
  await tabs.last().click();
  await expect(tabs.last()).toHaveAttribute("aria-pressed", "true");
  await expect(page.locator(".pair-violating .cm-content")).not.toHaveText(before);
});

test("an example opens in the playground as it was edited", async ({ page, site }) => {
  await page.goto(`${site}#/rules/C5`);
  await page.getByRole("textbox", { name: /violating example/ }).focus();
  await page.keyboard.press("Control+Home");
  await page.keyboard.insertText("# edited here ");
  await page.getByRole("button", { name: "Open in the playground" }).click();
  const playground = new Playground(page);
  await expect(playground.finding("C5").first()).toBeVisible();
  await expect.poll(() => playground.text()).toContain("# edited here");
});

test("of an example whose conforming side alone was edited, that side is opened", async ({ page, site }) => {
  await page.goto(`${site}#/rules/C5`);
  await page.getByRole("textbox", { name: /conforming example/ }).focus();
  await page.keyboard.press("Control+Home");
  await page.keyboard.insertText("# mended here ");
  await page.getByRole("button", { name: "Open in the playground" }).click();
  await expect.poll(() => new Playground(page).text()).toContain("# mended here");
});
