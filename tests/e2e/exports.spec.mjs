import { AxeBuilder, VIOLATING, downloaded, expect, mayReadClipboard, sarifProblems, test } from "./fixtures.mjs";

/** A report with findings, a question and a problem, in a file whose name is hard to write. */
const HOSTILE_NAME = "<script>alert(1)<&script>`x`.py";

async function menu(page) {
  await page.getByRole("button", { name: "Export" }).click();
  return page.getByRole("group", { name: "Export" });
}

async function download(page, name) {
  const items = await menu(page);
  return downloaded(page, () => items.getByRole("button", { name, exact: false }).last().click());
}

const clipboard = (page) => page.evaluate(() => navigator.clipboard.readText());

test("a finding is copied as a review comment that leads to its rule", async ({ page, site, playground }) => {
  await mayReadClipboard(page);
  await playground.paste(VIOLATING);
  await playground.finding("C5").click();
  await playground.detail.getByRole("button", { name: "Copy as review comment" }).click();
  await expect(page.locator("p.visually-hidden[role=status]")).toContainText("Copied the finding as a review comment");
  const text = await clipboard(page);
  expect(text).toContain(`**[C5](${site}#/rules/C5) Never block the event loop** (high)`);
  expect(text).toContain("`main.py:9` in `document`");
  expect(text).toContain("\nConforming: ");
});

test("all findings are copied as Markdown and as an audit", async ({ page, playground }) => {
  await mayReadClipboard(page);
  await playground.paste(VIOLATING);
  await expect(playground.finding("C5")).toHaveCount(1);
  await (await menu(page)).getByRole("button", { name: "As Markdown" }).click();
  await expect.poll(() => clipboard(page)).toContain("## Rubric: ");
  await (await menu(page)).getByRole("button", { name: "As an audit" }).click();
  await expect.poll(() => clipboard(page)).toContain("NO-GO: ");
  await expect(page.getByRole("button", { name: "Export" })).toBeFocused();
});

test("where the browser does not copy, the text is offered selected", async ({ page, playground }) => {
  await playground.paste(VIOLATING);
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException("denied", "NotAllowedError"));
  });
  await playground.finding("C5").click();
  await playground.detail.getByRole("button", { name: "Copy as review comment" }).click();
  const dialog = page.getByRole("dialog", { name: "Copy it by hand" });
  await expect(dialog).toBeVisible();
  const area = dialog.getByRole("textbox", { name: "Text to copy" });
  await expect(area).toBeFocused();
  const selected = await area.evaluate((element) => element.value.slice(element.selectionStart, element.selectionEnd));
  expect(selected).toContain("Never block the event loop");
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
});

test("the SARIF that is downloaded is valid by the official schema", async ({ page, playground }) => {
  await page.locator("#open-files").setInputFiles([
    { name: HOSTILE_NAME, mimeType: "text/x-python", buffer: Buffer.from(`${VIOLATING}\n\ndef broken(:\n`) },
    { name: "compose.yaml", mimeType: "text/yaml", buffer: Buffer.from("services:\n  db:\n    image: postgres\n    ports: ['5432:5432']\n") },
  ]);
  await expect(playground.finding("C5")).toHaveCount(1);
  const { name, text } = await download(page, "SARIF");
  expect(name).toBe("rubric-report.sarif");
  const log = JSON.parse(text);
  expect(await sarifProblems(log)).toEqual([]);
  const [run] = log.runs;
  expect(run.results.length).toBeGreaterThan(2);
  expect(run.invocations[0].toolExecutionNotifications.length).toBeGreaterThan(0);
  for (const result of run.results) {
    expect(run.tool.driver.rules[result.ruleIndex].id).toBe(result.ruleId);
    expect(result.partialFingerprints["rubric/v1"]).toMatch(/^[0-9a-f]{16}:1$/);
  }
  // The schema has teeth: what is no SARIF is refused by it.
  expect(await sarifProblems({ ...log, version: "2.0.0" })).not.toEqual([]);
});

test("JSON, Markdown and the audit are downloaded", async ({ page, playground }) => {
  await playground.paste(VIOLATING);
  await expect(playground.finding("C5")).toHaveCount(1);
  const json = await download(page, "JSON");
  expect(JSON.parse(json.text).schema).toBe(1);
  expect((await download(page, "rubric-report.md")).text).toContain("### Findings");
  expect((await download(page, "rubric-audit.md")).text).toMatch(/^\[HIGH\] \(concurrency, effort [SML]\) /);
});

