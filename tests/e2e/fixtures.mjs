// What every spec starts with: the built page on a server of its own, and the promise that the console stays empty.
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

export const test = base.extend({
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
    const surprises = said.filter(
      (text) => !expectedErrors?.test(text) && !text.includes("Service Worker registration blocked by Playwright"),
    );
    expect(surprises, "the console").toEqual([]);
  },

  /** The playground, loaded. */
  playground: async ({ page, site }, use) => {
    await page.goto(site);
    await loaded(page);
    await use(new Playground(page));
  },
});

/** Waits until the page and its worker are there. */
export async function loaded(page) {
  await expect(page.getByTestId("requests")).toBeVisible();
}

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
    await this.page.keyboard.insertText(text);
  }

  /** The text of the shown file; CodeMirror draws only the lines in view. */
  async text() {
    return (await this.editor.locator(".cm-line").allTextContents()).join("\n");
  }

  async caretLine() {
    return this.page.locator(".code .cm-activeLineGutter").last().textContent();
  }
}
