// The pages of `rubric export-docs`, as somebody serves them.
import { fileURLToPath } from "node:url";
import { AxeBuilder, expect, serve, test as base } from "../../js/testing.mjs";

const at = (path) => fileURLToPath(new URL(`../../target/docs-examples/${path}`, import.meta.url));

const test = base.extend({
  exported: async ({}, use) => {
    const server = await serve(at("exported"));
    await use(server.url);
    server.close();
  },
});

for (const colorScheme of ["light", "dark"]) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });
    for (const name of ["index.html", "C5.html", "I4.html", "O4.html"]) {
      test(`axe finds nothing on ${name}`, async ({ page, exported }) => {
        await page.goto(exported + name);
        const { violations } = await new AxeBuilder({ page })
          .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
          .analyze();
        expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`)).toEqual([]);
      });
    }
  });
}

test("every page fits a window of 320 pixels", async ({ page, exported }) => {
  await page.setViewportSize({ width: 320, height: 700 });
  await page.goto(exported);
  const addresses = await page.locator("a.rule").evaluateAll((links) => links.map((link) => link.href));
  expect(addresses).toHaveLength(28);
  for (const address of [exported, ...addresses]) {
    await page.goto(address);
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wider, address).toBe(0);
  }
});

test("the pages need no script and ask for nothing but themselves", async ({ browser, exported }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const requests = [];
  context.on("request", (request) => requests.push(request.url()));
  const page = await context.newPage();
  await page.goto(`${exported}C5.html`);
  await expect(page.locator("mark.finding-high").first()).toHaveText(/sharepoint\.get/);
  for (const name of ["Try C5 in the playground", "Open the conforming files"]) {
    await expect(page.getByRole("link", { name })).toHaveAttribute("href", /^https:\/\/rubric\.example\/#\/link\?1/);
  }
  await expect(page.getByRole("link", { name: "Read C5 in the playground" })).toHaveAttribute("href", "https://rubric.example/#/rules/C5");
  expect(requests).toEqual([`${exported}C5.html`, `${exported}style.css`]);
  await context.close();
});
