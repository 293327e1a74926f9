import { VIOLATING, denyStores, expect, loaded, shown, test, Playground } from "./fixtures.mjs";

const history = async (page) => {
  await page.getByRole("button", { name: "Open", exact: true }).first().click();
  await page.getByRole("button", { name: "A draft of the history" }).click();
  const dialog = page.getByRole("dialog", { name: "Drafts" });
  await expect(dialog).toBeVisible();
  return dialog;
};

/** A draft is written when typing rests. */
const rest = (page) => page.waitForTimeout(500);

/** Makes a draft of 34 bytes, and begins another one. */
async function makeTwo(page, playground) {
  await playground.paste("# the first draft\nimport os\nx = 1\n");
  await rest(page);
  await playground.startOver();
  await playground.paste(VIOLATING);
  await rest(page);
}

test("what was replaced or emptied is in the history: opened, named, deleted, brought back", async ({
  page,
  playground,
}) => {
  await makeTwo(page, playground);

  let dialog = await history(page);
  const rows = dialog.getByRole("listitem");
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText("shown now");
  await rows.nth(1).getByRole("button", { name: /^Name/ }).click();
  await page.keyboard.type("before the rewrite");
  // A finger has no Enter in sight.
  await rows.nth(1).getByRole("button", { name: "Keep the name" }).click();
  await expect(rows.nth(1)).toContainText("before the rewrite");
  await dialog.getByRole("button", { name: "Open before the rewrite" }).click();
  await expect(dialog).toBeHidden();
  await expect.poll(() => playground.text()).toContain("# the first draft");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect.poll(() => playground.text()).toContain("requests.get");
  await rest(page);

  dialog = await history(page);
  await dialog.getByRole("button", { name: "Delete before the rewrite" }).click();
  await expect(rows).toHaveCount(1);
  await dialog.getByRole("button", { name: "Undo" }).click();
  await expect(rows).toHaveCount(2);
  await expect(dialog).toContainText("before the rewrite");
});

test("a draft of which the checker says the same as of the one before has its outcome all the same", async ({ page, playground }) => {
  await playground.paste("first = 1\n");
  await rest(page);
  await playground.startOver();
  await playground.paste("second = 2\n");
  await rest(page);
  const dialog = await history(page);
  await dialog.getByRole("button", { name: "Open main.py" }).last().click();
  await expect.poll(() => playground.text()).toContain("first = 1");
  await expect(page.getByRole("heading", { name: "No findings" })).toBeVisible();
});

test("a text that a paste replaced at once is in the history too", async ({ page, playground }) => {
  await playground.paste("# long gone\nimport os\nx = 1\ny = 2\n");
  await rest(page);
  await playground.paste(VIOLATING);
  await rest(page);
  const dialog = await history(page);
  await expect(dialog.getByRole("listitem")).toHaveCount(2);
  await dialog.getByRole("listitem").nth(1).getByRole("button", { name: /^Open/ }).click();
  await expect.poll(() => playground.text()).toContain("# long gone");
});

test("files that were opened and changed a moment before a reload are there after it", async ({ page, playground }) => {
  await playground.open([{ name: "opened.py", text: VIOLATING }]);
  await expect(playground.finding("C5")).toHaveCount(1);
  await playground.editor.press("Control+End");
  await page.keyboard.type("# last words");
  await page.reload();
  await loaded(page);
  await expect.poll(() => playground.text()).toContain("# last words");
});

test("the last twenty drafts are kept, not more", async ({ page, playground }) => {
  test.slow();
  for (let index = 0; index < 23; index++) {
    await playground.paste(`# draft ${index}\nimport os\nx = ${index}\n${`y${index} = 1\n`.repeat(3)}`);
    await page.waitForTimeout(350);
  }
  const dialog = await history(page);
  await expect(dialog.getByRole("listitem")).toHaveCount(20);
});

test("several tabs of the browser do not overwrite each other", async ({ page, playground, context, site }) => {
  await playground.paste("# in the first tab\nimport os\n");
  await rest(page);
  const other = await context.newPage();
  await other.goto(site);
  await loaded(other);
  const second = new Playground(other);
  // The newest draft is open elsewhere: the second tab starts empty.
  await expect(other.getByRole("region", { name: "How to start" })).toBeVisible();
  await second.paste("# in the second tab\nimport os\n");
  await rest(other);
  for (const each of [page, other]) {
    await each.reload();
    await loaded(each);
  }
  await expect.poll(() => playground.text()).toContain("# in the first tab");
  await expect.poll(() => second.text()).toContain("# in the second tab");

  const dialog = await history(other);
  await expect(dialog.getByRole("listitem").filter({ hasText: "open in another tab" })).toHaveCount(1);
  await dialog.getByRole("listitem").filter({ hasText: "open in another tab" }).getByRole("button", { name: /^Open/ }).click();
  await expect(shown(other, "Opened a copy of the draft")).toBeVisible();
  await second.editor.press("Control+End");
  await other.keyboard.type("# changed in the copy");
  await rest(other);
  await page.reload();
  await loaded(page);
  await expect.poll(() => playground.text()).not.toContain("# changed in the copy");
});

test("a closed tab's draft comes back in a new one", async ({ page, playground, context, site }) => {
  await playground.paste("# to be continued\nimport os\n");
  await rest(page);
  await page.close();
  const next = await context.newPage();
  await next.goto(site);
  await loaded(next);
  await expect.poll(() => new Playground(next).text()).toContain("# to be continued");
});

