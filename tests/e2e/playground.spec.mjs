import { VIOLATING, denyStores, expect, loaded, paste, shown, test, Playground } from "./fixtures.mjs";

/** The handler in one file, what blocks in another. */
const HANDLER = `from fastapi import FastAPI

from service import load

app = FastAPI()


@app.get("/documents/{name}")
async def document(name: str):
    return load(name)
`;
const SERVICE = `import requests


def load(name: str):
    return requests.get(f"http://archive/{name}", timeout=5).json()
`;

test("somebody new is told what to do, and that nothing leaves the page", async ({ page, playground }) => {
  const welcome = page.getByRole("region", { name: "How to start" });
  await expect(welcome).toContainText("Paste Python");
  await expect(welcome).toContainText("Nothing that you paste leaves it");
  await expect(playground.findings).toHaveCount(0);
});

test("pasted code gives findings with rule, severity, place and message", async ({ page, playground }) => {
  await playground.paste(VIOLATING);
  const finding = playground.finding("C5");
  await expect(finding).toHaveCount(1);
  await expect(finding).toContainText("high");
  await expect(finding).toContainText("main.py:9");
  await expect(finding).toContainText("requests.get");
  await expect(page.locator(".code .cm-finding").first()).toBeVisible();
  await expect(page.locator(".code .cm-gutter-findings .shape:visible").first()).toBeVisible();
  await expect(page.getByTestId("checker")).toHaveText(/checked in/);
});

test("a fragment and a session are read for what they are, and the page says so", async ({ page, playground }) => {
  await playground.paste("    data = requests.get(url).json()\n    await store.save(data)\n    return data\n");
  await expect(page.getByTestId("shape")).toHaveText("read as a fragment of code");
  await playground.paste(">>> import requests\n>>> requests.get('https://a.example')\n<Response [200]>\n");
  await expect(page.getByTestId("shape")).toHaveText("read as a session at the prompt");
  await expect(playground.finding("F1")).toBeVisible();
  await playground.paste(VIOLATING);
  await expect(page.getByTestId("shape")).toHaveCount(0);
});

test("the headline counts, and never says that all is well", async ({ page, playground }) => {
  await playground.paste(VIOLATING);
  await expect(page.locator(".headline")).toContainText(/\d+ findings?/);
  await expect(page.locator(".headline")).toContainText(/\d+ of 28 rules checked, \d+ with something to see/);
  await playground.paste("x = 1\n");
  await expect(page.locator(".headline")).toContainText("No findings");
  await expect(page.locator(".headline")).toContainText(/\d+ of 28 rules checked, 0 with something to see/);
});

test("the analysis follows typing", async ({ page, playground }) => {
  await playground.paste(VIOLATING);
  await expect(playground.finding("C5")).toHaveCount(1);
  await playground.editor.press("Control+End");
  await playground.editor.pressSequentially("\nimport time\n\nasync def wait():\ntime.sleep(1)\n");
  await expect(playground.finding("C5")).toHaveCount(2);
});

test("what comments silence is a number of its own, with places and reasons", async ({ page, playground }) => {
  const silenced = VIOLATING.replace(/(requests\.get.*)/, "$1  # rubric: ignore[C5,F1] it answers at once");
  await playground.paste(silenced);
  await expect(page.getByRole("heading", { name: "No findings" })).toBeVisible();
  await expect(page.locator(".headline")).toContainText(/28 of 28 rules checked, \d+ with something to see, 2 silenced by comments/);
  await expect(playground.cell("C5")).toHaveAccessibleName(/: 1 silenced by comments$/);
  await expect(page.locator(".seen").first()).not.toContainText(/\bC5\b/);
  await page.getByText("2 findings silenced by comments").click();
  const list = page.getByRole("list", { name: "Silenced by comments" });
  await expect(list.getByRole("button")).toHaveCount(2);
  await expect(list.getByRole("button").first()).toContainText(/main\.py:9.*C5 \(high\).*Why: it answers at once/);
  await playground.cell("C5").click();
  await expect(page.locator(".narrowed")).toContainText("All that was found of this rule is silenced by comments");
  await expect(list.getByRole("button")).toHaveCount(1);
});

