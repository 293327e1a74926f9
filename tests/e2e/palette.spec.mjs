import { VIOLATING, downloaded, expect, mayReadClipboard, test } from "./fixtures.mjs";

test("the palette opens with a key, finds by words, and does what it says", async ({ page, playground }) => {
  await playground.paste(VIOLATING);
  await expect(playground.finding("C5")).toHaveCount(1);
  await playground.editor.focus();
  await page.keyboard.press("Control+k");
  const dialog = page.getByRole("dialog", { name: "Actions" });
  const field = dialog.getByRole("combobox", { name: "Actions" });
  await expect(field).toBeFocused();
  await page.keyboard.type("next find");
  await expect(dialog.getByRole("option")).toHaveCount(1);
  await expect(dialog.getByRole("option")).toContainText("F8");
  await page.keyboard.press("Enter");
  await expect(dialog).toBeHidden();
  await expect(playground.findings.first()).toHaveAttribute("aria-current", "true");

  // Faster than the browser tells that it was closed.
  await page.keyboard.press("Control+k");
  await page.keyboard.type("f7");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("F7");

  // What belongs to the playground goes there first.
  await page.keyboard.press("Control+k");
  await page.keyboard.type("new file");
  await page.keyboard.press("Enter");
  await expect(playground.tabs).toHaveCount(2);

  await page.keyboard.press("Control+k");
  await page.keyboard.type("theme dark");
  await page.keyboard.press("Enter");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect(page.getByRole("combobox", { name: "Theme" })).toHaveValue("dark");
});

test("who types faster than the palette is drawn loses no letter, and gets what the letters say", async ({ page, playground }) => {
  await playground.paste(VIOLATING);
  await expect(playground.finding("C5")).toHaveCount(1);
  // All in one task of the browser: nothing is drawn in between.
  await page.evaluate(() => {
    document.querySelector(".palette-button").click();
    for (const key of "settings") {
      document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    }
  });
  const dialog = page.getByRole("dialog", { name: "Actions" });
  const field = dialog.getByRole("combobox", { name: "Actions" });
  await expect(field).toHaveValue("settings");
  await expect(dialog.getByRole("option").first()).toContainText("Settings");

  await field.evaluate((input) => {
    input.value = "all rules";
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
  });
  await expect(page.getByRole("heading", { name: "Rules", level: 1 })).toBeVisible();
});

test("keys that are faster than the palette is drawn again are not lost", async ({ page, playground }) => {
  const button = page.getByRole("button", { name: /^Actions/ }).first();
  await button.click();
  const field = page.getByRole("dialog", { name: "Actions" }).getByRole("combobox", { name: "Actions" });
  await expect(field).toBeFocused();
  // All in one task of the browser: the field of the first opening still stands there.
  await page.evaluate(() => {
    document.querySelector("dialog[open]").close();
    document.querySelector(".palette-button").click();
    for (const key of ["f", "7", "Enter"]) {
      document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    }
  });
  await expect(page.getByRole("heading", { level: 1 })).toContainText("F7");
  await expect(field).toBeHidden();
});

test("the list of actions has all of them, and is called as its button is", async ({ page, playground }) => {
  await page.getByRole("button", { name: /^Actions/ }).first().click();
  const dialog = page.getByRole("dialog", { name: "Actions" });
  await expect(dialog.getByRole("option", { name: /^O5: / })).toBeAttached();
  await expect(dialog.getByText(/shown: type to narrow/)).toHaveCount(0);
  expect(playground).toBeTruthy();
});

test("a choice that narrows the lists moves nothing", async ({ page, playground }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await playground.paste(VIOLATING);
  await expect(playground.finding("C5")).toHaveCount(1);
  const order = page.getByRole("combobox", { name: "Order of the listed findings" });
  const { y } = await order.boundingBox();
  const severity = page.getByRole("combobox", { name: "Severity of the listed findings" });
  await severity.selectOption("high");
  await expect(page.getByRole("button", { name: "Clear" })).toBeVisible();
  expect((await order.boundingBox()).y).toBe(y);
  expect(await severity.evaluate((select) => select.selectedOptions[0].textContent)).toBe("Severity: high");
});

test("the palette says when nothing has the words, and Escape gives the focus back", async ({ page, playground }) => {
  await page.getByRole("button", { name: /^Actions/ }).first().click();
  await page.keyboard.type("no such thing");
  const dialog = page.getByRole("dialog", { name: "Actions" });
  await expect(dialog.getByRole("status")).toHaveText("No action has these words.");
  await page.keyboard.press("Enter");
  await expect(dialog).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(page.locator(".palette-button")).toBeFocused();
  expect(playground).toBeTruthy();
});

test("a question mark opens the keys, but is a letter in a field", async ({ page, playground }) => {
  await playground.editor.focus();
  await page.keyboard.type("?");
  await expect(page.getByRole("dialog", { name: "Keys" })).toBeHidden();
  await expect.poll(() => playground.text()).toBe("?");
  await page.locator(".palette-button").focus();
  await page.keyboard.press("?");
  const help = page.getByRole("dialog", { name: "Keys" });
  await expect(help).toBeVisible();
  await expect(help.getByRole("row", { name: /Next finding/ })).toContainText("F8");
});

