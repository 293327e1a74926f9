import { deflateRawSync } from "node:zlib";
import { AxeBuilder, VIOLATING, downloaded, expect, loaded, shown, test, Playground } from "./fixtures.mjs";

/** Links that were given away. Never change one: whoever has it must be able to open it for ever. */
const LINKS = {
  // {"files":[{"path":"a.py","text":"x = 1\n"}]}
  least: "1q1ZKy8xJLVayiq5WKkgsyVCyUkrUK6hU0lEqSa0oUbJSqlCwVTCMyVOqja0FAA",
  // Every field, two files of which the second is shown.
  all: "1VZBBToRAEEWv0vluO8x0oiZ24moOMCtXIyENFNCxp-lAgRDCxlu4cu05vJBHMM04MS5_Xv2q_2vB2ZSU5TM09olK9pCorKMe-rQgGG6gYZIwQ4JpYmhglX8khF3-j07iUSghbsTXp_j-eH979lhTCVOwHQlaSfTEbH3dQy9g8sZz9kLx_kVAomgHz9Rl57YkF5PgqTc1IZUIQ-5skYWOKjttKbEbVSTXtdE1OIJG0frK1nFfYziLibf5qKKhraooj7_ukTrLcwx1uIWGa1-xrhE4KphKaBzuRGPrRlxL6wet7rd_-fJS6JSuPw",
};

const code = (shared, version = "1") =>
  version + deflateRawSync(typeof shared === "string" ? shared : JSON.stringify(shared)).toString("base64url");

const shared = (more = {}) => ({ made_by: "0.1.0", files: [{ path: "app/main.py", text: VIOLATING }], ...more });

async function open(page, site, text) {
  await page.goto(`${site}#/link?${text}`);
  return new Playground(page);
}

const dialogOf = (page) => page.getByRole("dialog", { name: "Share", exact: true });

/** Shares what is open, and answers with the link. */
async function share(page) {
  await page.getByRole("button", { name: "Share", exact: true }).click();
  return dialogOf(page).getByRole("textbox", { name: "Link" }).inputValue();
}