test("list, code and detail select together", async ({ page, playground }) => {
  await playground.paste(`# an emoji first: 🙂🙂\n${VIOLATING}`);
  const finding = playground.finding("C5");
  await finding.click();
  await expect(finding).toHaveAttribute("aria-current", "true");
  await expect(page.locator(".code .cm-finding-selected").first()).toContainText("requests");
  await expect(playground.detail).toContainText("C5");

  // From the code to the list: the caret in the finding selects it.
  await playground.cell("C5").click();
  await page.getByRole("button", { name: "Show all" }).click();
  const mark = page.locator(".code .cm-finding").first();
  await mark.click();
  await expect(page.locator(".finding[aria-current=true]")).toHaveCount(1);
  // A tap opens what a hover shows.
  await expect(page.locator(".finding-tooltip")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.locator(".finding-tooltip")).toHaveCount(0);

  // The gutter's mark selects too.
  await page.locator(".code .cm-gutter-findings .cm-gutterElement:has(.shape):visible").last().click();
  await expect(page.locator(".finding[aria-current=true]")).toHaveCount(1);
});

test("Escape closes what a resting mouse opened, and it stays closed until the mouse moves", async ({ page, playground }) => {
  await playground.paste(VIOLATING);
  const mark = page.locator(".code .cm-finding").first();
  const tooltip = page.locator(".finding-tooltip");
  await mark.hover();
  await expect(tooltip).toBeVisible();
  // Also where the focus is not in the editor.
  await page.getByRole("combobox", { name: "Theme" }).focus();
  await page.keyboard.press("Escape");
  await expect(tooltip).toHaveCount(0);
  await mark.hover({ position: { x: 4, y: 4 } });
  await expect(tooltip).toBeVisible();

  // What a click opened is closed too, although the mouse still waits there to open its own.
  await mark.click();
  await page.keyboard.press("Escape");
  await page.waitForTimeout(700);
  await expect(tooltip).toHaveCount(0);
});

test("F8 and Shift-F8 walk the findings, in the editor and outside it", async ({ page, playground }) => {
  await playground.paste(`${VIOLATING}\n\nimport time\n\n\nasync def wait():\n    time.sleep(1)\n`);
  await expect(playground.finding("C5")).toHaveCount(2);
  const count = await playground.findings.count();
  expect(count).toBeGreaterThan(1);
  await page.keyboard.press("F8");
  await expect(playground.findings.nth(0)).toHaveAttribute("aria-current", "true");
  await expect(page.locator(".finding-tooltip")).toBeVisible();
  await page.keyboard.press("F8");
  await expect(playground.findings.nth(1)).toHaveAttribute("aria-current", "true");
  await page.keyboard.press("Shift+F8");
  await expect(playground.findings.nth(0)).toHaveAttribute("aria-current", "true");
  await page.keyboard.press("Shift+F8");
  await expect(playground.findings.nth(count - 1)).toHaveAttribute("aria-current", "true");

  await page.getByRole("combobox", { name: "Theme" }).focus();
  await page.keyboard.press("F8");
  await expect(playground.findings.nth(0)).toHaveAttribute("aria-current", "true");
});

