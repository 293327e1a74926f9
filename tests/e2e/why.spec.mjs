// 'Why not?': what the checker knows of a line, and which condition was not met.
import { AxeBuilder, VIOLATING, expect, test } from "./fixtures.mjs";

const PLAIN = VIOLATING.replace("async def", "def");
const CALL = 'response = requests.get(f"http://archive/{name}")';

const dialog = (page) => page.getByRole("dialog");
const rule = (page, id) => page.getByRole("region", { name: `What ${id} makes of it` });

/** Puts the caret on the line of the call. */
async function goToCall(playground) {
  await playground.editor.getByText("archive").first().click();
}

async function violations(page) {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`);
}

test("a line without a finding is explained", async ({ page, playground }) => {
  await playground.paste(PLAIN);
  await expect(playground.finding("F1")).toBeVisible();
  await goToCall(playground);
  await page.getByRole("button", { name: "Why not?" }).click();
  await expect(dialog(page).getByRole("region", { name: "The line" })).toContainText(CALL);
  await expect(dialog(page)).toContainText("main.py:9");
  await expect(dialog(page)).toContainText("in a thread pool");
  const blocked = rule(page, "C5").getByRole("listitem");
  await expect(blocked.filter({ hasText: "the call waits" })).toContainText(": met. ");
  await expect(blocked.filter({ hasText: "it runs on the event loop" })).toContainText(
    "not met. document is a plain def route handler, which FastAPI runs in its thread pool.",
  );
  await expect(rule(page, "F1")).toContainText("found");
  await page.getByText("rules look at nothing on this line").click();
  await expect(dialog(page).getByText("Migrations", { exact: false }).first()).toBeVisible();
});

test("the key asks about the line of the caret, also after typing", async ({ page, playground }) => {
  await playground.paste(PLAIN);
  await expect(playground.finding("F1")).toBeVisible();
  await goToCall(playground);
  await page.keyboard.press("Home");
  await page.keyboard.type("pass\n    ");
  await page.keyboard.press("F9");
  await expect(dialog(page)).toContainText("main.py:10");
  await expect(dialog(page)).toContainText(CALL);
  await page.keyboard.press("Escape");
  await expect(dialog(page)).toBeHidden();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("why is nothing");
  await page.keyboard.press("Enter");
  await expect(dialog(page)).toContainText("main.py:10");
});

test("a rule is explained over all files, and its places are shown", async ({ page, playground }) => {
  await playground.paste(PLAIN);
  await expect(playground.finding("F1")).toBeVisible();
  await playground.cell("C5").click();
  await page.getByRole("button", { name: "Why not? C5 over all files" }).click();
  await expect(rule(page, "C5")).toContainText("it runs on the event loop");
  await rule(page, "C5").getByRole("button", { name: "main.py:9" }).first().click();
  await expect(dialog(page)).toBeHidden();
  expect(await playground.caretLine()).toBe("9");
});

test("a rule that does not tell its conditions says what it looks at", async ({ page, playground }) => {
  await playground.paste(PLAIN);
  await expect(playground.finding("F1")).toBeVisible();
  await playground.cell("O4").click();
  await page.getByRole("button", { name: "Why not? O4 over all files" }).click();
  await expect(rule(page, "O4")).toContainText("O4 looks at Alembic migrations.");
});

test("checking goes on while somebody asks", async ({ page, playground }) => {
  await playground.paste(PLAIN);
  await expect(playground.finding("F1")).toBeVisible();
  await goToCall(playground);
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(VIOLATING);
  await page.keyboard.press("F9");
  await expect(dialog(page)).toContainText("Line", { ignoreCase: true });
  await page.keyboard.press("Escape");
  await expect(playground.finding("C5")).toBeVisible();
});

for (const colorScheme of ["light", "dark"]) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });

    test("axe finds nothing, and nothing is wider than the window", async ({ page, playground }) => {
      await playground.paste(PLAIN);
      await expect(playground.finding("F1")).toBeVisible();
      await goToCall(playground);
      await page.keyboard.press("F9");
      await expect(rule(page, "C5")).toBeVisible();
      expect(await violations(page)).toEqual([]);
      const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
      expect(inner).toBeLessThanOrEqual(outer);
      const body = dialog(page).locator(".dialog-body");
      expect(await body.evaluate((node) => node.scrollWidth <= node.clientWidth)).toBe(true);
    });
  });
}
