import { VIOLATING, expect, loaded, test } from "./fixtures.mjs";

/** Two files: a chain from one into the other, and a call that was there before. */
const PATCH = `diff --git a/app/routes.py b/app/routes.py
index 1111111..2222222 100644
--- a/app/routes.py
+++ b/app/routes.py
@@ -1,3 +1,4 @@
 import time
 from fastapi import FastAPI
+from app.service import load
 
@@ -30,7 +31,7 @@ async def feed(name: str):
     if name:
         name = name.strip()
     time.sleep(1)
-    data = None
+    data = load(name)
     return data
 
 
diff --git a/app/service.py b/app/service.py
new file mode 100644
--- /dev/null
+++ b/app/service.py
@@ -0,0 +1,5 @@
+import requests
+
+
+def load(name):
+    return requests.get(name, timeout=5).json()
diff --git a/old.py b/old.py
deleted file mode 100644
--- a/old.py
+++ /dev/null
@@ -1 +0,0 @@
-x = 1
`;

test("a pasted patch gives findings on the lines that it adds, in the files that it speaks of", async ({
  page,
  playground,
}) => {
  await playground.paste(PATCH);
  const notice = page.getByTestId("patch");
  await expect(notice).toContainText("Read as a patch of 2 files");
  await expect(notice).toContainText("Left out: old.py (deleted)");
  const finding = playground.finding("C5");
  await expect(finding).toHaveCount(1);
  await expect(finding).toContainText("app/routes.py:34");

  // The mark is on the line of the patch, behind its sign.
  await finding.click();
  await expect(page.locator(".code .cm-finding-selected")).toHaveText("load(name)");
  await expect(playground.detail).toContainText("In feed.");
  await playground.detail.locator(".evidence button", { hasText: "app/service.py:5" }).click();
  await expect(playground.editor).toBeFocused();
  await expect.poll(() => playground.caretLine()).toBe("28");
});

test("what is on unchanged lines is folded away under one line that opens it", async ({ page, playground }) => {
  await playground.paste(PATCH);
  await expect(playground.finding("C5")).toHaveCount(1);
  const fold = page.getByRole("button", { name: "1 finding on lines that the patch does not change" });
  await expect(fold).toHaveAttribute("aria-expanded", "false");
  const list = page.getByRole("list", { name: "On unchanged lines" });
  await expect(list).toHaveCount(0);
  const counted = async () => [await page.locator(".headline").innerText(), await playground.cell("C5").innerText()];
  const before = await counted();
  await fold.click();
  await expect(list.getByRole("button")).toContainText("app/routes.py:33");
  // What is folded away is not counted, whether or not it is seen.
  expect(await counted()).toEqual(before);
  await list.getByRole("button").click();
  await expect(page.locator(".code .cm-finding-selected")).toHaveText("time.sleep(1)");
  await fold.click();
  await expect(list).toHaveCount(0);
});

test("what a patch leaves out is folded away, and the line below says what it is read as", async ({ page, playground }) => {
  const gone = Array.from(
    { length: 40 },
    (_, number) => `diff --git a/old${number}.py b/old${number}.py\ndeleted file mode 100644\n--- a/old${number}.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-x = 1\n`,
  );
  await playground.paste(PATCH + gone.join(""));
  const notice = page.getByTestId("patch");
  await expect(notice).toContainText("41 files left out.");
  expect((await notice.boundingBox()).height).toBeLessThan(160);
  await notice.getByText("What and why").click();
  await expect(notice.getByText("old39.py (deleted)")).toBeAttached();
  expect((await notice.boundingBox()).height).toBeLessThan(330);
  await expect(page.getByTestId("shape")).toHaveText("read as a patch");
});

test("surroundings are told of only where there are any", async ({ page, playground }) => {
  await playground.paste("--- /dev/null\n+++ b/x.py\n@@ -0,0 +1,2 @@\n+import os\n+x = 1\n");
  await expect(page.getByTestId("patch")).toContainText("Read as a patch of 1 file: 2 lines that it adds.");
  await playground.paste("diff --cc x.py\n--- a/x.py\n+++ b/x.py\n@@@ -1 -1 +1 @@@\n--a\n++b\n");
  await expect(page.getByTestId("patch")).toContainText("Nothing of this patch could be read.");
});

test("a patch can be read as something else, and again as a patch", async ({ page, playground }) => {
  await playground.paste(PATCH);
  const { tabs } = playground;
  await expect(tabs).toContainText("changes.patch");
  await page.getByRole("button", { name: "Read it as Python" }).click();
  await expect(tabs).toContainText("main.py");
  await expect(page.getByRole("list", { name: "Problems" }).getByRole("button").first()).toBeVisible();
  await page.getByRole("button", { name: "Read it as a patch" }).click();
  await expect(playground.finding("C5")).toContainText("app/routes.py:34");
  // What is pasted over it is read for what it is.
  await playground.paste(VIOLATING);
  await expect(tabs).toContainText("main.py");
  await expect(playground.finding("C5")).toContainText("main.py:9");
});