test("a link brings files, the shown one and the selected finding to another browser", async ({
  page,
  site,
  browser,
  playground,
}) => {
  await page.locator("#open-files").setInputFiles([
    { name: "one.py", mimeType: "text/x-python", buffer: Buffer.from(VIOLATING) },
    { name: "two.py", mimeType: "text/x-python", buffer: Buffer.from("text = 'é 🙂'\n") },
  ]);
  await playground.finding("C5").click();
  const link = await share(page);
  expect(link.startsWith(`${site}#/link?1`)).toBe(true);
  expect(link).toMatch(/^[\w:/.#?-]+$/);

  const other = await browser.newContext();
  const there = await other.newPage();
  const requests = [];
  other.on("request", (request) => requests.push(request.url()));
  await there.goto(link);
  await loaded(there);
  const opened = new Playground(there);
  await expect(opened.finding("C5")).toHaveAttribute("aria-current", "true");
  await expect(there).toHaveURL(`${site}#/`);
  const { tabs } = opened;
  await expect(tabs).toContainText(["one.py", "two.py"]);
  await tabs.last().click();
  await expect(opened.editor).toContainText("é 🙂");
  await expect(there.getByTestId("link-differs")).toHaveCount(0);
  // What stands behind the # is in no request.
  for (const url of requests) expect(url).not.toContain("link?");
  await other.close();
});

test("links of version 1 are opened for ever", async ({ page, site }) => {
  for (const text of Object.values(LINKS)) {
    const playground = await open(page, site, text);
    await loaded(page);
    await expect(playground.editor).toContainText("x = 1");
    await page.goto("about:blank");
  }
});

test("opening a link can be undone, and one that is opened again takes nothing away", async ({ page, site, playground }) => {
  await playground.paste("mine = 1\n");
  await open(page, site, code(shared()));
  await expect(playground.finding("C5")).toContainText("app/main.py:9");
  await expect(shown(page, "Opened what was shared.")).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(playground.editor).toContainText("mine = 1");
});

test("settings come with a link and go with its undo", async ({ page, site, playground }) => {
  await playground.paste(VIOLATING);
  await expect(playground.finding("C5")).toHaveCount(1);
  const settings = { tenant_key: "tenant", off: ["C5"] };
  await open(page, site, code(shared({ settings })));
  await expect(playground.finding("F1")).toContainText("app/main.py");
  await expect(playground.finding("C5")).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(playground.finding("C5")).toHaveCount(1);
});

test("a link whose findings are judged otherwise now says so", async ({ page, site }) => {
  const findings = ["C5 high app/main.py:9:16", "O5 low app/main.py:1:1"];
  await open(page, site, code(shared({ made_by: "0.0.9", findings })));
  const notice = page.getByTestId("link-differs");
  await expect(notice).toContainText("version 0.0.9");
  await expect(notice).toContainText("F1 high app/main.py:9");
  await expect(notice).toContainText("1 finding no longer found: O5 low app/main.py:1:1.");
  await notice.getByRole("button", { name: "Dismiss" }).click();
  await expect(notice).toHaveCount(0);
});

const WHOLE = code(shared());
const BROKEN = {
  "nothing behind the question mark": ["", "nothing in it"],
  "cut in the middle": [WHOLE.slice(0, WHOLE.length / 2), "broken"],
  "a changed letter": [`${WHOLE.slice(0, 40)}!!!${WHOLE.slice(43)}`, "broken"],
  "no version": ["xyz", "broken"],
  "a newer version": [code(shared(), "7"), "newer version"],
  "something else": [code("[1, 2]"), "cannot be read"],
  "no files": [code({ files: [] }), "no file"],
  "a million characters": [`1${"A".repeat(1_000_000)}`, "more than any link"],
  "a bomb": [code(JSON.stringify({ files: [{ path: "a.py", text: "x".repeat(40_000_000) }] })), "more text than any link"],
};

for (const [name, [text, why]] of Object.entries(BROKEN)) {
  test(`a link that cannot be opened says so and leaves the draft alone: ${name}`, async ({ page, site, playground }) => {
    await playground.paste("mine = 1\n");
    await page.evaluate((hash) => {
      location.hash = hash;
    }, `#/link?${text}`);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("This link cannot be opened");
    await expect(page.getByRole("alert")).toContainText(why);
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id }) => id)).toEqual([]);
    await page.getByRole("link", { name: "Go to the playground" }).click();
    await expect(playground.editor).toContainText("mine = 1");
    expect(site).toBeTruthy();
  });
}

test("what looks like a secret is shown, masked, before there is a link", async ({ page, playground }) => {
  await playground.paste(`${VIOLATING}\nPASSWORD = "harbour-tulip-42"\nKEY = "sk-ant-api03-Qm4tZr8wLx2VbN6mYk9RcZ3h"\n`);
  await expect(playground.finding("C5")).toHaveCount(1);
  await page.getByRole("button", { name: "Share", exact: true }).click();
  const dialog = dialogOf(page);
  await expect(dialog.getByRole("listitem")).toHaveText([
    "main.py:12: the value of PASSWORD, harb…",
    "main.py:13: a key of Anthropic, sk-a…",
  ]);
  await expect(dialog.getByRole("textbox")).toHaveCount(0);
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
  await dialog.getByRole("button", { name: "share all the same" }).click();
  await expect(dialog.getByRole("textbox", { name: "Link" })).toBeFocused();
});

test("what O3 finds is asked about, whatever file it is in", async ({ page, playground }) => {
  await playground.open([
    { name: "Dockerfile", text: "FROM python:3.12\nENV SECRET_KEY=hunter2hunter2\n" },
    {
      name: "main.py",
      text: 'import os\nimport jwt\n\nos.environ["X_SECRET"] = "s3cr3t-of-ours"\nTOKEN = jwt.encode({}, "my-signing-phrase-123")\n',
    },
  ]);
  await expect(playground.finding("O3")).toHaveCount(3);
  await page.getByRole("button", { name: "Share", exact: true }).click();
  await expect(dialogOf(page).getByRole("listitem")).toHaveText([
    "Dockerfile:2: the value of SECRET_KEY, hun…",
    "main.py:4: the value of X_SECRET, s3c…",
    "main.py:5: the value of signing_key, …",
  ]);
});

