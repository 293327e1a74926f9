// 'Why not?': what the checker knows of a line, and which condition was not met.
import { AxeBuilder, VIOLATING, expect, test } from "./fixtures.mjs";

const PLAIN = VIOLATING.replace("async def", "def");
const CALL = 'response = requests.get(f"http://archive/{name}")';

const dialog = (page) => page.getByRole("dialog");
const rule = (page, id) => page.getByRole("region", { name: `What ${id} makes of it` });

/** Puts the caret on the line of the call. */
async function goToCall(playground) {
  await playground.editor.getByText("archive").first().click();
}

async function violations(page) {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`);
}

test("a line without a finding is explained", async ({ page, playground }) => {
  await playground.paste(PLAIN);
  await expect(playground.finding("F1")).toBeVisible();
  await goToCall(playground);
  await page.getByRole("button", { name: "Why not?" }).click();
  await expect(dialog(page).getByRole("region", { name: "The line" })).toContainText(CALL);
  await expect(dialog(page)).toContainText("main.py:9");
  await expect(dialog(page)).toContainText("in a thread pool");
  const blocked = rule(page, "C5").getByRole("listitem");
  await expect(blocked.filter({ hasText: "the call waits" })).toContainText(": met. ");
  await expect(blocked.filter({ hasText: "it runs on the event loop" })).toContainText(
    "not met. document is a plain def route handler, which FastAPI runs in its thread pool.",
  );
  await expect(rule(page, "F1")).toContainText("found");
  await page.getByText("rules look at nothing on this line").click();
  await expect(dialog(page).getByText("Migrations", { exact: false }).first()).toBeVisible();
});

test("the key asks about the line of the caret, also after typing", async ({ page, playground }) => {
  await playground.paste(PLAIN);
  await expect(playground.finding("F1")).toBeVisible();
  await goToCall(playground);
  await page.keyboard.press("Home");
  await page.keyboard.type("pass\n    ");
  await page.keyboard.press("F9");
  await expect(dialog(page)).toContainText("main.py:10");
  await expect(dialog(page)).toContainText(CALL);
  await page.keyboard.press("Escape");
  await expect(dialog(page)).toBeHidden();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("why is nothing");
  await page.keyboard.press("Enter");
  await expect(dialog(page)).toContainText("main.py:10");
});

test("a rule is explained over all files, and its places are shown", async ({ page, playground }) => {
  await playground.paste(PLAIN);
  await expect(playground.finding("F1")).toBeVisible();
  await playground.cell("C5").click();
  await page.getByRole("button", { name: "Why not? C5 over all files" }).click();
  await expect(rule(page, "C5")).toContainText("it runs on the event loop");
  await rule(page, "C5").getByRole("button", { name: "main.py:9" }).first().click();
  await expect(dialog(page)).toBeHidden();
  await expect.poll(() => playground.caretLine()).toBe("9");
});

test("a rule that looked at nothing says what it looks at", async ({ page, playground }) => {
  await playground.paste(PLAIN);
  await expect(playground.finding("F1")).toBeVisible();
  await playground.cell("O5").click();
  await page.getByRole("button", { name: "Why not? O5 over all files" }).click();
  await expect(rule(page, "O5")).toContainText("O5 looks at images, tags and pipelines in deployment files.");
  await expect(rule(page, "O5")).toContainText("Its page says what the checker cannot see.");
});

/** Code of which a rule looks at a place and finds nothing, with the condition that decides and the fact. */
const DECIDED = {
  F5: {
    text: "import requests\n\n\ndef load(urls):\n    for url in urls:\n        try:\n            requests.get(url, timeout=5)\n        except Exception:\n            log.exception(url)\n",
    condition: "a turn may fail, and nothing in it keeps that: not met. A try in the loop sees to each failure",
  },
  I5: {
    text: "from fastapi import FastAPI\n\napp = FastAPI()\nclient_cache = {}\n\n\n@app.post(\"/a\")\ndef put(name: str):\n    client_cache[name] = 1\n",
    condition: "it may not differ between processes: not met. client_cache or what it stands in is named as a cache",
  },
  O3: {
    text: "import os\n\nsecret = os.getenv(\"JWT_SECRET\")\n",
    condition: "a default opens something: not met. It has none.",
  },
};

for (const [id, { text, condition }] of Object.entries(DECIDED)) {
  test(`${id} tells on the page which condition is not met`, async ({ page, playground }) => {
    await playground.paste(text);
    await playground.cell(id).click();
    await page.getByRole("button", { name: `Why not? ${id} over all files` }).click();
    await expect(rule(page, id)).toContainText(condition);
  });
}

const COMPOSE = `services:
  api:
    image: ghcr.io/acme/api:1.4.2
    command: uvicorn app.main:app --timeout-graceful-shutdown 20
    ports: ["8000:8000"]
    healthcheck:
      test: ["CMD", "curl", "--fail", "http://localhost:8000/health/ready"]
    mem_limit: 1g
    stop_grace_period: 30s
`;

test("a line of a deployment file is answered by the rules that look there", async ({ page, playground }) => {
  await playground.paste(COMPOSE);
  await expect(page.getByRole("combobox", { name: "Read compose.yaml as" })).toBeVisible();
  await playground.editor.getByText("api:", { exact: false }).first().click();
  await page.keyboard.press("F9");
  await expect(dialog(page).getByRole("region", { name: "The line" })).toContainText("api:");
  for (const [id, text] of Object.entries({
    F6: "nothing says how long it has to stop: not met. It says how long the service has, stop_grace_period.",
    F7: "nothing here asks it: not met. It has a healthcheck.",
    I6: "nothing limits its memory: not met. It has a limit on memory.",
  })) {
    await expect(rule(page, id)).toContainText(text);
  }
});

/** A file of which only two places are shown, far from its beginning. */
const PATCH = `--- a/app/routes.py
+++ b/app/routes.py
@@ -1,3 +1,4 @@
 import time
 from fastapi import FastAPI
+from app.service import load
 
@@ -30,4 +31,4 @@ def feed(name: str):
     if name:
         name = name.strip()
-    data = None
+    time.sleep(1)
     return name
`;

test("a line of a patch is answered, with the lines of the file", async ({ page, playground }) => {
  await playground.paste(PATCH);
  await expect(page.getByTestId("patch")).toContainText("Read as a patch of 1 file");
  await playground.editor.getByText("time.sleep").click();
  await page.keyboard.press("F9");
  const line = dialog(page).getByRole("region", { name: "The line" });
  await expect(line).toContainText("app/routes.py:33");
  await expect(line).toContainText("time.sleep(1)");
  await expect(line).toContainText("feed, line 30");
  await expect(dialog(page)).not.toContainText("not among the given files");
  await expect(rule(page, "C5").getByRole("listitem").filter({ hasText: "it runs on the event loop" })).toContainText("not");
});

test("a rule over a patch leads to the patch's lines", async ({ page, playground }) => {
  await playground.paste(PATCH);
  await expect(page.getByTestId("patch")).toBeVisible();
  await playground.cell("C5").click();
  await page.getByRole("button", { name: "Why not? C5 over all files" }).click();
  await rule(page, "C5").getByRole("button", { name: "app/routes.py:33" }).first().click();
  await expect(dialog(page)).toBeHidden();
  await expect.poll(() => playground.caretLine()).toBe("12");
});

test("checking goes on while somebody asks", async ({ page, playground }) => {
  await playground.paste(PLAIN);
  await expect(playground.finding("F1")).toBeVisible();
  await goToCall(playground);
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(VIOLATING);
  await page.keyboard.press("F9");
  await expect(dialog(page)).toContainText("Line", { ignoreCase: true });
  await page.keyboard.press("Escape");
  await expect(playground.finding("C5")).toBeVisible();
});

for (const [colorScheme, width] of [
  ["light", 1280],
  ["dark", 1280],
  ["light", 360],
  ["dark", 360],
]) {
  test.describe(`${colorScheme}, ${width} pixels wide`, () => {
    test.use({ colorScheme, viewport: { width, height: 800 } });

    test("axe finds nothing, and nothing is wider than the window", async ({ page, playground }) => {
      await playground.paste(PLAIN);
      await expect(playground.finding("F1")).toBeVisible();
      await goToCall(playground);
      await page.keyboard.press("F9");
      await expect(rule(page, "C5")).toBeVisible();
      expect(await violations(page)).toEqual([]);
      const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
      expect(inner).toBeLessThanOrEqual(outer);
      const body = dialog(page).locator(".dialog-body");
      expect(await body.evaluate((node) => node.scrollWidth <= node.clientWidth)).toBe(true);
    });
  });
}