test("a name with HTML in it is text in every export", async ({ page, playground }) => {
  await mayReadClipboard(page);
  await page.locator("#open-files").setInputFiles([
    { name: HOSTILE_NAME, mimeType: "text/x-python", buffer: Buffer.from(VIOLATING) },
  ]);
  await expect(playground.finding("C5")).toHaveCount(1);
  expect((await download(page, "rubric-report.md")).text).toContain("``<script>alert(1)<&script>`x`.py:9``");
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  await expect(page.locator(".printed")).toContainText("<script>alert(1)");
  await expect(page.locator(".printed script")).toHaveCount(0);
});

test("the report is in the document as soon as the browser says that it prints", async ({ page, playground }) => {
  await playground.paste(VIOLATING);
  await expect(playground.finding("C5")).toHaveCount(1);
  // Firefox copies the document at once: what is drawn a moment later is not printed.
  const printed = await page.evaluate(() => {
    dispatchEvent(new Event("beforeprint"));
    return document.querySelector(".printed .printed-together h2 + .printed-finding h3")?.textContent;
  });
  expect(printed).toMatch(/^high C5 /);
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  await expect(page.locator(".printed")).toHaveCount(0);
});

test("a printed rule has no buttons, and its code is whole", { tag: "@chromium" }, async ({ page, site }) => {
  await page.goto(`${site}#/rules/C5`);
  await expect(page.locator(".pair .cm-line").first()).toBeVisible();
  await page.emulateMedia({ media: "print" });
  await expect(page.locator(".bar")).toBeHidden();
  await expect(page.locator(".example-buttons").first()).toBeHidden();
  const cut = await page.locator(".pair .cm-scroller").evaluateAll((all) => all.filter((it) => it.scrollWidth > it.clientWidth + 1).length);
  expect(cut).toBe(0);
});

// What Firefox would print cannot be looked at through WebDriver.
test("what is printed is the report alone, with its evidence", { tag: "@chromium" }, async ({ page, playground }) => {
  await page.evaluate(() => {
    window.prints = 0;
    window.print = () => {
      window.prints += 1;
    };
  });
  await playground.paste(VIOLATING);
  await expect(playground.finding("C5")).toHaveCount(1);
  await (await menu(page)).getByRole("button", { name: "Printable page" }).click();
  await expect.poll(() => page.evaluate(() => window.prints)).toBe(1);
  await page.emulateMedia({ media: "print" });
  await expect(page.locator(".printed")).toBeVisible();
  await expect(page.locator(".printed")).toContainText("Conforming: ");
  await expect(page.locator("#application")).toBeHidden();
  await page.emulateMedia({ media: "screen" });
  await expect(page.locator(".printed")).toBeHidden();
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  await expect(page.locator(".printed")).toHaveCount(0);
  // The browser's own command prints the same, and is not asked twice.
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  await expect(page.locator(".printed")).toHaveCount(1);
  expect(await page.evaluate(() => window.prints)).toBe(1);
});

for (const colorScheme of ["light", "dark"]) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });
    test("axe finds nothing in the menu", async ({ page, playground }) => {
      await playground.paste(VIOLATING);
      await expect(playground.finding("C5")).toHaveCount(1);
      const items = await menu(page);
      await expect(items).toBeVisible();
      const box = await items.boundingBox();
      const { width } = page.viewportSize();
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(width);
      const { violations } = await new AxeBuilder({ page }).include("#export").analyze();
      expect(violations.map(({ id }) => id)).toEqual([]);
    });
  });
}

test("with narrowed lists, what is listed is exported or all of it, and the export says which", async ({ page, playground }) => {
  await mayReadClipboard(page);
  await playground.paste(VIOLATING);
  await expect(playground.finding("C5")).toHaveCount(1);
  const total = (await playground.findings.count()) + (await playground.questions.count());
  const items = await menu(page);
  await expect(items).toContainText(`All of it: ${total} findings.`);
  await page.keyboard.press("Escape");

  await playground.cell("C5").click();
  await menu(page);
  await expect(items.getByRole("radio", { name: "The 1 listed" })).toBeChecked();
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  await items.getByRole("button", { name: "As Markdown" }).click();
  await expect.poll(() => clipboard(page)).toContain(`This is a part: 1 of ${total} findings.`);
  expect(await clipboard(page)).toContain("## Rubric: 1 finding, 0 questions");
  await expect(page.locator("p.visually-hidden[role=status]")).toContainText(`: 1 of ${total} findings`);
  const part = JSON.parse((await download(page, "JSON")).text);
  expect(part.findings.map(({ rule }) => rule)).toEqual(["C5"]);

  await menu(page);
  await items.getByRole("radio", { name: `All ${total}` }).check();
  await items.getByRole("button", { name: "JSON" }).click();
  await expect(page.locator("p.visually-hidden[role=status]")).toHaveText("Downloaded rubric-report.json");
});