test("what is too long for a link becomes a file that the page opens again", async ({ page, playground }) => {
  // Text that hardly compresses.
  let number = 1;
  const noise = Array.from({ length: 8000 }, () => (number = (number * 48271) % 2147483647).toString(36));
  await playground.paste(`${VIOLATING}\nx = "${noise.join("")}"\n`);
  await expect(playground.finding("C5")).toHaveCount(1);
  await playground.finding("C5").click();
  await page.getByRole("button", { name: "Share", exact: true }).click();
  const dialog = dialogOf(page);
  await expect(dialog).toContainText(/^.*This would be a link of \d\d,\d{3} characters; chats and mail cut links over 32,768\./s);
  await expect(dialog.getByRole("textbox")).toHaveCount(0);
  const file = await downloaded(page, () => dialog.getByRole("button", { name: "Download as a file" }).click());
  expect(file.name).toBe("playground.rubric.json");
  const buffer = Buffer.from(file.text);
  await page.keyboard.press("Escape");
  await playground.paste("mine = 1\n");
  await page.locator("#open-files").setInputFiles({ name: "playground.rubric.json", mimeType: "application/json", buffer });
  await expect(playground.finding("C5")).toHaveAttribute("aria-current", "true");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(playground.editor).toContainText("mine = 1");
});

test("a broken bundle says so and leaves the draft alone", async ({ page, playground }) => {
  await playground.paste("mine = 1\n");
  const input = page.locator("#open-files");
  const bundle = (text) => ({ name: "x.rubric.json", mimeType: "application/json", buffer: Buffer.from(text) });
  await input.setInputFiles(bundle("{"));
  await expect(page.getByRole("alert")).toContainText("x.rubric.json was not opened. It is no bundle");
  await input.setInputFiles(bundle('{"rubric": 9}'));
  await expect(page.getByRole("alert")).toContainText("newer version");
  await page.getByRole("alert").getByRole("button", { name: "Dismiss" }).click();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(playground.editor).toContainText("mine = 1");
});

test("sharing and exporting ask no server for anything", async ({ page, context, playground }) => {
  const requests = [];
  context.on("request", (request) => requests.push(request.url()));
  await playground.paste(VIOLATING);
  await expect(playground.finding("C5")).toHaveCount(1);
  await share(page);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Export" }).click();
  const file = await downloaded(page, () => page.getByRole("button", { name: "SARIF" }).click());
  expect(file.text).toBeTruthy();
  await page.waitForTimeout(300);
  expect(requests.filter((url) => !url.startsWith("blob:"))).toEqual([]);
  await expect(page.getByTestId("requests")).toHaveText("0 requests since loading");
});

test("the settings of a link hold for what it opens, and the device keeps its own", async ({ page, site, playground }) => {
  await page.evaluate((json) => localStorage.setItem("rubric-playground.settings", json), JSON.stringify({ off: ["F1"] }));
  await page.reload();
  await loaded(page);
  await playground.paste(VIOLATING);
  await expect(playground.finding("C5")).toHaveCount(1);
  await expect(playground.finding("F1")).toHaveCount(0);

  await open(page, site, code(shared({ settings: { off: ["C5"] } })));
  await expect(playground.finding("F1")).toHaveCount(1);
  await expect(playground.finding("C5")).toHaveCount(0);
  await expect(shown(page, "Its settings hold for it alone; yours are kept.")).toBeVisible();
  await playground.startOver();
  await playground.paste(VIOLATING);
  await expect(playground.finding("C5")).toHaveCount(1);
  await expect(playground.finding("F1")).toHaveCount(0);

  await open(page, site, code(shared({ settings: { off: ["C5"] } })));
  await expect(playground.finding("F1")).toHaveCount(1);
  await page.reload();
  await loaded(page);
  await expect(playground.finding("C5")).toHaveCount(1);
  await expect(playground.finding("F1")).toHaveCount(0);
});

