import { zipSync } from "../../js/testing.mjs";
import { VIOLATING, expect, loaded, mayReadClipboard, test, Playground } from "./fixtures.mjs";

/** Stands before the real worker: it fails on certain texts and passes everything else on. */
const FRAGILE = `
  addEventListener("message", (event) => {
    const text = event.data?.[1] ?? "";
    if (text.includes("HANG_HERE")) for (;;);
    if (text.includes("CRASH_HERE")) {
      event.stopImmediatePropagation();
      throw new Error("a crash for the test");
    }
  });
`;

async function fragile(page, site) {
  await page.route("**/worker_loader.js", async (route) => {
    const real = await (await route.fetch()).text();
    const [imports] = /^import[^;]+;/.exec(real) ?? [""];
    await route.fulfill({ contentType: "text/javascript", body: imports + FRAGILE + real.slice(imports.length) });
  });
  await page.goto(site);
  await loaded(page);
  return new Playground(page);
}

test("a crash of the worker is told, costs no text, and the next text is checked", async ({ page, site }) => {
  const playground = await fragile(page, site);
  await playground.paste(`${VIOLATING}# CRASH_HERE\n`);
  await expect(page.getByRole("alert")).toContainText("was restarted. Your text is untouched");
  await expect.poll(() => playground.text()).toContain("# CRASH_HERE");
  await expect(page.getByTestId("checker")).toHaveText("not checked");

  await playground.paste(VIOLATING);
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(playground.finding("C5")).toHaveCount(1);
  await expect.poll(() => page.workers().length).toBe(1);
});

test("a worker that takes over five seconds is replaced", async ({ page, site }) => {
  const playground = await fragile(page, site);
  await playground.paste(`${VIOLATING}# HANG_HERE\n`);
  // The page itself stays usable meanwhile.
  await page.getByRole("link", { name: "Rules" }).click();
  await expect(page.getByRole("searchbox")).toBeVisible();
  await page.getByRole("link", { name: "Playground", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("more than 5 seconds", { timeout: 9_000 });
  await expect.poll(() => playground.text()).toContain("# HANG_HERE");
  await playground.paste(VIOLATING);
  await expect(playground.finding("C5")).toHaveCount(1);
  await expect.poll(() => page.workers().length).toBe(1);
});

test("of texts that come faster than answers, the newest one's answer is shown", async ({ page, playground }) => {
  for (let count = 1; count <= 12; count++) await playground.paste(VIOLATING.replaceAll("name", `name${count}`));
  await expect(playground.finding("C5")).toHaveCount(1);
  await playground.paste("x = 1\n");
  await expect(page.getByRole("heading", { name: "No findings" })).toBeVisible();
  await page.waitForTimeout(300);
  await expect(playground.findings).toHaveCount(0);
});

test("of several files the one that stops the checker is named and left out, and the others are checked", async ({
  page,
  site,
}) => {
  const playground = await fragile(page, site);
  await playground.open([
    { name: "a.py", text: VIOLATING },
    { name: "b.py", text: "x = 1\n" },
    { name: "bad.py", text: `# first\nimport os\n\nx = 1\n# CRASH_HERE\ny = 2\n${"z = 3\n".repeat(20)}` },
    { name: "c.py", text: "y = 1\n" },
    { name: "d.py", text: "y = 1\n" },
  ]);
  const told = page.getByRole("alert").filter({ hasText: "bad.py" });
  await expect(told).toContainText("bad.py stops the checker and was left out. The other 4 files are checked.");
  await expect(playground.finding("C5")).toContainText("a.py:9");
  await page.getByText("What could not be seen").click();
  await expect(page.locator(".seen")).toContainText("the checker fails on it: bad.py");

  // The smallest text that does the same.
  await told.getByRole("button", { name: "Find a smaller text that does it" }).click();
  await expect(told.locator("pre")).toHaveText("# CRASH_HERE", { timeout: 25_000 });
  await mayReadClipboard(page);
  await told.getByRole("button", { name: "Copy it" }).click();
  await expect(page.locator(".said")).toHaveText("Copied the smaller text");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("CRASH_HERE");

  // Another file's change does not try it again; its own does.
  await playground.tabs.filter({ hasText: "b.py" }).click();
  await playground.paste("import time\n\n\nasync def wait():\n    time.sleep(1)\n");
  await expect(playground.finding("C5")).toHaveCount(2);
  await expect(told).toBeVisible();
  await playground.tabs.filter({ hasText: "bad.py" }).click();
  await playground.paste("x = 1\n");
  await expect(told).toHaveCount(0);
  await expect(playground.finding("C5")).toHaveCount(2);
});

/** The module with a memory that ends where it began, and so many pages of 64 KiB. */
function withLessMemory(wasm, pages) {
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = wasm[at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  const bytes = (value) => (value < 128 ? [value] : [(value & 127) | 128, ...bytes(value >>> 7)]);
  for (;;) {
    const start = at;
    const id = wasm[at++];
    const size = number();
    if (id !== 5) {
      at += size;
      continue;
    }
    const end = at + size;
    at += 2;
    const least = number();
    const content = [1, 1, ...bytes(least), ...bytes(least + pages)];
    return Buffer.concat([wasm.subarray(0, start), Buffer.from([5, ...bytes(content.length), ...content]), wasm.subarray(end)]);
  }
}

test("a worker that is out of memory is restarted, its file is named, and the others are checked", async ({ page, site }) => {
  test.setTimeout(90_000);
  await page.route("**/worker_bg.wasm", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: withLessMemory(await response.body(), 400) });
  });
  await page.goto(site);
  await loaded(page);
  const playground = new Playground(page);
  await playground.open([
    { name: "a.py", text: VIOLATING },
    { name: "large.py", text: "value = [first, second, third, fourth]\n".repeat(50_000) },
    { name: "b.py", text: "x = 1\n" },
  ]);
  const told = page.getByRole("alert").filter({ hasText: "large.py" });
  await expect(told).toContainText("large.py stops the checker and was left out. The other 2 files are checked.", { timeout: 60_000 });
  await expect(playground.finding("C5")).toContainText("a.py:9");
  await expect(page.locator(".headline")).toContainText("1 file not read as it stands");
  await expect(told.getByRole("button", { name: "Find a smaller text that does it" })).toBeVisible();
  await expect.poll(() => page.workers().length).toBe(1);
});

