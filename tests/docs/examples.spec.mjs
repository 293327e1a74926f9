// The sites of docs/recipes, as their generators build them: each of their examples becomes live.
import { execFile } from "node:child_process";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, serve, test } from "../../js/testing.mjs";

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
/** What stands in the recipes for the address of a playground. */
const PLAYGROUND = "https://rubric.example/";

const OWN = "import time\n\n\nasync def reply(name: str) -> str:\n    time.sleep(1)\n    return name\n";

for (const site of ["mkdocs", "sphinx", "docusaurus"]) {
  test(`the examples of the ${site} site are there without scripts, drawn, and live`, async ({ browser }) => {
    test.slow();
    const playground = await serve(at("dist"));
    const pages = await serve(at(`target/docs-examples/${site}`));

    const plain = await browser.newContext({ javaScriptEnabled: false });
    const paper = await plain.newPage();
    await paper.goto(pages.url);
    await expect(paper.locator("rubric-example").nth(1)).toContainText("time.sleep(1)");
    if (site === "sphinx") await expect(paper.getByText("Conforming: app/after.py")).toBeVisible();
    await plain.close();

    const context = await browser.newContext();
    // The address of the recipes leads to the built page here.
    await context.route(`${PLAYGROUND}**`, async (route) => {
      const response = await route.fetch({ url: route.request().url().replace(PLAYGROUND, playground.url) });
      await route.fulfill({ response });
    });
    const elsewhere = [];
    context.on("request", (request) => {
      const { origin } = new URL(request.url());
      if (request.url().startsWith("http") && ![PLAYGROUND, pages.url].some((known) => known.startsWith(origin))) elsewhere.push(request.url());
    });
    const page = await context.newPage();
    const said = [];
    page.on("pageerror", (error) => said.push(error.message));
    await page.goto(pages.url);
    const [rule, own] = [page.locator("rubric-example").first(), page.locator("rubric-example").nth(1)];
    await expect(rule.locator("mark.finding-high").first()).toHaveText(/sharepoint\.get/);
    await expect(own.locator(".keyword").first()).toHaveText("import");
    // The generator has left the code as it was given, with both blank lines and all indentation.
    expect((await own.locator(".line").allTextContents()).join("")).toBe(OWN);

    await rule.getByRole("button", { name: "Edit" }).click();
    await expect(rule.getByRole("status")).toHaveText("Violating: 3 findings. Conforming: no findings. Checked in this browser.");
    await own.getByRole("button", { name: "Edit" }).click();
    await expect(own.getByRole("status")).toHaveText("1 finding. Checked in this browser.");
    await expect(own.locator(".cm-finding-high")).toHaveText("time.sleep(1)");
    if (site === "sphinx") {
      const pair = page.locator("rubric-example").nth(2);
      await expect(pair.locator(".rule-title")).toHaveText("A pause that lets others go on");
      await expect(pair.locator(".side-violating .line").nth(4)).toHaveText(/time\.sleep/);
      await expect(pair.locator(".side-conforming .line").nth(4)).toHaveText(/asyncio\.sleep/);
      await expect(pair.getByRole("button", { name: "Edit" })).toHaveCount(0);
      // Furo's toggle goes through its three states.
      const seen = new Set();
      for (let press = 0; press < 3; press += 1) {
        await page.getByRole("button", { name: /theme|light/i }).filter({ visible: true }).first().click();
        const theme = await page.evaluate(() => document.body.dataset.theme);
        seen.add(theme);
        const ground = theme === "dark" ? "rgb(26, 29, 33)" : "rgb(255, 255, 255)";
        await expect.poll(() => rule.evaluate((element) => getComputedStyle(element.shadowRoot.querySelector(".example")).backgroundColor)).toBe(ground);
      }
      expect([...seen].sort()).toEqual(["auto", "dark", "light"]);
    }
    await page.screenshot({ path: at(`test-results/documentation-${site}.png`), fullPage: true });
    expect(said).toEqual([]);
    expect(elsewhere, "nothing is asked of another host").toEqual([]);
    await context.close();
    playground.close();
    pages.close();
  });
}

test("the directive of the sphinx site warns of what it cannot show", async () => {
  test.slow();
  const folder = await mkdtemp(join(tmpdir(), "rubric-sphinx-"));
  for (const name of ["conf.py", "rubric_example.py"]) await cp(at(`docs/recipes/sphinx/${name}`), join(folder, name));
  const wrong = [".. rubric-example:: zz", ".. rubric-example::", ".. rubric-example:: C5\n   :height: 20", ".. rubric-example:: f1"];
  await writeFile(join(folder, "index.rst"), `Title\n=====\n\n${wrong.join("\n\n")}\n`);
  const build = at("target/docs-examples/venv-sphinx/bin/sphinx-build");
  const { stderr } = await promisify(execFile)(build, ["-q", "-E", folder, join(folder, "_build")]);
  expect(stderr).toContain("index.rst:4: WARNING: zz is no rule: the rules are C1 to C9");
  expect(stderr).toContain("index.rst:6: WARNING: rubric-example needs a rule or code");
  expect(stderr).toContain("60 pixels are the least");
  expect(stderr).not.toContain("f1");
  await rm(folder, { recursive: true });
});
