import { AxeBuilder, Playground, VIOLATING, expect, loaded, test } from "./fixtures.mjs";

const ROUTES = {
  "empty playground": "#/",
  rules: "#/rules",
  settings: "#/settings",
  private: "#/private",
  "narrowed rules": "#/rules?search=no-such-rule",
  "a checked rule": "#/rules/C5",
  "a rule of several files": "#/rules/F7",
  "no such page": "#/nowhere",
};

async function violations(page) {
  // Tall enough that nothing lies under the bar at the bottom, which axe takes for hidden for good.
  const { width } = page.viewportSize();
  if (width < 600) await page.setViewportSize({ width, height: 4000 });
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`);
}

for (const colorScheme of ["light", "dark"]) {
  // What axe sees is the same in Firefox, whose colour scheme Playwright cannot set.
  test.describe(colorScheme, { tag: "@chromium" }, () => {
    test.use({ colorScheme });

    for (const [name, route] of Object.entries(ROUTES)) {
      test(`axe finds nothing on: ${name}`, async ({ page, site }) => {
        await page.goto(site + route);
        await loaded(page);
        await expect(page.getByRole("heading", { level: 1 })).toBeAttached();
        await page.waitForTimeout(200);
        expect(await violations(page)).toEqual([]);
      });
    }

    test("axe finds nothing on a playground with findings, its menu and its dialog", async ({ page, playground }) => {
      test.slow();
      await playground.paste(VIOLATING);
      await playground.finding("C5").click();
      await expect(playground.detail.getByRole("heading", { name: "What conforms" })).toBeVisible();
      expect(await violations(page)).toEqual([]);
      await playground.cell("C5").click();
      expect(await violations(page)).toEqual([]);
      await page.getByRole("button", { name: "Samples", exact: true }).click();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.getByRole("button", { name: "Start over" }).click();
      expect(await violations(page)).toEqual([]);
    });

    test("axe finds nothing on the tabs, their menu and field, the notices and every dialog", async ({
      page,
      playground,
    }) => {
      test.setTimeout(120_000);
      const look = async (what) => expect.soft(await violations(page), what).toEqual([]);
      const escape = async () => {
        await page.keyboard.press("Escape");
        await page.waitForTimeout(100);
      };
      await playground.open([
        { name: "one.py", text: VIOLATING },
        { name: "two.py", text: "x = 1\n" },
        { name: "three.bin", text: "\u0000" },
      ]);
      await expect(playground.finding("C5")).toHaveCount(1);
      await page.getByText("What and why").click();
      await page.getByText("What could not be seen").click();
      await page.getByRole("combobox", { name: "Severity of the listed findings" }).selectOption("high");
      await look("what was left out, what could not be seen, and the filters");
      await page.getByRole("button", { name: "Actions for" }).click();
      await look("the menu of a file");
      await escape();
      await playground.tabs.first().focus();
      await page.keyboard.press("F2");
      await page.keyboard.press("Control+a");
      await page.keyboard.type("two.py");
      await look("a path that is taken");
      await escape();
      await page.keyboard.press("Delete");
      await look("a closed file");
      await playground.paste('Traceback (most recent call last):\n  File "/app/main.py", line 6, in main\n    load(name)\nKeyError: 6\n');
      await expect(page.getByTestId("foreign")).toBeVisible();
      await look("a text that is no Python");
      await playground.paste("--- a/app.py\n+++ b/app.py\n@@ -1,2 +1,3 @@\n import os\n+import time\n x = 1\n");
      await page.getByRole("button", { name: "Read it as a patch" }).click();
      await expect(page.getByTestId("patch")).toContainText("Read as a patch of 1 file");
      await look("a patch");
      await page.keyboard.press("Control+k");
      await look("the palette");
      await page.keyboard.type("no such action");
      await look("an empty palette");
      await escape();
      await page.locator(".palette-button").focus();
      await page.keyboard.press("?");
      await look("the keys");
      await escape();
      await page.getByRole("button", { name: "Open", exact: true }).first().click();
      await look("what can be opened");
      await page.getByRole("button", { name: "A draft of the history" }).click();
      await expect(page.getByRole("dialog", { name: "Drafts" }).getByRole("listitem").first()).toBeVisible();
      await look("the drafts");
      await escape();
      await playground.open(Array.from({ length: 9 }, (_, index) => ({ name: `more${index}.py`, text: "x = 1\n" })));
      await page.getByRole("button", { name: /of 10 files/ }).click();
      await look("the list of files");
      await escape();
      await page.getByRole("link", { name: /^Settings/ }).click();
      await page.getByRole("textbox", { name: /^Tenant key/ }).fill("a b");
      await page.locator("#settings-file").setInputFiles({ name: "a.toml", mimeType: "text/plain", buffer: Buffer.from("x = 1\n") });
      await expect(page.getByText("Nothing was changed")).toBeVisible();
      await look("settings with mistakes");
      await page.getByTestId("requests").click();
      await page.getByRole("button", { name: "Delete what this page keeps" }).click();
      await look("what is kept");
    });

    test("axe finds nothing on a file that stops the checker", async ({ page, site }) => {
      test.slow();
      await page.route("**/worker_loader.js", async (route) => {
        const real = await (await route.fetch()).text();
        const [imports] = /^import[^;]+;/.exec(real) ?? [""];
        const crash = `addEventListener("message", (event) => {
          if (!event.data?.[1]?.includes("CRASH_HERE")) return;
          event.stopImmediatePropagation();
          throw new Error("a crash for the test");
        });`;
        await route.fulfill({ contentType: "text/javascript", body: imports + crash + real.slice(imports.length) });
      });
      await page.goto(site);
      await loaded(page);
      const playground = new Playground(page);
      await playground.open([
        { name: "one.py", text: VIOLATING },
        { name: "bad.py", text: "x = 1\n# CRASH_HERE\n" },
      ]);
      await page.getByRole("button", { name: "Find a smaller text that does it" }).click();
      await expect(page.getByRole("button", { name: "Copy it" })).toBeVisible({ timeout: 20_000 });
      expect(await violations(page)).toEqual([]);
    });
  });
}

test("Tab indents in the editor, and Escape then Tab leaves it", async ({ page, playground }) => {
  await playground.editor.focus();
  await page.keyboard.press("Tab");
  await expect.poll(() => playground.text()).toBe("    ");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  await expect(playground.editor).not.toBeFocused();
  await expect(page.locator("#editor-hint")).toContainText("Esc then Tab leaves the editor");
});

test("all of the page is reached with Tab alone, and the focus is always visible", async ({ page, playground }) => {
  await playground.paste(VIOLATING);
  await playground.finding("C5").click();
  await page.keyboard.press("Escape");
  await page.evaluate(() => document.activeElement?.blur());
  const seen = new Set();
  for (let step = 0; step < 120; step++) {
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    const name = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return "";
      const box = element.getBoundingClientRect();
      if (box.width === 0 || box.height === 0) throw new Error(`the focus is on something invisible: ${element.outerHTML}`);
      return element.getAttribute("aria-label") ?? element.textContent.trim().slice(0, 60);
    });
    if (name) seen.add(name);
  }
  const names = [...seen].join("\n");
  // Of the scorecard one cell: arrow keys go to the others.
  for (const part of ["Playground", "Rules", "Theme", "Samples", "Open", "Start over", "Code of main.py", "C1 "]) {
    expect(names).toContain(part);
  }
  expect(names).toMatch(/All about C5/);
  expect(names).not.toContain("O5 ");
});

test("the outcome and the walk over findings are announced politely", async ({ page, playground }) => {
  const status = page.locator("p.visually-hidden[role=status]");
  await playground.paste(VIOLATING);
  await expect(status).toContainText(/\d+ findings?.*of 28 rules checked/);
  await page.keyboard.press("F8");
  await expect(status).toContainText(/1 of \d+: .*line \d+/);
});

test("a route change puts the focus on the new page's heading", async ({ page, playground }) => {
  await page.getByRole("link", { name: "Rules" }).click();
  await expect(page.getByRole("heading", { name: "Rules", level: 1 })).toBeFocused();
  await expect(page).toHaveTitle("Rules · Rubric Playground");
  expect(playground).toBeTruthy();
});

test("nothing is cut off at 320 pixels", async ({ page, site, viewport }) => {
  await page.setViewportSize({ width: 320, height: viewport.height });
  for (const route of ["#/", "#/rules", "#/rules/C5", "#/rules/F7", "#/settings", "#/private"]) {
    await page.goto(site + route);
    await loaded(page);
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wider, route).toBe(0);
  }
});

// Playwright cannot ask Firefox for reduced motion.
test("where motion is to be reduced, nothing moves", { tag: "@chromium" }, async ({ page, playground }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior)).toBe("auto");
  expect(playground).toBeTruthy();
});