test("the draft of an older version of the page is taken over", async ({ page, site }) => {
  await page.addInitScript(() => {
    // Firefox runs this on the empty page too, which may keep nothing.
    if (!location.protocol.startsWith("http") || sessionStorage.getItem("seeded")) return;
    sessionStorage.setItem("seeded", "1");
    const files = [{ path: "old.py", text: "# from before\n" }];
    localStorage.setItem("rubric-playground.draft", JSON.stringify({ files, active: 0 }));
  });
  await page.goto(site);
  await loaded(page);
  const playground = new Playground(page);
  await expect.poll(() => playground.text()).toContain("# from before");
  await rest(page);
  await page.reload();
  await loaded(page);
  await expect.poll(() => playground.text()).toContain("# from before");
});

test("a full store is told, and the text stays in the page", async ({ page, site }) => {
  await page.addInitScript(() => {
    const full = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
    IDBObjectStore.prototype.put = full;
    Storage.prototype.setItem = full;
  });
  await page.goto(site);
  await loaded(page);
  const playground = new Playground(page);
  await playground.paste(VIOLATING);
  await expect(page.getByText("a reload loses it")).toBeVisible();
  await expect(playground.finding("C5")).toHaveCount(1);
  await expect.poll(() => playground.text()).toContain("requests.get");
});

test("where nothing may be kept, the history does not promise it", async ({ page, site }) => {
  await denyStores(page);
  await page.goto(site);
  await loaded(page);
  await new Playground(page).paste(VIOLATING);
  const dialog = await history(page);
  await expect(dialog).toContainText("This browser does not let the page keep drafts.");
  await expect(dialog).not.toContainText("keeps the last 20 drafts");
});

test("without a database the local storage keeps drafts, with their sizes and names", async ({ page, site }) => {
  await page.addInitScript(() => {
    indexedDB.open = () => {
      throw new DOMException("denied", "SecurityError");
    };
  });
  await page.goto(site);
  await loaded(page);
  const playground = new Playground(page);
  await makeTwo(page, playground);
  const dialog = await history(page);
  const rows = dialog.getByRole("listitem");
  await expect(rows).toHaveCount(2);
  await expect(rows.nth(1)).toContainText("34 bytes");
  await rows.nth(1).getByRole("button", { name: /^Name/ }).click();
  await page.keyboard.type("mine");
  await page.keyboard.press("Enter");
  await rows.nth(1).getByRole("button", { name: "Delete mine" }).click();
  await expect(rows).toHaveCount(1);
  await dialog.getByRole("button", { name: "Undo" }).click();
  await expect(rows.nth(1)).toContainText("mine");
});

test("without a database it is told after a reload which files were left out", async ({ page, site }) => {
  await page.addInitScript(() => {
    indexedDB.open = () => {
      throw new DOMException("denied", "SecurityError");
    };
  });
  await page.goto(site);
  await loaded(page);
  const playground = new Playground(page);
  await playground.open([
    { name: "main.py", text: "import os\n" },
    { name: "binary.py", buffer: Buffer.from([0, 1]) },
  ]);
  // Once as it is written when typing rests, once as it is when the page is left.
  for (const pause of [0, 600]) {
    await expect(playground.outcome).toContainText("Opened 1 file, left out 1 file or folder.");
    await page.waitForTimeout(pause);
    await page.reload();
    await loaded(page);
  }
  await expect(playground.outcome).toContainText("Opened 1 file, left out 1 file or folder.");
  await expect(page.getByRole("list", { name: "Problems" })).toContainText("it has a NUL byte, so it was not checked");
});

// The fixture fails a test in which an error goes unheard.
test("a write that the browser aborts goes to the local storage, and nothing fails unheard", async ({ page, site }) => {
  await page.addInitScript(() => {
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (...given) {
      const request = put.apply(this, given);
      this.transaction.abort();
      return request;
    };
  });
  await page.goto(site);
  await loaded(page);
  const playground = new Playground(page);
  await playground.paste("# kept all the same\nimport os\n");
  await rest(page);
  await page.reload();
  await loaded(page);
  await expect.poll(() => playground.text()).toContain("# kept all the same");
});

test("a draft with a name of its own stays when the oldest have to go", async ({ page, playground }) => {
  await page.evaluate(async () => {
    const db = await new Promise((done) => {
      const opening = indexedDB.open("rubric-playground");
      opening.onsuccess = () => done(opening.result);
    });
    const transaction = db.transaction(["drafts", "texts"], "readwrite");
    for (let number = 0; number < 20; number++) {
      const id = `old-${number}`;
      const files = [{ id: 1, path: `old_${number}.py`, size: 4 }];
      transaction.objectStore("drafts").put({ id, name: number === 0 ? "the named one" : "", changed: number + 1, files, active: 0, bytes: 4 });
      transaction.objectStore("texts").put("x=1\n", [id, 1]);
    }
    await new Promise((done) => (transaction.oncomplete = done));
    db.close();
  });
  await playground.paste(VIOLATING);
  await rest(page);
  const dialog = await history(page);
  await expect(dialog.getByRole("listitem")).toHaveCount(20);
  await expect(dialog).toContainText("the named one");
  await expect(dialog).not.toContainText("old_1.py");
});
