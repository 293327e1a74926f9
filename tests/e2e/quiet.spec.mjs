import { VIOLATING, expect, test } from "./fixtures.mjs";

test("once loaded, nothing is requested: not by typing, not by checking, not by changing the route", async ({
  page,
  playground,
}) => {
  // Everything that any part of the page asks for, its worker included.
  const requests = [];
  page.context().on("request", (request) => requests.push(request.url()));

  await playground.paste(VIOLATING);
  await expect(playground.findings.first()).toBeVisible();
  await playground.editor.pressSequentially("# typed a letter at a time\n", { delay: 20 });
  await playground.findings.first().click();
  await page.getByRole("link", { name: "Rules" }).click();
  await page.getByRole("searchbox").fill("session");
  await page.getByRole("main").getByRole("link").first().click();
  await expect(page.getByRole("heading", { name: "By example" })).toBeVisible();
  await page.getByRole("link", { name: "Next" }).click();
  await page.getByRole("button", { name: "Open in the playground" }).click();
  await expect(playground.editor).toBeVisible();
  await page.getByRole("link", { name: "Learn" }).click();
  await page.getByRole("link", { name: "Two questions to one session" }).click();
  await page.getByRole("textbox", { name: /^Code to mend/ }).pressSequentially("# typed\n", { delay: 20 });
  await page.getByRole("button", { name: "Show hint 1 of 3" }).click();
  await page.getByRole("combobox", { name: "Theme" }).selectOption("dark");
  await page.waitForTimeout(500);

  expect(requests).toEqual([]);
  await expect(page.getByTestId("requests")).toHaveText("0 requests since loading");
});

test("the counter counts", async ({ page, playground }) => {
  await expect(page.getByTestId("requests")).toHaveText("0 requests since loading");
  await page.evaluate(() => fetch("boot.js"));
  await expect(page.getByTestId("requests")).toHaveText("1 request since loading");
  expect(playground).toBeTruthy();
});

test("the policy forbids inline scripts, eval and other hosts", async ({ page, playground }) => {
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute("content");
  const parts = Object.fromEntries(policy.split("; ").map((part) => [part.split(" ")[0], part.split(" ").slice(1)]));
  expect(parts["default-src"]).toEqual(["'none'"]);
  expect(parts["script-src"]).toEqual(["'self'", "'wasm-unsafe-eval'"]);
  expect(parts["connect-src"]).toEqual(["'self'"]);
  expect(parts["style-src"]).toEqual(["'self'"]);
  expect(playground).toBeTruthy();
});
