import { writeFile } from "node:fs/promises";
import { AxeBuilder, downloaded, expect, loaded, paste, test } from "./fixtures.mjs";

const MEND = "c5-the-helper-that-waits";
const FIND = "o1-what-the-log-knows";
const WHICH = "c2-one-invitation-two-members";

const open = async (page, site, rest = "") => {
  await page.goto(`${site}#/learn${rest}`);
  await loaded(page);
};

const verdict = (page) => page.locator(".verdict");
const row = (page, title) => page.locator(".exercise-row", { hasText: title });

/** Replaces all of the shown file, with the keyboard alone. */
const write = async (page, text) => {
  await page.getByRole("textbox", { name: /^Code to mend/ }).focus();
  await page.keyboard.press("Control+a");
  await paste(page, text);
};

const handler = (body, head = "async def") => `from fastapi import APIRouter
import asyncio

from app.rates import rates

router = APIRouter()


@router.get("/convert")
${head} convert(amount: float, source: str, target: str) -> dict[str, float]:
    table = ${body}
    return {"amount": amount * table[target]}
`;

const solve = async (page, site) => {
  await open(page, site, `/${MEND}`);
  await page.getByRole("button", { name: "app/routes.py" }).press("Enter");
  await write(page, handler("rates(source)", "def"));
  await expect(verdict(page)).toContainText("Mended: nothing of C5 left");
};

