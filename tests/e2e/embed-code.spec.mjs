// 'Embed' on a rule's page and beside the findings: the code that it makes, used as its reader would use it.
import { AxeBuilder, VIOLATING, expect, loaded, serveHost, test } from "./fixtures.mjs";

const dialogOf = (page) => page.getByRole("dialog", { name: "Embed in a page" });
const codeOf = (page) => dialogOf(page).getByRole("textbox", { name: "Embed code" });
const embed = (page) => page.getByRole("button", { name: "Embed", exact: true }).click();

/** A page of another origin that holds the code and nothing else. */
async function shown(page, code, policy) {
  const server = await serveHost({ "/": `<!doctype html><meta charset="utf-8"><title>Docs</title>${code}` }, { policy });
  await page.goto(server.url);
  return server;
}

async function violations(page) {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`);
}

test("a rule's code is made with a preview, without a request, and works on another site", async ({ page, site }) => {
  await page.goto(`${site}#/rules/C5`);
  await loaded(page);
  await expect(page.getByText("3 findings").first()).toBeVisible();
  const requests = [];
  page.context().on("request", (request) => requests.push(request.url()));
  await embed(page);
  await expect(codeOf(page)).toHaveValue(new RegExp(`<script type="module" src="${site}embed.js"></script>\\n<rubric-example rule="C5" view="pair">`));
  await expect(dialogOf(page).locator("rubric-example mark.finding-high").first()).toHaveText(/sharepoint\.get/);
  await dialogOf(page).getByRole("combobox", { name: "Show" }).selectOption("violating");
  await dialogOf(page).getByRole("combobox", { name: "Theme" }).selectOption("dark");
  await expect(codeOf(page)).toHaveValue(/view="violating" theme="dark"/);
  await expect(dialogOf(page).locator("rubric-example .side")).toHaveCount(1);
  expect(requests).toEqual([]);

  const code = await codeOf(page).inputValue();
  const host = await shown(page, code);
  await expect(page.getByRole("group", { name: "Violating code" })).toBeVisible();
  await page.getByRole("button", { name: "Edit" }).click();
  await expect(page.getByRole("status")).toHaveText("Violating: 3 findings. Checked in this browser.");
  host.close();
});

test("what goes along says without scripts which side it is, and only what is shown goes along", async ({ page, site }) => {
  await page.goto(`${site}#/rules/C5`);
  await loaded(page);
  await embed(page);
  await dialogOf(page).getByRole("checkbox").check();
  await expect(codeOf(page)).toHaveValue(/<p data-caption>Violating: <code>violating\.py<\/code><\/p>/);
  await expect(codeOf(page)).toHaveValue(/<p data-caption>Conforming: <code>conforming\.py<\/code><\/p>/);
  await expect(codeOf(page)).toHaveValue(/<span data-message><code>sharepoint\.get<\/code> /);
  expect((await codeOf(page).inputValue()).trim().split("\n").every((line) => line.trim())).toBe(true);
  await dialogOf(page).getByRole("combobox", { name: "Show" }).selectOption("conforming");
  await expect(codeOf(page)).not.toHaveValue(/Violating|subprocess\.run\(/);
  await expect(dialogOf(page).locator("rubric-example .side-conforming .line").first()).toBeVisible();
  const host = await shown(page, await codeOf(page).inputValue());
  await expect(page.getByRole("group", { name: "Conforming code" })).toBeVisible();
  await page.getByRole("button", { name: "Edit" }).click();
  await expect(page.getByRole("status")).toHaveText("Conforming: no findings. Checked in this browser.");
  host.close();
});

test("a frame's code needs no script", async ({ page, site }) => {
  await page.goto(`${site}#/rules/C5`);
  await loaded(page);
  await embed(page);
  await dialogOf(page).getByRole("combobox", { name: "As" }).selectOption("frame");
  const code = await codeOf(page).inputValue();
  expect(code).not.toContain("<script");
  const host = await shown(page, code, `default-src 'none'; frame-src ${new URL(site).origin}`);
  await expect(page.frameLocator("iframe").getByRole("button", { name: "Edit" })).toBeVisible();
  host.close();
});

test("what is open goes along with what was found, as an element and as a frame", async ({ page, site, playground }) => {
  await playground.paste(VIOLATING.replace("    return", "\n    # <b>&amp;\n    return"));
  await expect(playground.finding("C5")).toBeVisible();
  const findings = await playground.findings.count();
  await embed(page);
  const element = await codeOf(page).inputValue();
  expect(element.trim().split("\n").every((line) => line.trim())).toBe(true);
  await dialogOf(page).getByRole("combobox", { name: "As" }).selectOption("frame");
  await expect(codeOf(page)).toHaveValue(/embed\.html\?view=playground#1/);
  const frame = await codeOf(page).inputValue();
  for (const [code, root] of [[element, page], [frame, page.frameLocator("iframe")]]) {
    const host = await shown(page, code);
    await expect(root.locator(".line").filter({ hasText: "# <b>&amp;" })).toBeVisible();
    await expect(root.getByRole("listitem").filter({ hasText: "C5" })).toHaveCount(1);
    await expect(root.getByRole("button", { name: "Check" })).toBeHidden();
    expect(await violations(page)).not.toContainEqual(expect.stringContaining("frame-title"));
    await root.getByRole("button", { name: "Edit" }).click();
    await expect(root.getByRole("status")).toHaveText(new RegExp(`^${findings} findings.*Checked in this browser\\.$`));
    host.close();
  }
});

test("a secret in what is embedded is told", async ({ page, playground }) => {
  await playground.paste('password = "correct horse battery staple 4711"\nkey = "sk-ant-api03-Zb4Kq7Xw9Lm2Np5Rt8Vy1Cf3Hj6Ds0Ga"\n');
  await embed(page);
  await expect(dialogOf(page).getByRole("alert")).toContainText("looks like a secret");
});

// Playwright cannot set Firefox's colour scheme.
for (const colorScheme of ["light", "dark"]) {
  test.describe(colorScheme, { tag: "@chromium" }, () => {
    test.use({ colorScheme });
    test("axe finds nothing on the dialog", async ({ page, site }) => {
      await page.goto(`${site}#/rules/C5`);
      await loaded(page);
      await embed(page);
      await expect(codeOf(page)).toBeVisible();
      expect(await violations(page)).toEqual([]);
    });
  });
}