test("the settings page says whose settings are shown, and changes to a link's stay with it", async ({ page, site, playground }) => {
  const KEY = "rubric-playground.settings";
  const kept = () => page.evaluate((key) => JSON.parse(localStorage.getItem(key) ?? "null"), KEY);
  await page.evaluate(([key, json]) => localStorage.setItem(key, json), [KEY, JSON.stringify({ tenant_key: "my_key" })]);
  await page.reload();
  await loaded(page);
  await playground.paste(VIOLATING);
  await open(page, site, code(shared({ settings: { off: ["C5"], tenant_key: "from_link" } })));
  await expect(playground.finding("F1")).toHaveCount(1);
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  const notice = page.getByTestId("linked-settings");
  const tenant = page.getByRole("textbox", { name: /^Tenant key/ });
  await expect(notice).toContainText("Your own are kept.");
  await expect(page.getByText("for what was opened alone.")).toBeVisible();
  await expect(tenant).toHaveValue("from_link");
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);

  // A change holds for what was opened, and the device keeps its own.
  await page.getByRole("checkbox", { name: /^F1/ }).uncheck();
  expect((await kept()).tenant_key).toBe("my_key");
  await page.getByRole("link", { name: "Playground", exact: true }).click();
  await expect(playground.finding("F1")).toHaveCount(0);
  await expect(playground.finding("C5")).toHaveCount(0);

  // Kept as one's own, with a way back.
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  await notice.getByRole("button", { name: "Keep these as mine" }).click();
  await expect(notice).toHaveCount(0);
  await expect(tenant).toHaveValue("from_link");
  await expect.poll(async () => (await kept()).tenant_key).toBe("from_link");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(notice).toBeVisible();
  await expect.poll(async () => (await kept()).tenant_key).toBe("my_key");

  await notice.getByRole("button", { name: "Use my own again" }).click();
  await expect(tenant).toHaveValue("my_key");
  await expect(notice).toHaveCount(0);
  await page.getByRole("link", { name: "Playground", exact: true }).click();
  await expect(playground.finding("C5")).toHaveCount(1);
  await page.reload();
  await loaded(page);
  expect((await kept()).tenant_key).toBe("my_key");
});

test("a link written by hand opens no two files of one path", async ({ page, site }) => {
  const files = ["a.py", "./a.py", "b.py", ""].map((path) => ({ path, text: `# ${path}\n` }));
  const playground = await open(page, site, code({ files }));
  await loaded(page);
  await expect(playground.tabs).toHaveText([/^a\.py/, /^a-2\.py/, /^b\.py/, /^main\.py/]);
});

test("the dialog says what the link holds", async ({ page, site, playground }) => {
  await playground.paste(VIOLATING);
  await expect(playground.finding("C5")).toHaveCount(1);
  await share(page);
  await expect(dialogOf(page)).toContainText("The link holds 1 file and what was found.");
  await page.keyboard.press("Escape");
  await page.goto(`${site}#/settings`);
  await page.getByRole("checkbox", { name: /^O1/ }).uncheck();
  await page.goto(`${site}#/`);
  await expect(playground.finding("C5")).toHaveCount(1);
  await share(page);
  await expect(dialogOf(page)).toContainText("The link holds 1 file, the settings and what was found.");
});

test("what deployment files set is looked at as rule O3 looks at it", async ({ page, playground }) => {
  await playground.open([
    { name: "Dockerfile", text: "FROM python:3.13\nENV INDEX_PASSWORD harbour\n" },
    { name: "compose.yaml", text: "services:\n  db:\n    environment:\n      POSTGRES_PASSWORD: postgres\n" },
    { name: "backend.yaml", text: "env:\n  - name: API_TOKEN\n    value: tulip42\n" },
  ]);
  await expect(playground.tabs).toHaveCount(3);
  await page.getByRole("button", { name: "Share", exact: true }).click();
  await expect(dialogOf(page).getByRole("listitem")).toHaveText([
    "Dockerfile:2: the value of INDEX_PASSWORD, h…",
    "backend.yaml:3: the value of API_TOKEN, t…",
    "compose.yaml:4: the value of POSTGRES_PASSWORD, po…",
  ]);
});