test("the lists are narrowed by severity, certainty, section and file, and say what is hidden", async ({
  page,
  playground,
}) => {
  await playground.open([
    { name: "one.py", text: VIOLATING },
    { name: "two.py", text: VIOLATING.replaceAll("document", "paper") },
  ]);
  await expect(playground.finding("C5")).toHaveCount(2);
  const all = (await playground.findings.count()) + (await playground.questions.count());
  const choose = (label, value) =>
    page.getByRole("combobox", { name: `${label} of the listed findings` }).selectOption(value);
  await choose("File", "two.py");
  await expect(playground.finding("C5")).toHaveCount(1);
  await expect(page.locator(".list-hidden")).toContainText(/\d+ shown, \d+ hidden by file “two\.py”\./);
  await choose("Section", "fault-tolerance");
  await expect(playground.finding("C5")).toHaveCount(0);
  await expect(playground.finding("F1")).toHaveCount(1);
  await choose("Certainty", "question");
  await expect(playground.findings).toHaveCount(0);
  await page.getByRole("button", { name: "Clear" }).click();
  await choose("Severity", "high");
  for (const level of await playground.findings.locator(".finding-level").allTextContents()) expect(level).toBe("high");
  await expect(playground.questions).toHaveCount(0);
  await page.getByRole("button", { name: "Clear" }).click();
  expect((await playground.findings.count()) + (await playground.questions.count())).toBe(all);

  // A rule whose findings the choices hide says so, and how to see them.
  await choose("Severity", "low");
  await playground.cell("C5").click();
  await expect(playground.findings).toHaveCount(0);
  await expect(page.locator(".list-hidden")).toContainText("0 shown, 2 hidden by severity “low”.");
  await page.getByRole("button", { name: "Show all findings" }).click();
  expect((await playground.findings.count()) + (await playground.questions.count())).toBe(all);
  await expect(page.locator(".list-hidden")).toHaveCount(0);
});

test("without findings the page says what could not be seen", async ({ page, playground }) => {
  await playground.paste("x = 1\n");
  await expect(page.getByRole("heading", { name: "No findings" })).toBeVisible();
  await page.getByText("What could not be seen").click();
  await expect(page.locator(".seen")).toContainText("that is no pass");
  await expect(page.locator(".seen")).toContainText("No deployment file was given");
});

test("on a slow machine no key is lost from one action to the next @chromium", async ({ page, playground }) => {
  test.slow();
  await playground.paste(VIOLATING);
  const browser = await page.context().newCDPSession(page);
  await browser.send("Emulation.setCPUThrottlingRate", { rate: 8 });
  for (let turn = 0; turn < 3; turn++) {
    for (const words of ["new file", "to the left"]) {
      await page.keyboard.press("Control+k");
      await page.keyboard.type(words);
      await page.keyboard.press("Enter");
    }
    await expect(playground.tabs).toHaveText([/^main-2\.py/, /^main\.py/]);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("close main-2");
    await page.keyboard.press("Enter");
    await expect(playground.tabs).toHaveText([/^main\.py/]);
  }
});

test("what the menus and buttons of the findings do, the palette does as well", async ({ page, playground }) => {
  await playground.paste(VIOLATING);
  await playground.finding("C5").click();
  const choose = async (words) => {
    await page.keyboard.press("Control+k");
    await page.keyboard.type(words);
    await page.keyboard.press("Enter");
  };
  const { name } = await downloaded(page, () => choose("sarif"));
  expect(name).toBe("rubric-report.sarif");
  await mayReadClipboard(page);
  await choose("review comment");
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toContain("Never block the event loop");
  await choose("share");
  await expect(page.getByRole("dialog", { name: "Share", exact: true })).toBeVisible();
  await page.keyboard.press("Escape");
  await choose("embed");
  await expect(page.getByRole("dialog", { name: "Embed in a page" })).toBeVisible();
  await page.keyboard.press("Escape");
  await choose("filter");
  // Firefox's list of downloads has the window's focus since the first step, so this asks for the element that has it here.
  const focused = page.getByRole("combobox", { name: "Severity of the listed findings" });
  await expect.poll(() => focused.evaluate((element) => element === document.activeElement)).toBe(true);
  await choose("why c5");
  await expect(page.getByRole("dialog", { name: "Why, or why not?" })).toContainText("C5");
  await page.keyboard.press("Escape");
  await choose("read as dockerfile");
  await expect(playground.tabs).toHaveText([/^Dockerfile/]);
  await choose("read as python");
  await choose("new file");
  await choose("to the left");
  await expect(playground.tabs).toHaveText([/^main-2\.py/, /^main\.py/]);
  await choose("learn");
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Learn");

  // What another page has is pressed there.
  await page.getByRole("link", { name: "Playground", exact: true }).click();
  expect((await downloaded(page, () => choose("save as rubric.toml"))).name).toBe("rubric.toml");
  await page.getByRole("checkbox", { name: /^O1/ }).uncheck();
  await choose("back to the defaults");
  await expect(page.getByRole("checkbox", { name: /^O1/ })).toBeChecked();
  await choose("delete what this page keeps");
  await expect(page.getByRole("button", { name: "Keep them" })).toBeVisible();
});
