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
