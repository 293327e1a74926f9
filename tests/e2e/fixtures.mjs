// What every spec starts with: the built page on a server of its own, and the promise that the console stays empty.
import { mkdir, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test as base, expect, serve } from "../../js/testing.mjs";

const DIST = fileURLToPath(new URL("../../dist", import.meta.url));

export { AxeBuilder, sarifProblems, serveHost } from "../../js/testing.mjs";
export { expect };

/** A module with two defects that can be told apart: a blocking call (C5) without a time-out (F1). */
export const VIOLATING = `import requests
from fastapi import FastAPI

app = FastAPI()


@app.get("/documents/{name}")
async def document(name: str):
    response = requests.get(f"http://archive/{name}")
    return response.json()
`;

/** Where the Firefox of this worker of Playwright puts what it downloads. */
const DOWNLOADS = join(tmpdir(), `rubric-downloads-${process.pid}`);

/**
 * Remarks in the console that are not the page's: Playwright's own, its empty style before a screenshot, and Firefox's own
 * search for an icon of a host's page.
 */
const NOT_THE_PAGE =
  /\/favicon\.ico because|Service Worker registration blocked by Playwright|inline style .*'sha256-YjaKGiklmzC6wjXA513HAMmzus8VE61XCOT\+SmwNZWA='/;

export const test = base.extend({
  launchOptions: [
    async ({ launchOptions, browserName }, use) => {
      await use(browserName === "firefox" ? { ...launchOptions, downloadsPath: DOWNLOADS } : launchOptions);
      await rm(DOWNLOADS, { recursive: true, force: true });
    },
    { scope: "worker" },
  ],
  under: ["/", { option: true, scope: "worker" }],
  headerPolicy: [false, { option: true, scope: "worker" }],

  /** The address of the page. */
  site: [
    async ({ under, headerPolicy }, use) => {
      const server = await serve(DIST, { under, headerPolicy });
      await use(server.url);
      server.close();
    },
    { scope: "worker" },
  ],

  /** A pattern of what a spec expects in the console; anything else there fails it. */
  expectedErrors: [null, { option: true }],

  page: async ({ page, expectedErrors }, use) => {
    const said = [];
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) said.push(message.text());
    });
    page.on("pageerror", (error) => said.push(error.message));
    await use(page);
    const surprises = said.filter((text) => !expectedErrors?.test(text) && !NOT_THE_PAGE.test(text));
    expect(surprises, "the console").toEqual([]);
  },

  /** The playground, loaded. */
  playground: async ({ page, site }, use) => {
    await page.goto(site);
    await loaded(page);
    await use(new Playground(page));
  },
});

/** Waits until the page, its worker and its second module are there: seconds, where two tests load them at once. */
export async function loaded(page) {
  await expect(page.getByTestId("requests")).toBeVisible({ timeout: 20_000 });
}

/**
 * What a text is shown in. The page tells some of its words to a screen reader too, a moment later and out of sight: that
 * is a second element with the same text, and it stays there until something else is told.
 */
export const shown = (page, text) => page.getByText(text).and(page.locator(":not(.visually-hidden)"));

/**
 * Whether the page is in Firefox, where Playwright has to be helped here and there. What it cannot do there at all has
 * the tag `@chromium`, with the reason.
 */
const isFirefox = (page) => page.context().browser().browserType().name() === "firefox";

/** Lets the page read the clipboard, which it never does by itself; Firefox is set so in the configuration. */
export async function mayReadClipboard(page) {
  if (!isFirefox(page)) await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
}

/** Puts a text where the focus is, as a paste does. */
export async function paste(page, text) {
  if (!isFirefox(page)) return page.keyboard.insertText(text);
  // What Playwright inserts into Firefox is a command of the document, which no person can give.
  await page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
  await page.keyboard.press("Control+v");
}

/** What the browser downloads when `press` is done, as its name and its text. */
export async function downloaded(page, press) {
  if (!isFirefox(page)) {
    const [file] = await Promise.all([page.waitForEvent("download"), press()]);
    return { name: file.suggestedFilename(), text: await readFile(await file.path(), "utf8") };
  }
  // Playwright does not tell of Firefox's downloads, so the file is looked for where Firefox puts it.
  await rm(DOWNLOADS, { recursive: true, force: true });
  await mkdir(DOWNLOADS);
  await press();
  let found = [];
  const arrived = async () => {
    const files = (await readdir(DOWNLOADS)).filter((name) => !name.endsWith(".part"));
    found = await Promise.all(files.map(async (name) => ({ name, text: await readFile(join(DOWNLOADS, name), "utf8") })));
    return found.filter(({ text }) => text).length;
  };
  await expect.poll(arrived).toBe(1);
  return found.find(({ text }) => text);
}

/** Has the browser of a page that is not open yet keep nothing. */
export const denyStores = (page) =>
  page.addInitScript(() => {
    for (const name of ["indexedDB", "localStorage", "sessionStorage"]) {
      Object.defineProperty(globalThis, name, {
        get() {
          throw new DOMException("denied", "SecurityError");
        },
      });
    }
  });

export class Playground {
  constructor(page) {
    this.page = page;
    this.editor = page.locator(".code .cm-content");
    this.findings = page.getByRole("list", { name: "Findings" }).getByRole("button");
    this.questions = page.getByRole("list", { name: "Questions" }).getByRole("button");
    this.detail = page.getByRole("region", { name: "Selected finding" });
  }

  cell(rule) {
    return this.page.getByRole("button", { name: new RegExp(`^${rule} `) }).and(this.page.locator(".cell"));
  }

  finding(rule) {
    return this.findings.filter({ has: this.page.getByText(rule, { exact: true }) });
  }

  get tabs() {
    return this.page.getByRole("tablist", { name: "Files" }).getByRole("tab");
  }

  /** Opens files as a person does who chooses them. */
  async open(files) {
    await this.page.locator("#open-files").setInputFiles(
      files.map(({ name, text, buffer }) => ({ name, mimeType: "text/plain", buffer: buffer ?? Buffer.from(text) })),
    );
  }

  /** What was said of the files that were opened last. */
  get outcome() {
    return this.page.getByTestId("outcome");
  }

  /** Replaces the text of the shown file as a paste does. */
  async paste(text) {
    await this.editor.focus();
    await this.page.keyboard.press("Control+a");
    await paste(this.page, text);
  }

  async startOver() {
    await this.page.getByRole("button", { name: "Start over" }).click();
    await this.page.getByRole("dialog").getByRole("button", { name: "Start over" }).click();
  }

  /** The text of the shown file; CodeMirror draws only the lines in view. */
  async text() {
    return (await this.editor.locator(".cm-line").allTextContents()).join("\n");
  }

  async caretLine() {
    return this.page.locator(".code .cm-activeLineGutter").last().textContent();
  }
}