test("a cut patch is read as far as it goes, and says where it is cut", async ({ page, playground }) => {
  await playground.paste(PATCH.split("\n").slice(0, 14).join("\n"));
  await expect(page.getByRole("list", { name: "Problems" }).getByRole("button")).toContainText(["the patch is cut here"]);
  await page.getByRole("list", { name: "Problems" }).getByRole("button").first().click();
  await expect.poll(() => playground.caretLine()).toBe("10");
  await expect(page.getByTestId("patch")).toContainText("Read as a patch of 1 file");
});

test("a patch survives a reload", async ({ page, playground }) => {
  await playground.paste(PATCH);
  await expect(playground.finding("C5")).toHaveCount(1);
  await page.waitForTimeout(400);
  await page.reload();
  await loaded(page);
  await expect(playground.finding("C5")).toContainText("app/routes.py:34");
});

test("a path with HTML in it shows as text", async ({ page, playground }) => {
  const path = "a/<img src=x onerror=alert(1)>.py";
  await playground.paste(`--- ${path}\n+++ b${path.slice(1)}\n@@ -0,0 +1,4 @@\n+import time\n+\n+async def f():\n+    time.sleep(1)\n`);
  await expect(playground.finding("C5")).toContainText("<img src=x onerror=alert(1)>.py:4");
  await expect(page.locator("main img")).toHaveCount(0);
});

test("patches of other forms are known, and a problem says what to do", async ({ page, playground }) => {
  const problem = page.getByRole("list", { name: "Problems" }).getByRole("button");
  for (const [text, said] of [
    ["diff --cc x.py\n--- a/x.py\n+++ b/x.py\n@@@ -1,1 -1,1 +1,2 @@@\n  a\n++b\n", "is a diff of a merge"],
    ["*** x.py\n--- y.py\n***************\n*** 1 ****\n! a\n--- 1 ----\n! b\n", "is a context diff"],
    ["    --- a/x.py\n    +++ b/x.py\n    @@ -1 +1 @@\n    -a\n    +b\n", "take away the 4 characters"],
    ["--- a/x.py\n+++ b/x.py\n@@ -a,b +c,d @@\n import time\n+x = 1\n", "this heading of a hunk cannot be read"],
  ]) {
    await playground.paste(text);
    await expect(playground.tabs).toContainText("changes.patch");
    await expect(problem).toHaveCount(1);
    await expect(problem).toContainText(said);
    await expect(page.getByTestId("patch")).not.toContainText("no lines changed");
  }
});

test("the patch between the fences of a Markdown text is read", async ({ page, playground }) => {
  await playground.paste(`# What it does\n\nIt waits.\n\n\`\`\`diff\n${PATCH}\`\`\`\n\nAnd more.\n`);
  await expect(page.getByTestId("patch")).toContainText("Read as a patch of 2 files");
  await expect(playground.finding("C5")).toContainText("app/routes.py:34");
});

test("a mailed patch is read; the console stays empty, whatever white space ends its lines", async ({ playground }) => {
  await playground.paste(`From 12 Mon Sep 17 00:00:00 2001\nFrom: A <a@b.example>\nSubject: [PATCH] Wait\n\n---\n${PATCH}-- \n2.40.0\n`);
  await expect(playground.finding("C5")).toContainText("app/routes.py:34");
});

const OPEN = `import time


async def feed():
    time.sleep(1)


async def more():
    return 1
`;
const BESIDE = `--- a/x.py
+++ b/x.py
@@ -8,2 +8,3 @@
 async def more():
+    time.sleep(2)
     return 1
`;

for (const [name, text] of [
  ["as it was before", OPEN],
  ["as the patch leaves it", OPEN.replace("    return 1", "    time.sleep(2)\n    return 1")],
]) {
  test(`a patch beside its file, ${name}, is checked with all of it`, async ({ page, playground }) => {
    await playground.open([
      { name: "x.py", text },
      { name: "change.patch", text: BESIDE },
    ]);
    await playground.tabs.filter({ hasText: "change.patch" }).click();
    await expect(page.getByTestId("patch")).toContainText(
      "Read as a patch of 1 file: 1 line that it adds, with their surroundings. x.py is open, and is checked as the patch leaves it.",
    );
    await expect(playground.finding("C5")).toHaveCount(1);
    await expect(playground.finding("C5")).toContainText("x.py:9");
    await playground.finding("C5").click();
    await expect(page.locator(".code .cm-finding-selected")).toHaveText("time.sleep(2)");
    // What was there before is folded away, and stands in the file.
    await page.getByRole("button", { name: "1 finding on lines that the patch does not change" }).click();
    await page.getByRole("list", { name: "On unchanged lines" }).getByRole("button").click();
    await expect(page.getByRole("tab", { selected: true })).toContainText("x.py");
    await expect(page.locator(".code .cm-finding-selected")).toHaveText("time.sleep(1)");
  });
}

test("a patch that does not apply to its file says where, and what it shows is checked all the same", async ({
  page,
  playground,
}) => {
  await playground.open([
    { name: "x.py", text: "import os\n" },
    { name: "change.patch", text: BESIDE },
  ]);
  await playground.tabs.filter({ hasText: "change.patch" }).click();
  await expect(page.getByTestId("patch")).toContainText("It does not apply to x.py: what it shows is checked by itself");
  await expect(page.getByText("does not apply to x.py: for line 8 it says").first()).toBeVisible();
  await expect(playground.finding("C5")).toContainText("change.patch/x.py:9");
});
