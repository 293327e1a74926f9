// The sites of docs/recipes, as their generators build them: each of their examples becomes live.
import { fileURLToPath } from "node:url";
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
    await page.screenshot({ path: at(`test-results/documentation-${site}.png`), fullPage: true });
    expect(said).toEqual([]);
    expect(elsewhere, "nothing is asked of another host").toEqual([]);
    await context.close();
    playground.close();
    pages.close();
  });
}
