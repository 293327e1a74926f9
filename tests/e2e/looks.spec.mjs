// Pictures of every screen, kept in test-results/screens for somebody to look at.
import { fileURLToPath } from "node:url";
import { VIOLATING, expect, loaded, test } from "./fixtures.mjs";

const SCREENS = fileURLToPath(new URL("../../test-results/screens", import.meta.url));

for (const colorScheme of ["light", "dark"]) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("pictures of every screen", async ({ page, playground, site }, testInfo) => {
      const take = (name) =>
        page.screenshot({
          path: `${SCREENS}/${testInfo.project.name}-${colorScheme}-${name}.png`,
          fullPage: testInfo.project.name === "phone",
        });
      // Playwright does not set Firefox's own colour scheme.
      const isSet = await page.evaluate((scheme) => matchMedia(`(prefers-color-scheme: ${scheme})`).matches, colorScheme);
      if (!isSet) await page.getByRole("combobox", { name: "Theme" }).selectOption(colorScheme);
      await take("playground-empty");
      await playground.paste(VIOLATING);
      await playground.finding("C5").click();
      await expect(playground.detail.locator(".cm-differs-word").first()).toBeAttached();
      await take("playground");
      for (const [name, route] of [["rules", "#/rules"], ["rule-C5", "#/rules/C5"], ["rule-F7", "#/rules/F7"]]) {
        await page.goto(site + route);
        await loaded(page);
        await page.waitForTimeout(300);
        await take(name);
      }
    });
  });
}
