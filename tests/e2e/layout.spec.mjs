// Where things stand, at the widths between a phone's and a desktop's.
import { VIOLATING, expect, loaded, test } from "./fixtures.mjs";

for (const width of [320, 360, 521, 545, 641, 700, 841, 1280]) {
  test(`at ${width} pixels the header is whole, and each of its words on one line`, async ({ page, site }) => {
    await page.setViewportSize({ width, height: 740 });
    await page.goto(site);
    await loaded(page);
    const seen = await page.locator("header.bar").evaluate((bar) => {
      const lines = (node) => {
        const range = document.createRange();
        range.selectNodeContents(node.firstChild);
        return new Set([...range.getClientRects()].map((box) => Math.round(box.top))).size;
      };
      const right = Math.max(...[...bar.querySelectorAll("a, button, select")].map((it) => it.getBoundingClientRect().right));
      return { broken: [...bar.querySelectorAll(".nav-text")].filter((word) => lines(word) > 1).length, beyond: right > innerWidth };
    });
    expect(seen).toEqual({ broken: 0, beyond: false });
  });
}

for (const [name, menu] of [
  ["Open", "open-menu"],
  ["Samples", "samples"],
  ["Export", "export"],
]) {
  test(`the menu of ${name} stands below its button, within the window`, async ({ page, playground }) => {
    await playground.paste(VIOLATING);
    await expect(playground.finding("C5")).toHaveCount(1);
    const button = page.getByRole("button", { name, exact: true });
    await button.click();
    const [above, below] = [await button.boundingBox(), await page.locator(`#${menu}`).boundingBox()];
    const { width } = page.viewportSize();
    expect(below.y).toBeGreaterThanOrEqual(above.y + above.height);
    expect(below.y).toBeLessThanOrEqual(above.y + above.height + 8);
    expect(below.x).toBeLessThanOrEqual(above.x);
    expect(below.x + below.width).toBeGreaterThanOrEqual(Math.min(above.x + above.width, width) - 12);
    expect([below.x >= 0, below.x + below.width <= width]).toEqual([true, true]);
  });
}

test("the buttons stay beside the tabs, which scroll", async ({ page, playground }) => {
  // On a phone the tabs have a line of their own.
  await page.setViewportSize({ width: 1280, height: 740 });
  await playground.open(["first", "second", "third", "fourth", "fifth"].map((name) => ({ name: `app/services/${name}.py`, text: "" })));
  const middle = async (locator) => {
    const { y, height } = await locator.boundingBox();
    return y + height / 2;
  };
  const tabs = await middle(page.getByRole("tablist", { name: "Files" }));
  expect(Math.abs(tabs - (await middle(page.getByRole("button", { name: "Samples" }))))).toBeLessThan(8);
});

const LONG = "app/services/document_processing/pipeline/stages/extraction/upload_handler_of_all.py";

test("a long path leaves the message its room, and a tab its name and its cross", async ({ page, playground }) => {
  await playground.open([{ name: LONG.replaceAll("/", "_"), text: VIOLATING }, { name: "main.py", text: "import os\n" }]);
  await expect(playground.finding("C5")).toHaveCount(1);
  const finding = playground.finding("C5");
  const width = async (part) => (await finding.locator(part).boundingBox()).width;
  const whole = (await finding.boundingBox()).width;
  expect(await width(".finding-message")).toBeGreaterThan(whole * 0.35);
  if (page.viewportSize().width > 900) expect(await width(".finding-place")).toBeLessThanOrEqual(whole * 0.4);
  await expect(finding).toHaveAccessibleName(new RegExp(`${LONG.replaceAll("/", "_")}:9`));
  const tab = playground.tabs.first();
  await tab.focus();
  await page.keyboard.press("Enter");
  const [strip, cross] = [
    await page.getByRole("tablist", { name: "Files" }).boundingBox(),
    await tab.locator(".tab-close").boundingBox(),
  ];
  expect(cross.x).toBeGreaterThanOrEqual(strip.x);
  expect(cross.x + cross.width).toBeLessThanOrEqual(strip.x + strip.width + 1);
});

test("where nothing is selected the list has the room, and on a phone the bar stays below all", async ({ page, playground, site }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await playground.open([1, 2, 3, 4, 5, 6].map((number) => ({ name: `file${number}.py`, text: VIOLATING })));
  await expect(playground.finding("C5")).toHaveCount(6);
  const height = async () => (await page.locator("#findings").boundingBox()).height;
  const alone = await height();
  await playground.finding("C5").first().click();
  await expect.poll(height).toBeLessThan(alone - 60);
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(site);
  await loaded(page);
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  const [status, bar] = [page.locator(".status"), page.locator(".jump-bar")];
  await expect
    .poll(async () => {
      const [above, below] = [await status.boundingBox(), await bar.boundingBox()];
      return [above.y + above.height <= below.y + 1, Math.round(below.y + below.height)];
    })
    .toEqual([true, 740]);
});

test("without findings nobody is told to select one", async ({ page, playground }) => {
  await playground.paste("import os\nx = 1\n");
  await expect(page.getByRole("heading", { name: "No findings" })).toBeVisible();
  await expect(page.getByText("Select a finding")).toHaveCount(0);
});

test("what stands by itself is at least 24 pixels wide and high on a phone", async ({ page, site, playground }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  const small = (selector) =>
    page.locator(selector).evaluateAll((all) =>
      all
        .filter((each) => each.checkVisibility())
        .map((each) => [each.textContent, each.getBoundingClientRect()])
        .filter(([, { width, height }]) => width < 24 || height < 24)
        .map(([text, { width, height }]) => `${text}: ${width}×${height}`),
    );
  await playground.paste(VIOLATING);
  await playground.finding("C5").click();
  await page.getByText("What could not be seen").click();
  await expect(page.locator(".seen a").first()).toBeVisible();
  await expect(page.locator(".detail-link")).toBeVisible();
  expect(await small("a.brand, .seen a, .seen summary, .detail-link")).toEqual([]);
  await playground.cell("C5").click();
  await expect(page.locator(".narrowed-title")).toBeVisible();
  expect(await small(".narrowed-title")).toEqual([]);
  await page.getByRole("button", { name: "Why not?" }).first().click();
  await expect(page.locator("dialog[open] summary")).toBeVisible();
  expect(await small("dialog[open] a, dialog[open] summary")).toEqual([]);
  await page.keyboard.press("Escape");
  for (const [route, selector] of [
    ["rules/C5", ".crumbs a"],
    ["nowhere", "main a"],
    ["link?1x", "main a"],
  ]) {
    await page.goto(`${site}#/${route}`);
    await expect(page.locator(selector).first()).toBeVisible();
    expect(await small(selector), route).toEqual([]);
  }
});

test("more than a thousand findings leave the scorecard as it was", async ({ page, playground }) => {
  const size = () =>
    page.locator(".cell").evaluateAll((cells) => cells.map((cell) => [cell.getBoundingClientRect().width, cell.scrollWidth > cell.clientWidth]));
  await playground.paste(VIOLATING);
  await expect(playground.finding("C5")).toHaveCount(1);
  const before = await size();
  const calls = Array.from({ length: 1200 }, (_, index) => `    requests.get("http://archive/${index}")\n`);
  await playground.paste(`${VIOLATING.split("\n").slice(0, -2).join("\n")}\n${calls.join("")}`);
  await expect(playground.cell("C5")).toHaveAccessibleName(/violated, 1,?201 findings/);
  await expect(playground.cell("C5")).toContainText("1k+");
  expect(await size()).toEqual(before);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
});
