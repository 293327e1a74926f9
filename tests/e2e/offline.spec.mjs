import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { execFile } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { VIOLATING, expect, loaded, shown, test, Playground } from "./fixtures.mjs";
import { serve, zipSync } from "../../js/testing.mjs";

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

// Here the service worker is what is looked at.
test.use({ serviceWorkers: "allow" });

/** Waits until the build is on the device. */
const kept = (page) => expect(page.getByTestId("offline")).toHaveText("works offline", { timeout: 15_000 });

test("with the network off the page loads, checks, opens an archive and restarts its worker", async ({
  page,
  context,
  site,
}) => {
  // The page's workers, to stop one as a trap does.
  await page.addInitScript(() => {
    globalThis.made = [];
    globalThis.Worker = class extends Worker {
      constructor(...given) {
        super(...given);
        globalThis.made.push(this);
      }
    };
  });
  await page.goto(site);
  await loaded(page);
  await kept(page);
  const playground = new Playground(page);
  await playground.paste(VIOLATING);
  await expect(playground.finding("C5")).toHaveCount(1);
  await page.waitForTimeout(400);
  await context.setOffline(true);
  await page.reload();
  await loaded(page);
  await expect(playground.finding("C5")).toHaveCount(1);
  await playground.open([
    { name: "more.zip", buffer: Buffer.from(zipSync({ "app/more.py": new TextEncoder().encode(VIOLATING) })) },
  ]);
  await expect(playground.finding("C5")).toHaveCount(2);
  await page.evaluate(() => globalThis.made.at(-1).dispatchEvent(new ErrorEvent("error", { message: "a trap for the test" })));
  await expect.poll(() => page.evaluate(() => globalThis.made.length)).toBe(2);
  await playground.paste("x = 1\n");
  await expect(playground.finding("C5")).toHaveCount(1);
  await page.goto(`${site}#/learn`);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await page.getByRole("link", { name: "Rules" }).click();
  await expect(page.getByRole("searchbox")).toBeVisible();
  await page.goto(`${site}#/settings`);
  await expect(page.getByRole("heading", { name: "Settings" })).toBeVisible();
  await context.setOffline(false);
});

test("once its files are kept, the page requests nothing more", async ({ page, context, site }) => {
  await page.goto(site);
  await loaded(page);
  await kept(page);
  const requests = [];
  context.on("request", (request) => requests.push(request.url()));
  const playground = new Playground(page);
  await playground.paste(VIOLATING);
  await expect(playground.finding("C5")).toHaveCount(1);
  await playground.open([{ name: "service.py", text: "x = 1\n" }]);
  await expect(playground.tabs).toHaveCount(2);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("settings");
  await page.keyboard.press("Enter");
  await page.locator("#settings-file").setInputFiles({ name: "a.toml", mimeType: "text/plain", buffer: Buffer.from("off = []\n") });
  await expect(shown(page, "Took over the settings")).toBeVisible();
  await expect(page.getByTestId("requests")).toHaveText("0 requests since loading");
  expect(requests).toEqual([]);
});

test("a newer build is offered, and loading it keeps the text", async ({ page, under }) => {
  const folder = await mkdtemp(join(tmpdir(), "rubric-build-"));
  await cp(at("dist"), folder, { recursive: true });
  const server = await serve(folder, { under });
  await page.goto(server.url);
  await loaded(page);
  await kept(page);
  const playground = new Playground(page);
  await playground.paste(VIOLATING);
  await expect(playground.finding("C5")).toHaveCount(1);
  await page.waitForTimeout(400);

  const index = join(folder, "index.html");
  await writeFile(index, (await readFile(index, "utf8")).replace("<html lang=\"en\">", '<html lang="en" data-build="newer">'));
  await promisify(execFile)("node", [at("js/keep.mjs"), folder]);
  await page.reload();
  await loaded(page);
  const offer = page.getByRole("complementary", { name: "A newer version" });
  await expect(offer).toContainText("A newer version of this page is ready");
  expect(await page.locator("html").getAttribute("data-build")).toBe(null);
  await offer.getByRole("button", { name: "Load it" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-build", "newer");
  await loaded(page);
  await expect(playground.finding("C5")).toHaveCount(1);
  server.close();
  await rm(folder, { recursive: true });
});

test("the page can be installed", async ({ page, site }) => {
  await page.goto(site);
  const address = await page.locator("link[rel=manifest]").evaluate((link) => link.href);
  const manifest = await (await page.request.get(address)).json();
  expect(manifest.display).toBe("standalone");
  for (const icon of manifest.icons) {
    const answer = await page.request.get(new URL(icon.src, address).href);
    expect(answer.status(), icon.src).toBe(200);
    expect(answer.headers()["content-type"], icon.src).toBe(icon.type);
  }
  expect(manifest.icons.map(({ sizes }) => sizes)).toEqual(expect.arrayContaining(["192x192", "512x512"]));
});

test("what proves that nothing is sent is one press away", async ({ page, playground }) => {
  await page.getByTestId("requests").click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Nothing that you paste leaves this page");
  await playground.page.getByRole("button", { name: "Delete what this page keeps" }).click();
  await page.getByRole("button", { name: "Keep them" }).click();
});

test("everything that is kept can be deleted", async ({ page, site }) => {
  await page.goto(site);
  await loaded(page);
  const playground = new Playground(page);
  await playground.paste(VIOLATING);
  await page.waitForTimeout(500);
  await page.getByTestId("requests").click();
  await page.getByRole("button", { name: "Delete what this page keeps" }).click();
  await page.getByRole("button", { name: "Delete everything" }).click();
  await page.getByRole("link", { name: "Playground", exact: true }).click();
  await loaded(page);
  await expect(page.getByRole("region", { name: "How to start" })).toBeVisible();
});