test("a check of several files can be stopped", async ({ page, site }) => {
  const playground = await fragile(page, site);
  await playground.open([
    { name: "a.py", text: "# HANG_HERE\n" },
    { name: "b.py", text: VIOLATING },
  ]);
  await page.getByRole("contentinfo").getByRole("button", { name: "Stop" }).click();
  await expect(page.getByRole("alert")).toContainText("You stopped the check");
  await playground.tabs.first().click();
  await playground.paste("x = 1\n");
  await expect(playground.finding("C5")).toHaveCount(1);
});

test("of a long check it is shown how far it is, and it can be stopped", async ({ page, playground }) => {
  test.setTimeout(120_000);
  const line = "    value = compute(first, second)  # what is computed here is of no interest\n";
  const files = Array.from({ length: 2_000 }, (_, index) => {
    const text = `def part${index}(first, second):\n${line.repeat(130)}`;
    return [`app/part${index}.py`, new TextEncoder().encode(text)];
  });
  // What the status line shows from now on: its words, and how much of the bar is filled.
  await page.evaluate(() => {
    globalThis.shown = [];
    new MutationObserver(() => {
      const words = document.querySelector('[data-testid="checker"]').textContent.trim();
      const share = document.querySelector(".status-progress")?.value ?? null;
      const last = globalThis.shown.at(-1);
      if (last?.words !== words || last?.share !== share) globalThis.shown.push({ words, share });
    }).observe(document.querySelector("footer"), { subtree: true, childList: true, attributes: true, characterData: true });
  });
  const status = page.getByRole("contentinfo");
  const bar = status.getByRole("progressbar", { name: "Progress of the check" });
  await playground.open([{ name: "large.zip", buffer: Buffer.from(zipSync(Object.fromEntries(files), { level: 1 })) }]);
  await expect(bar).toBeVisible({ timeout: 60_000 });
  await expect(status.getByRole("status")).toHaveText("Checking all files");
  await status.getByRole("button", { name: "Stop" }).click();
  await expect(page.getByRole("alert")).toContainText("You stopped the check");
  await expect(bar).toHaveCount(0);
  await expect.poll(() => playground.text()).toContain("value = compute(first, second)");

  // The next letter begins from the start, with a worker that has read nothing.
  await page.evaluate(() => (globalThis.shown = []));
  await playground.editor.press("Control+End");
  await page.keyboard.type("y = 1");
  await expect(page.getByTestId("checker")).toHaveText(/checked in/, { timeout: 60_000 });
  await expect(status.getByRole("status")).toHaveText("All files are checked");
  const shown = await page.evaluate(() => globalThis.shown);
  const counted = shown.filter(({ share }) => share !== null);
  expect(counted.map(({ words }) => words).join("\n")).toMatch(/checking: \d+ of 2000 files/);
  expect(counted.map(({ words }) => words).join("\n")).toMatch(/checking: rule \d+ of 28/);
  const shares = counted.map(({ share }) => share);
  expect(shares).toEqual([...shares].sort((one, other) => one - other));
  expect(await playground.text()).toContain("y = 1");

  // Another letter: one file is read, and the rules are asked.
  await page.evaluate(() => (globalThis.shown = []));
  await page.keyboard.type("2");
  await expect(page.getByTestId("checker")).toHaveText(/checking/);
  await expect(page.getByTestId("checker")).toHaveText(/checked in/, { timeout: 60_000 });
  const again = await page.evaluate(() => globalThis.shown.map(({ words }) => words).join("\n"));
  expect(again).not.toContain("of 2000 files");
});

test.describe("when the worker cannot be loaded", () => {
  test.use({ expectedErrors: /404|disallowed MIME type/ });
  test("the page says so and keeps the text", async ({ page, site }) => {
    await page.route("**/worker_loader.js", (route) => route.fulfill({ status: 404, body: "" }));
    await page.goto(site);
    const playground = new Playground(page);
    await playground.paste(VIOLATING);
    await expect(page.getByRole("alert")).toContainText("The checker could not be loaded");
    await expect.poll(() => playground.text()).toContain("requests.get");
  });
});