test("the path goes through all rules by section, and the header leads to it", async ({ page, site }) => {
  await page.goto(site);
  await loaded(page);
  await page.getByRole("link", { name: "Learn" }).click();
  await expect(page.getByRole("heading", { name: "Learn", level: 1 })).toBeFocused();
  await expect(page.getByRole("main").getByRole("heading", { level: 2 })).toHaveText([
    /^Concurrency/,
    /^Fault tolerance/,
    /^Isolation/,
    /^Operations/,
    /^Mixed/,
  ]);
  expect(await page.locator(".exercise-row").count()).toBeGreaterThanOrEqual(36);
  // To name the rule is a part of finding it.
  await expect(row(page, "What the log knows")).not.toContainText("O1");
  await expect(row(page, "The helper that waits")).toContainText("C5");
  await page.getByRole("link", { name: /^Begin/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Tokens that were never counted");
});

test("mend it: a wrong turn gets its hint, every right way counts, and it survives a reload", async ({ page, site }) => {
  await open(page, site, `/${MEND}`);
  await expect(verdict(page)).toContainText("1 place to mend");
  await page.getByRole("button", { name: "app/routes.py" }).press("Enter");

  await write(page, handler("await asyncio.to_thread(rates(source))"));
  await expect(verdict(page)).toContainText("Hand over the function and its arguments");
  await expect(verdict(page).locator(".faults")).toContainText("C5, line 11");

  await write(page, handler("rates(source)  # rubric: ignore[C5] it is fast"));
  await expect(verdict(page)).toContainText("A comment silences the checker");
  await write(page, "x = 1\n");
  await expect(verdict(page)).toContainText("convert is gone, and others use it");
  await write(page, "def convert(:\n");
  await expect(verdict(page)).toContainText("app/routes.py, line 1:");

  // What the rule has nothing against, and what breaks at run time all the same.
  await write(page, handler("await asyncio.to_thread(rates, source)").replace("import asyncio\n", ""));
  await expect(verdict(page)).toContainText("asyncio is defined nowhere: a NameError when this line runs");
  await write(page, handler("await asyncio.to_thread(rates, source)", "def"));
  await expect(verdict(page)).toContainText("await stands in convert, which is no async def");

  // A way that the exercise does not list: an executor of the loop.
  await write(page, handler("await asyncio.get_running_loop().run_in_executor(None, rates, source)"));
  await expect(verdict(page)).toContainText("Mended: nothing of C5 left, and nothing else broke");
  await expect(page.getByRole("heading", { name: "Ways to do it" })).toBeVisible();

  await page.reload();
  await loaded(page);
  await expect(verdict(page)).toContainText("Mended");
  await page.getByRole("link", { name: "Learn", exact: true }).first().click();
  await expect(row(page, "The helper that waits")).toContainText("solved");
  await expect(page.getByText(/^1 of \d+ exercises solved/)).toBeVisible();
});

test("mend it: code that does its work no longer is not mended, and what is right already is said", async ({ page, site }) => {
  await open(page, site, `/${MEND}`);
  await page.getByRole("button", { name: "app/routes.py" }).press("Enter");
  await write(page, handler("{target: 1.0}"));
  await expect(verdict(page)).toContainText("nothing of C5 is found, but something else is wrong");
  await expect(verdict(page).locator(".faults")).toContainText("convert has to use source");
  await expect(verdict(page).locator(".faults")).toContainText("convert has to ask an HTTP server");
  await write(page, handler("asyncio.to_thread(rates, source)"));
  await expect(verdict(page)).toContainText("to_thread is called without await");
  await write(page, handler("await asyncio.to_thread(rates)"));
  await expect(verdict(page)).toContainText("rates is not given its currency here");

  await open(page, site, "/mixed-orders");
  await page.getByRole("textbox", { name: /^Code to mend/ }).focus();
  await page.keyboard.press("Control+End");
  // The last line with code is the one that tells too much.
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Shift+Control+End");
  await paste(page, '        raise HTTPException(502, "the refund failed") from error\n');
  await expect(verdict(page)).toContainText("nothing of F8 is left, that part is right");
});

test("what was typed comes back, and a reset can be undone", async ({ page, site }) => {
  await open(page, site, "/f5-one-bad-invoice");
  const code = page.getByRole("textbox", { name: /^Code to mend/ });
  await code.focus();
  await page.keyboard.press("Control+Home");
  await page.keyboard.insertText("# mine\n");
  await expect(page.getByRole("button", { name: "Reset", exact: true })).toBeEnabled();
  await page.reload();
  await loaded(page);
  await expect(code).toContainText("# mine");
  await page.getByRole("button", { name: "Reset", exact: true }).press("Enter");
  await expect(code).not.toContainText("# mine");
  await page.getByRole("button", { name: "Undo reset" }).press("Enter");
  await expect(code).toContainText("# mine");
  await code.focus();
  await page.keyboard.press("Control+Home");
  await page.keyboard.type("# more ");
  await expect(code).toContainText("# more # mine");
  await page.keyboard.press("Control+z");
  await expect(code).not.toContainText("# more");
  await expect(code).toContainText("# mine");
});

test("find it, with the keyboard: traps and wrong rules get their hints before the answer is shown", async ({ page, site }) => {
  await open(page, site, `/${FIND}`);
  const mark = async (line) => {
    await page.getByRole("textbox", { name: /^Code to look through/ }).focus();
    await page.keyboard.press("Control+Home");
    for (let at = 1; at < line; at++) await page.keyboard.press("ArrowDown");
    await expect(page.getByRole("button", { name: `Mark line ${line}`, exact: true })).toBeVisible();
    await page.keyboard.press("Enter");
  };
  const name = (line, rule) => page.getByLabel(`Line ${line}: the rule`).selectOption(rule);
  const check = () => page.getByRole("button", { name: "Check my marks" }).press("Enter");
  await expect(page.getByRole("button", { name: "Check my marks" })).toBeDisabled();
  await expect(page.locator(".cm-finding")).toHaveCount(0);

  await mark(15);
  await name(15, "O1");
  await check();
  await expect(page.locator(".mark")).toContainText("this is the form to copy");
  await expect(verdict(page)).toContainText("0 right, 1 not, 2 violations still to find");
  await page.getByRole("button", { name: "Line 15: remove the mark" }).press("Enter");

  await mark(19);
  await check();
  await expect(page.locator(".mark")).toContainText("Name the rule as well");
  await name(19, "F8");
  await check();
  await expect(page.locator(".mark")).toContainText("It is our own log that learns too much");
  await name(19, "O1");
  await mark(21);
  await name(21, "O1");
  await check();
  await expect(verdict(page)).toContainText("Found, all of it, and nothing else");
  await expect(page.locator(".mark-right")).toHaveCount(2);
  await expect(page.getByRole("heading", { name: "Why" })).toBeVisible();
  await expect(page.locator(".exercise-frame .cm-finding").first()).toBeVisible();
  // The text that was only to be read is as it was given.
  await expect(page.getByRole("textbox", { name: /^Code to look through/ })).toContainText("print(\"login failed for\"");
});

test("find it: one line may break two rules, and a mark beside the line counts", async ({ page, site }) => {
  await open(page, site, "/mixed-translation-route");
  const mark = async (line) => {
    await page.getByRole("textbox", { name: /^Code to look through/ }).focus();
    await page.keyboard.press("Control+Home");
    for (let at = 1; at < line; at++) await page.keyboard.press("ArrowDown");
    await page.getByRole("button", { name: `Mark line ${line}`, exact: true }).press("Enter");
  };
  const name = (place, rule) => page.getByLabel(`${place}: the rule`, { exact: true }).selectOption(rule);
  const check = () => page.getByRole("button", { name: "Check my marks" }).press("Enter");
  await mark(42);
  await name("Line 42", "C5");
  // The clause around the line that tells too much.
  await mark(48);
  await name("Line 48", "F8");
  await check();
  await expect(page.locator(".mark").first()).toContainText("This line breaks one more rule");
  await expect(page.locator(".mark").last()).toContainText("Right: this is a part of it. Line 50:");
  await expect(verdict(page)).toContainText("2 right, 1 violation still to find");
  await page.getByRole("button", { name: "Line 42: one more rule" }).press("Enter");
  await name("Line 42 again", "F2");
  await check();
  await expect(page.locator(".mark").nth(1)).toContainText("The line is right, the rule is another");
  await name("Line 42 again", "F1");
  await check();
  await expect(verdict(page)).toContainText("Found, all of it, and nothing else");
});

test("which is right: the wrong one gets its hint", async ({ page, site }) => {
  await open(page, site, `/${WHICH}`);
  await expect(page.locator(".which-side .cm-differs-word").first()).toBeVisible();
  await expect(page.getByText("violating")).toHaveCount(0);
  await page.getByRole("button", { name: "The first is right" }).press("Enter");
  await expect(verdict(page)).toContainText("Not this one");
  await expect(verdict(page)).toContainText("default isolation allows exactly this");
  await page.getByRole("button", { name: "The second is right" }).press("Enter");
  await expect(verdict(page)).toContainText("Right: this one conforms");
  await expect(page.getByRole("region", { name: "Second version" })).toContainText("conforming");
});

test("three hints, then the answer as a word-level difference with the reason", async ({ page, site }) => {
  await open(page, site, "/c1-lost-tokens");
  for (const step of [1, 2, 3]) {
    await page.getByRole("button", { name: `Show hint ${step} of 3` }).click();
    await expect(page.locator(".hint-list li")).toHaveCount(step);
  }
  await expect(page.locator(".answer")).toHaveCount(0);
  await page.getByRole("button", { name: "Show the answer" }).click();
  await expect(page.locator(".answer")).toContainText("is three steps: read, add in Python, write");
  await expect(page.locator(".answer .pair-violating .cm-differs-word").first()).toBeVisible();
  await expect(page.locator(".answer .pair-conforming .cm-differs-word").first()).toBeVisible();
  const before = await page.locator(".answer .pair-conforming .cm-content").textContent();
  await page.getByRole("button", { name: "The row is locked while it is read" }).click();
  await expect(page.locator(".answer .pair-conforming .cm-content")).not.toHaveText(before);
  await expect(page.locator(".answer .pair-conforming .cm-content")).toContainText("with_for_update");
  await page.getByRole("link", { name: /^C1 / }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText("C1");
});

test("the focus goes on where a button goes away when it is pressed", async ({ page, site }) => {
  const press = (name) => page.getByRole("button", { name, exact: true }).press("Enter");
  const heading = (name) => page.getByRole("heading", { name, exact: true });
  await open(page, site, "/c1-lost-tokens");
  for (const step of [1, 2, 3]) await press(`Show hint ${step} of 3`);
  await expect(page.getByRole("button", { name: "Show the answer" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(heading("Why")).toBeFocused();
  await page.getByRole("textbox", { name: /^Code to mend/ }).focus();
  await page.keyboard.insertText("# mine\n");
  await press("Reset");
  await expect(page.getByRole("button", { name: "Undo reset" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Reset", exact: true })).toBeFocused();
  await open(page, site, `/${FIND}`);
  await page.getByRole("textbox", { name: /^Code to look through/ }).focus();
  await page.keyboard.press("Enter");
  await press("Line 1: remove the mark");
  await expect(heading("What you found")).toBeFocused();
});

test("progress goes into a file and comes back from it; another file is refused", async ({ page, site }, testInfo) => {
  await solve(page, site);
  await open(page, site);
  const { text } = await downloaded(page, () => page.getByRole("button", { name: "Export progress" }).click());
  const file = testInfo.outputPath("progress.json");
  await writeFile(file, text);
  const { exercises } = JSON.parse(text);
  expect(exercises.map(({ id, solved }) => [id, solved])).toEqual([[MEND, true]]);

  await page.evaluate(() => localStorage.clear());
  await page.reload();
  await loaded(page);
  await expect(row(page, "The helper that waits")).toContainText("not yet");
  await page.getByLabel("File of progress").setInputFiles(file);
  await expect(row(page, "The helper that waits")).toContainText("solved");

  const other = { name: "other.json", mimeType: "application/json", buffer: Buffer.from('{"a": 1}') };
  await page.getByLabel("File of progress").setInputFiles(other);
  await expect(page.getByRole("alert")).toContainText("other.json was not imported");
  await expect(page.getByRole("alert")).toContainText("choose one that was exported here");
  await page.getByLabel("File of progress").setInputFiles({ ...other, name: "large.json", buffer: Buffer.alloc(2_000_000, "1") });
  await expect(page.getByRole("alert")).toContainText("large.json was not imported");
  await expect(row(page, "The helper that waits")).toContainText("solved");
});

test("a link opens a set, which stays around its exercises", async ({ page, site }) => {
  await open(page, site, `?set=${MEND}.f1,nonsense&name=week%20one`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("week one");
  await expect(page.locator(".exercise-row")).toHaveCount(2);
  await expect(page.getByText("names what is no exercise here: nonsense")).toBeVisible();
  await row(page, "The helper that waits").getByRole("link").click();
  await expect(page.getByRole("link", { name: /^Previous/ })).toHaveCount(0);
  await page.getByRole("link", { name: /^Next/ }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("A client without an end");
  await expect(page.getByRole("link", { name: /^Next/ })).toHaveCount(0);
  await page.getByRole("link", { name: "week one" }).click();
  await expect(page.locator(".exercise-row")).toHaveCount(2);
  await page.getByRole("link", { name: "All exercises" }).click();
  expect(await page.locator(".exercise-row").count()).toBeGreaterThan(30);
});

test("such a link is made in the page", async ({ page, site, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page, site);
  await page.getByRole("button", { name: "Make a set" }).press("Enter");
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("button", { name: "Copy the link" })).toBeDisabled();
  await dialog.getByLabel("Name of the set").fill("week one & two");
  await dialog.getByLabel("Review: orders").press("Space");
  await dialog.getByLabel("The helper that waits").press("Space");
  await dialog.getByRole("button", { name: "Copy the link" }).press("Enter");
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toBe(`${site}#/learn?set=mixed-orders.${MEND}&name=week%20one%20%26%20two`);
  await page.goto(link);
  await page.reload();
  await loaded(page);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("week one & two");
  await expect(page.locator(".exercise-row .exercise-title")).toHaveText([/Review: orders/, /The helper that waits/]);
});

test("where the browser keeps nothing, the page says so and progress lasts as long as it is open", async ({ page, site }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, "localStorage", {
      get() {
        throw new DOMException("forbidden", "SecurityError");
      },
    });
  });
  await solve(page, site);
  await page.getByRole("link", { name: "Learn", exact: true }).first().click();
  await expect(row(page, "The helper that waits")).toContainText("solved");
  await expect(page.getByText("This browser keeps nothing for this page")).toBeVisible();
});

test("no such exercise leads back", async ({ page, site }) => {
  await open(page, site, "/no-such-exercise");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByRole("main").getByRole("link").first()).toBeVisible();
});

test("nothing of the exercises is cut off at 320 pixels", async ({ page, site, viewport }) => {
  await page.setViewportSize({ width: 320, height: viewport.height });
  for (const rest of ["", `/${MEND}`, `/${FIND}`, `/${WHICH}`]) {
    await open(page, site, rest);
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(wider, rest).toBe(0);
  }
});

// Playwright cannot set Firefox's colour scheme.
for (const colorScheme of ["light", "dark"]) {
  test.describe(colorScheme, { tag: "@chromium" }, () => {
    test.use({ colorScheme });

    test("axe finds nothing on the exercises, their verdicts, answers and the dialog", async ({ page, site }) => {
      test.slow();
      const { width } = page.viewportSize();
      if (width < 600) await page.setViewportSize({ width, height: 4000 });
      const clean = async (what) => {
        const { violations } = await new AxeBuilder({ page })
          .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
          .analyze();
        const said = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
        expect(said, what).toEqual([]);
      };
      await open(page, site);
      await clean("the path");
      await page.getByRole("button", { name: "Make a set" }).click();
      await page.getByRole("dialog").getByLabel("The helper that waits").check();
      await clean("the dialog");
      await page.keyboard.press("Escape");
      await open(page, site, `/${MEND}`);
      await page.getByRole("button", { name: "app/routes.py" }).click();
      await write(page, handler("await asyncio.to_thread(rates(source))"));
      await expect(verdict(page)).toContainText("not yet");
      await clean("a wrong turn");
      await write(page, handler("rates(source)", "def"));
      await expect(verdict(page)).toContainText("Mended");
      await clean("an accepted answer");
      await open(page, site, `/${FIND}`);
      await page.getByRole("button", { name: "Mark line 1" }).click();
      await page.getByRole("button", { name: "Check my marks" }).click();
      await expect(page.locator(".mark-wrong")).toBeVisible();
      await clean("a wrong mark");
      await open(page, site, `/${WHICH}`);
      await page.getByRole("button", { name: "The first is right" }).click();
      await clean("a wrong choice");
      await page.getByRole("button", { name: "The second is right" }).click();
      await expect(page.getByRole("heading", { name: "Ways to do it" })).toBeVisible();
      await clean("a right choice");
    });
  });
}