test("the scorecard has a cell a rule, and each leads to its findings and its rule", async ({ page, playground }) => {
  await expect(page.locator(".cell")).toHaveCount(28);
  await playground.paste(VIOLATING);
  await expect(playground.cell("C5")).toHaveAccessibleName(/Never block the event loop: violated, 1 finding/);
  await playground.cell("C5").click();
  await expect(playground.cell("C5")).toHaveAttribute("aria-pressed", "true");
  await expect(playground.findings).toHaveCount(1);
  await expect(playground.finding("C5")).toHaveAttribute("aria-current", "true");

  // One that has nothing to say here says so, and has its page all the same.
  await expect(playground.cell("I4")).toHaveAccessibleName(/not seen/);
  await playground.cell("I4").click();
  await expect(playground.findings).toHaveCount(0);
  await page.getByRole("link", { name: "Network isolation" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("I4");
  await page.goBack();
  await expect(playground.editor).toBeVisible();
  await expect.poll(() => playground.text()).toContain("requests.get");
});

test("a rule that conforms shows where", async ({ page, playground }) => {
  await playground.paste(
    "import httpx\n\nclient = httpx.AsyncClient(timeout=5)\n\n\nasync def load(url: str):\n    return await client.get(url)\n",
  );
  await expect(playground.cell("C5")).toHaveAccessibleName(/conforms|not seen/);
  const conforming = page.locator(".cell-conforms.cell").first();
  await conforming.click();
  await expect(page.getByText("these places conform")).toBeVisible();
  await page.locator(".narrowed .place").first().click();
  await expect(playground.editor).toBeFocused();
});

test("the detail has the evidence, the conforming pattern, and the rule's pair side by side", async ({
  page,
  playground,
}) => {
  await playground.paste(VIOLATING);
  await playground.finding("C5").click();
  const steps = playground.detail.locator(".evidence button");
  expect(await steps.count()).toBeGreaterThan(0);
  await steps.first().click();
  await expect(playground.editor).toBeFocused();
  await expect(playground.detail.getByRole("heading", { name: "What conforms" })).toBeVisible();
  await expect(playground.detail.getByRole("textbox", { name: /violating example/ })).toBeVisible();
  await expect(playground.detail.getByRole("textbox", { name: /conforming example/ })).toBeVisible();
  await expect(playground.detail.locator(".cm-differs-word").first()).toBeAttached();
  await playground.detail.getByRole("link", { name: "All about C5" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("Never block the event loop");
});

test("what cannot be read is told, and the rest is still checked", async ({ page, playground }) => {
  await playground.paste(`${VIOLATING}\n\ndef broken(:\n`);
  await expect(page.getByRole("list", { name: "Problems" }).getByRole("button").first()).toBeVisible();
  await expect(playground.finding("C5")).toHaveCount(1);
});

test("every rule's violating example is a sample", async ({ page, playground }) => {
  const menu = page.getByRole("group", { name: "Samples" });
  await page.getByRole("button", { name: "Samples", exact: true }).click();
  for (const rule of ["C1", "F8", "I6", "O5"]) await expect(menu.getByRole("button", { name: rule })).toBeAttached();
  await menu.getByRole("button", { name: "C5" }).click();
  await expect(menu).toBeHidden();
  await expect.poll(() => playground.text()).toContain("import");
  await expect(playground.finding("C5").first()).toBeVisible();
});

test("files of this device are opened beside one another and checked together", async ({ page, playground }) => {
  await page.locator("#open-files").setInputFiles([
    { name: "handler.py", mimeType: "text/x-python", buffer: Buffer.from(HANDLER.replaceAll("\n", "\r\n")) },
    { name: "service.py", mimeType: "text/x-python", buffer: Buffer.from(SERVICE) },
  ]);
  const { tabs } = playground;
  await expect(tabs).toHaveCount(2);
  const finding = playground.finding("C5");
  await expect(finding).toHaveCount(1);
  await expect(finding).toContainText("handler.py:10");
  // The evidence leads through the other file.
  await finding.click();
  await playground.detail.locator(".evidence button", { hasText: "service.py" }).first().click();
  await expect(tabs.filter({ hasText: "service.py" })).toHaveAttribute("aria-selected", "true");
  await expect.poll(() => playground.text()).toContain("def load");
});

test("a binary file is left out and told", async ({ page, playground }) => {
  await page.locator("#open-files").setInputFiles([
    { name: "archive.bin", mimeType: "application/octet-stream", buffer: Buffer.from([0, 1, 2, 0]) },
  ]);
  // One file and one reason need no list.
  await expect(playground.outcome).toContainText("archive.bin was not opened: not text: it has a NUL byte.");
  await expect(playground.outcome.getByText("What and why")).toHaveCount(0);
  await expect.poll(() => playground.text()).not.toContain("\u0000");
});

test("dropped files are opened", async ({ page, playground }) => {
  const transfer = await page.evaluateHandle((text) => {
    const data = new DataTransfer();
    data.items.add(new File([text], "dropped.py", { type: "text/x-python" }));
    return data;
  }, VIOLATING);
  await page.dispatchEvent("main", "drop", { dataTransfer: transfer });
  await expect(playground.finding("C5")).toContainText("dropped.py:9");
});

test("the draft survives a reload, with the last letters typed", async ({ page, playground }) => {
  await playground.paste(VIOLATING);
  await playground.editor.press("Control+End");
  await page.keyboard.type("# last words");
  await page.reload();
  await loaded(page);
  await expect.poll(() => playground.text()).toContain("# last words");
  await expect(playground.finding("C5")).toHaveCount(1);
});

test("what was typed can be undone after another page was visited", async ({ page, playground }) => {
  await playground.paste("import os\nx = 1\n");
  await playground.editor.press("Control+End");
  await page.keyboard.type("y = 2");
  await page.getByRole("link", { name: "Rules", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Rules", level: 1 })).toBeVisible();
  await page.getByRole("link", { name: "Playground", exact: true }).click();
  await expect.poll(() => playground.text()).toContain("y = 2");
  await playground.editor.focus();
  await page.keyboard.press("Control+z");
  await expect.poll(() => playground.text()).not.toContain("y = 2");
  // The editor of before tells of what is typed now, too.
  await playground.paste(VIOLATING);
  await expect(playground.finding("C5")).toHaveCount(1);
});

test.describe("where the browser keeps nothing", () => {
  test("the page works and says that a reload loses the text", async ({ page, site }) => {
    await denyStores(page);
    await page.goto(site);
    await loaded(page);
    const playground = new Playground(page);
    await playground.paste(VIOLATING);
    await expect(playground.finding("C5")).toHaveCount(1);
    const told = page.getByText("a reload loses it");
    await expect(told).toBeVisible();
    // Above the code, where somebody with a phone sees it.
    expect((await told.boundingBox()).y).toBeLessThan((await page.locator(".code .editor").boundingBox()).y);
  });
});

test("starting over asks first and can be undone", async ({ page, playground }) => {
  await expect(page.getByRole("button", { name: "Start over" })).toBeDisabled();
  await playground.paste(VIOLATING);
  await page.getByRole("button", { name: "Start over" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Keep my text" }).click();
  await expect.poll(() => playground.text()).toContain("requests.get");

  await page.getByRole("button", { name: "Start over" }).click();
  await dialog.getByRole("button", { name: "Start over" }).click();
  await expect(page.getByRole("region", { name: "How to start" })).toBeVisible();
  await expect.poll(() => playground.text()).not.toContain("requests.get");

  await page.getByRole("button", { name: "Undo" }).click();
  await expect(playground.finding("C5")).toHaveCount(1);
  await expect.poll(() => playground.text()).toContain("requests.get");
});

test("a sample that replaces somebody's text can be undone", async ({ page, playground }) => {
  await playground.paste(VIOLATING);
  await page.getByRole("button", { name: "Samples", exact: true }).click();
  await page.getByRole("group", { name: "Samples" }).getByRole("button", { name: "F1" }).click();
  await expect(shown(page, "Your former text is kept")).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => playground.text()).toContain("http://archive/");
});

test("on a narrow screen a bar jumps between the parts", async ({ page, playground }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await playground.paste(VIOLATING);
  await expect(playground.finding("C5")).toHaveCount(1);
  const bar = page.getByRole("navigation", { name: "Parts of this page" });
  await bar.getByRole("button", { name: "Findings" }).click();
  await expect(page.locator("#findings")).toBeFocused();
  await expect(page.locator(".headline")).toBeInViewport();
  await bar.getByRole("button", { name: "Code" }).click();
  await expect(page.locator(".toolbar")).toBeInViewport();
});

test("a function without its imports is checked, and what its names were taken for is said", async ({ page, playground }) => {
  await playground.paste('@router.get("/x")\nasync def load(url: str):\n    return requests.get(url).json()\n');
  await expect(playground.finding("C5")).toContainText("main.py:3");
  await expect(playground.finding("F1")).toContainText("main.py:3");
  await page.getByText("What could not be seen").click();
  await expect(page.locator(".seen")).toContainText("Imports are not shown: requests taken for what libraries call so.");
});

test("a rule about which there is only a question is asked, and not unseen", async ({ page, playground }) => {
  await playground.paste("import asyncio\n\n\nasync def all(hooks: list, event: dict):\n    await asyncio.gather(*[hook(event) for hook in hooks])\n");
  await expect(playground.questions).toHaveCount(1);
  await expect(playground.cell("C6")).toHaveAccessibleName(/1 question$/);
  await expect(playground.cell("C6").locator(".cell-sign")).toHaveText("?");
  await playground.cell("C6").click();
  await expect(page.locator(".narrowed")).not.toContainText("Nothing in these files");
  await page.getByText("What could not be seen").click();
  await expect(page.locator(".seen").getByRole("link", { name: "C7", exact: true })).toBeVisible();
  await expect(page.locator(".seen").getByRole("link", { name: "C6", exact: true })).toHaveCount(0);
});

test("the findings are listed, and walked through, by place or by severity", async ({ page, playground }) => {
  await playground.paste(
    `import logging\n\nlogger = logging.getLogger(__name__)\n\n\ndef note(name):\n    logger.info(f"a {name}")\n\n\n${VIOLATING}`,
  );
  await expect(playground.finding("C5")).toHaveCount(1);
  const levels = async () => (await playground.findings.locator(".finding-level").allTextContents()).map((text) => text.trim());
  const RANK = ["critical", "high", "medium", "low"];
  const sorted = (list) => list.toSorted((one, other) => RANK.indexOf(one) - RANK.indexOf(other));
  const before = await levels();
  expect(before).not.toEqual(sorted(before));
  await page.getByRole("combobox", { name: "Order of the listed findings" }).selectOption("Order: severity");
  await expect.poll(levels).toEqual(sorted(before));
  await page.keyboard.press("F8");
  await expect(playground.findings.first()).toHaveAttribute("aria-current", "true");
  await page.getByRole("combobox", { name: "Order of the listed findings" }).selectOption("Order: place");
  await expect.poll(levels).toEqual(before);
});

test("the evidence of the selected finding is marked in the editor, step by step", async ({ page, playground }) => {
  await playground.paste(VIOLATING);
  await expect(playground.finding("C5")).toHaveCount(1);
  await expect(page.locator(".cm-evidence")).toHaveCount(0);
  await playground.finding("C5").click();
  const lines = page.locator(".code .cm-evidence-line");
  const places = playground.detail.locator(".evidence .place-at");
  await expect(lines.first()).toBeVisible();
  const steps = (await lines.evaluateAll((all) => all.map((line) => line.dataset.steps.split(" ")))).flat();
  expect(steps.toSorted()).toEqual(Array.from({ length: await places.count() }, (_, index) => String(index + 1)));
  // Another finding has other evidence, and what is typed moves it along.
  const count = await page.locator(".cm-evidence").count();
  await playground.editor.focus();
  await page.keyboard.press("Control+Home");
  await page.keyboard.type("# one\n");
  await expect(page.locator(".cm-evidence")).toHaveCount(count);
  await expect(page.locator(".cm-evidence-line").last()).toContainText("requests.get");
});

test("the scorecard is one stop of the Tab key, and arrow keys go through it", async ({ page, playground }) => {
  await expect(page.locator(".cell[tabindex='0']")).toHaveCount(1);
  await playground.cell("C1").focus();
  await page.keyboard.press("ArrowRight");
  await expect(playground.cell("C2")).toBeFocused();
  await page.keyboard.press("End");
  await expect(playground.cell("C9")).toBeFocused();
  await page.keyboard.press("ArrowRight");
  await expect(playground.cell("F1")).toBeFocused();
  await page.keyboard.press("Home");
  await page.keyboard.press("ArrowDown");
  const below = page.locator(".cell:focus");
  const [here, there] = [await playground.cell("F1").boundingBox(), await below.boundingBox()];
  expect(there.y).toBeGreaterThan(here.y);
  await page.keyboard.press("ArrowUp");
  await expect(page.locator(".cell[tabindex='0']")).toHaveCount(1);
  await playground.cell("C5").focus();
  await page.keyboard.press("Enter");
  await expect(playground.cell("C5")).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.press("Tab");
  await expect(page.locator(".cell:focus")).toHaveCount(0);
});

test("a paste of more than a file may have is refused, and what was there is kept", async ({ page, playground }) => {
  await playground.paste(VIOLATING);
  await expect(playground.finding("C5")).toHaveCount(1);
  await paste(page, "x = 1\n".repeat(400_000));
  await expect(page.getByRole("alert").filter({ hasText: "larger than 2 MB" })).toBeVisible();
  await expect(playground.finding("C5")).toHaveCount(1);
  await expect.poll(() => playground.text()).toContain("requests.get");
});

// Firefox gives an event that is made up no text.
test("a paste of 48 MB is refused at once @chromium", async ({ page, playground }) => {
  await playground.paste(VIOLATING);
  await expect(playground.finding("C5")).toHaveCount(1);
  const [took, prevented] = await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData("text/plain", "x = 1\n".repeat(8_000_000));
    const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
    const start = performance.now();
    document.querySelector(".code .cm-content").dispatchEvent(event);
    return [performance.now() - start, event.defaultPrevented];
  });
  expect(prevented).toBe(true);
  expect(took).toBeLessThan(2000);
  await expect(page.getByRole("alert").filter({ hasText: "larger than 2 MB" })).toBeVisible();
  await expect(playground.finding("C5")).toHaveCount(1);
  await expect.poll(() => playground.text()).toContain("requests.get");
});
