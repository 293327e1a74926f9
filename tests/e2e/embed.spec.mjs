// <rubric-example> as a docs author uses it: from the built page, on a page of another origin with a strict policy.
import { readFile, readdir } from "node:fs/promises";
import { deflateRawSync } from "node:zlib";
import { AxeBuilder, expect, serveHost, test as base } from "./fixtures.mjs";

const OWN = `import time


async def reply(name: str) -> str:
    time.sleep(1)
    return name
`;

const TEN = ["C1", "C5", "C6", "F1", "F2", "F7", "I1", "I4", "O1"].map((rule) => `<rubric-example rule="${rule}"></rubric-example>`);
TEN.push(`<rubric-example data-testid="own"><pre data-path="app/reply.py">${OWN}</pre></rubric-example>`);

const test = base.extend({
  /** Serves a page of another origin that embeds what is given, under the policy that docs/embed.md asks for. */
  host: async ({ site }, use) => {
    const { origin } = new URL(site);
    const servers = [];
    await use(async (body, { more = "", script = `<script type="module" src="${site}embed.js"></script>`, policy = `default-src 'none'; script-src ${origin}; frame-src ${origin}` } = {}) => {
      const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Handbook</title>
        <meta name="viewport" content="width=device-width, initial-scale=1">${more}
        ${script}</head>
        <body><main><h1>Handbook</h1>${body}</main></body></html>`;
      const server = await serveHost({ "/": html }, { policy });
      servers.push(server);
      return server.url;
    });
    for (const server of servers) server.close();
  },

  /** Everything that is asked for from now on. */
  requests: async ({ page }, use) => {
    const requests = [];
    page.context().on("request", (request) => requests.push(request.url()));
    await use(requests);
  },
});

const heights = (page) =>
  page.evaluate(() => [...document.querySelectorAll("rubric-example")].map((element) => element.getBoundingClientRect().height));

async function violations(page) {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`);
}

const drawn = (page, count) => expect(page.getByRole("button", { name: "Edit" })).toHaveCount(count);

test("ten examples show their findings, with nothing loaded but the script and what each shows", async ({ page, site, host, requests }) => {
  const address = await host(TEN.join("\n"));
  await page.goto(address);
  await drawn(page, 10);
  const c5 = page.locator('rubric-example[rule="C5"]');
  await expect(c5.locator("mark.finding-high").first()).toHaveText(/sharepoint\.get/);
  await expect(c5.getByRole("list", { name: "Findings in the violating code" }).getByRole("listitem").first()).toContainText("high C5 line 21");
  await expect(page.getByTestId("own").locator(".keyword").first()).toHaveText("import");
  await page.waitForTimeout(500);
  const rules = TEN.flatMap((text) => /rule="(\w\d)"/.exec(text)?.[1] ?? []);
  expect([...requests].sort()).toEqual([address, `${site}embed.js`, ...rules.map((rule) => `${site}embed/1/rules/${rule}.js`)].sort());
  for (const frame of page.frames()) expect(frame).toBe(page.mainFrame());
});

test("an example becomes live in its place: one frame and one worker for all of a page, and nothing more is asked for", async ({ page, host, requests }) => {
  await page.goto(await host(TEN.join("\n")));
  await drawn(page, 10);
  const before = await heights(page);
  const example = (rule) => page.locator(`rubric-example[rule="${rule}"]`);
  await example("C5").getByRole("button", { name: "Edit" }).click();
  await expect(example("C5").getByRole("status")).toHaveText("Violating: 3 findings. Conforming: no findings. Checked in this browser.");
  expect(await heights(page), "nothing moves").toEqual(before);
  await example("F1").getByRole("button", { name: "Edit" }).click();
  await expect(example("F1").getByRole("status")).toContainText("Checked in this browser.");
  await page.getByTestId("own").getByRole("button", { name: "Check" }).click();
  await expect(page.getByTestId("own").getByRole("status")).toHaveText("1 finding. Checked in this browser.");
  await expect(page.getByTestId("own").locator("mark.finding-high")).toHaveText("time.sleep(1)");
  expect(page.frames()).toHaveLength(2);
  expect(requests.filter((url) => url.endsWith("worker_loader.js"))).toHaveLength(1);

  // What is typed is checked, and leaves the browser by no request.
  requests.length = 0;
  const editor = example("C5").getByRole("textbox", { name: /^Violating code/ });
  await editor.focus();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(OWN);
  await expect(example("C5").getByRole("status")).toHaveText("Violating: 1 finding. Conforming: no findings. Checked in this browser.");
  await expect(example("C5").locator(".cm-finding-high")).toHaveText("time.sleep(1)");
  await example("C5").getByRole("button", { name: "Reset" }).click();
  await expect(example("C5").getByRole("status")).toHaveText(/Violating: 3 findings/);
  await expect(example("C5").getByRole("button", { name: "Reset" })).toBeDisabled();
  expect(requests).toEqual([]);
});

// Playwright cannot set Firefox's colour scheme.
for (const colorScheme of ["light", "dark"]) {
  test.describe(colorScheme, { tag: "@chromium" }, () => {
    test.use({ colorScheme });
    test("axe finds nothing before and after an example is live", async ({ page, host }) => {
      test.slow();
      const body = ["C5", "I4"].map((rule) => `<rubric-example rule="${rule}"></rubric-example>`).join("") +
        `<rubric-example view="violating" rule="F1" height="200"></rubric-example><rubric-example rule="C99"><pre>kept</pre></rubric-example>`;
      // The host says nothing of colours: its own ground stays white, so only the examples are looked at.
      await page.goto(await host(body, { more: '<meta name="color-scheme" content="light dark">' }));
      await drawn(page, 3);
      expect(await violations(page)).toEqual([]);
      await page.locator('rubric-example[rule="C5"]').getByRole("button", { name: "Edit" }).click();
      await expect(page.locator('rubric-example[rule="C5"]').getByRole("status")).toContainText("Checked in");
      expect(await violations(page)).toEqual([]);
    });
  });
}

test("the keyboard starts editing, walks the findings, and is let out again", async ({ page, host }) => {
  await page.goto(await host('<rubric-example rule="C5"></rubric-example><p><a href="#after">after</a></p>'));
  await drawn(page, 1);
  await page.getByRole("group", { name: "Violating example, violating.py" }).focus();
  await page.keyboard.press("Enter");
  const editor = page.getByRole("textbox", { name: "Violating code, violating.py" });
  await expect(editor).toBeFocused();
  await expect(page.getByRole("status")).toContainText("Checked in");
  await page.keyboard.press("F8");
  await expect(page.locator(".cm-lineNumbers .cm-activeLineGutter").first()).toHaveText("21");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Reset" })).toBeEnabled();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  await expect(editor).not.toBeFocused();
});

test("an author's own pair, with its findings, is shown without a check", async ({ page, host, requests }) => {
  await page.goto(await host(`<rubric-example rule="C5"><pre data-path="a.py">${OWN}</pre><pre data-path="b.py">x = 1</pre>
    <ul><li data-rule="C5" data-level="high" data-range="5:5-5:18">\`time.sleep\` sleeps</li></ul></rubric-example>`));
  await drawn(page, 1);
  await expect(page.locator("mark.finding-high")).toHaveText("time.sleep(1)");
  await expect(page.getByRole("list", { name: "Findings in the violating code" })).toContainText("high C5 line 5 time.sleep sleeps");
  expect(requests.filter((url) => url.includes("/embed/"))).toEqual([]);
});

test("a link leads to the playground with what was typed", async ({ page, site, host }) => {
  await page.goto(await host(`<rubric-example><pre data-path="app/reply.py">${OWN}</pre></rubric-example>`));
  await drawn(page, 1);
  const link = page.getByRole("link", { name: "Open in the playground" });
  await link.focus();
  await expect(link).toHaveAttribute("href", /#\/link\?1/);
  const address = await link.getAttribute("href");
  expect(address.startsWith(site)).toBe(true);
  await page.goto(address);
  await expect(page.locator(".code .cm-content")).toContainText("async def reply");
});

const WRONG = {
  'rule="C99"': 'rule="C99" is no rule: the rules are C1 to C9',
  'rule="C5" view="both"': 'view="both" is none of "pair", "violating", "conforming", "playground"',
  'rule="C5" theme="blue"': 'theme="blue" is none of "auto", "light", "dark"',
  'rule="C5" height="tall"': 'height="tall" is neither "auto" nor a number',
  'rule="C5" editable="maybe"': 'editable="maybe" is none of',
  'view="pair"': 'view="pair" takes two <pre> blocks',
};

test("a wrong attribute is said in its place, and what stands inside stays", async ({ page, host }) => {
  const body = Object.keys(WRONG).map((attributes) => `<rubric-example ${attributes}><pre>kept = 1</pre></rubric-example>`);
  await page.goto(await host(body.join("") + "<rubric-example><p>nothing</p></rubric-example>"));
  const examples = page.locator("rubric-example");
  for (const [index, message] of [...Object.values(WRONG), "Give it a rule"].entries()) {
    await expect(examples.nth(index).getByRole("note")).toContainText(message);
  }
  await expect(page.getByText("kept = 1").nth(5)).toBeVisible();
  await expect(page.getByText("nothing")).toBeVisible();
  // Mended, it is drawn.
  await examples.first().evaluate((element) => element.setAttribute("rule", "C5"));
  await expect(examples.first().getByRole("note")).toHaveCount(0);
});

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });
  // Playwright cannot switch scripts off in Firefox.
  test("what stands inside is shown as it is", { tag: "@chromium" }, async ({ page, host }) => {
    await page.goto(await host(`<rubric-example rule="C5"><pre>${OWN}</pre></rubric-example>`));
    await expect(page.getByText("time.sleep(1)")).toBeVisible();
  });
});

test.describe("a policy that forbids", () => {
  test.use({ expectedErrors: /Content Security Policy|frame-src/ });
  test("the frame leaves the code and says which origin must be allowed", async ({ page, site, host }) => {
    const { origin } = new URL(site);
    await page.goto(await host(TEN[1], { policy: `default-src 'none'; script-src ${origin}` }));
    await drawn(page, 1);
    await page.getByRole("button", { name: "Edit" }).click();
    await expect(page.getByRole("status")).toContainText(`allows no frame of ${origin}`);
    await expect(page.getByRole("textbox", { name: /^Violating code/ })).toContainText("import subprocess");
  });
});

// Playwright cannot set Firefox's colour scheme.
test("the theme is the host's, the reader's, or the author's", { tag: "@chromium" }, async ({ page, host }) => {
  const ground = (index) =>
    page.locator("rubric-example").nth(index).evaluate((element) => getComputedStyle(element.shadowRoot.querySelector(".example")).backgroundColor);
  const [light, dark] = ["rgb(255, 255, 255)", "rgb(26, 29, 33)"];
  await page.emulateMedia({ colorScheme: "dark" });
  const three = ['', ' theme="light"', ' theme="dark"'].map((theme) => `<rubric-example rule="C5"${theme}></rubric-example>`).join("");
  await page.goto(await host(three));
  await drawn(page, 3);
  expect(await Promise.all([0, 1, 2].map(ground))).toEqual([dark, light, dark]);
  await page.evaluate(() => document.documentElement.style.setProperty("color-scheme", "light"));
  await expect.poll(() => ground(0)).toBe(light);
  await page.evaluate(() => document.documentElement.style.setProperty("--rubric-surface", "rgb(1, 2, 3)"));
  expect(await ground(2)).toBe("rgb(1, 2, 3)");
});

test("a scheme that stands in a tag of the host's head is followed", { tag: "@chromium" }, async ({ page, host }) => {
  await page.emulateMedia({ colorScheme: "light" });
  await page.goto(await host('<rubric-example rule="C5"></rubric-example>', { more: '<meta name="color-scheme" content="dark">' }));
  await drawn(page, 1);
  const frame = page.locator("rubric-example .example");
  await expect(frame).toHaveCSS("background-color", "rgb(26, 29, 33)");
});

for (const width of [1280, 360]) {
  test(`an example has a width where its container asks it for one: ${width} pixels`, async ({ page, host }) => {
    await page.setViewportSize({ width, height: 800 });
    const example = '<rubric-example rule="C5"></rubric-example>';
    const containers = ["display:flex", "display:flex;flex-wrap:wrap", "display:flex;flex-direction:column;align-items:flex-start", "display:grid;grid-template-columns:auto", "display:grid;justify-items:start", "float:left", "display:inline-block", "width:fit-content", "position:absolute"];
    const layouts = containers.map((style, index) => `.of-${index}{${style}}`).join("");
    const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline' *; frame-src *`;
    const body = containers.map((_, index) => `<div style="clear:both"><div class="of-${index}">${example}</div></div>`).join("") + `<table><tr><td>${example}</td></tr></table>`;
    await page.goto(await host(body, { more: `<style>body{margin:0}${layouts}</style>`, policy }));
    await drawn(page, containers.length + 1);
    const widths = await page.locator("rubric-example").evaluateAll((all) => all.map((element) => element.getBoundingClientRect().width));
    for (const [index, each] of widths.entries()) expect(each, containers[index] ?? "table").toBeGreaterThan(Math.min(700, width - 40));
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });
}

test("what an author puts inside later is drawn", async ({ page, host }) => {
  await page.goto(await host('<rubric-example id="later"></rubric-example>'));
  await expect(page.locator("#later .error")).toContainText("Give it a rule");
  await page.evaluate((text) => {
    const block = document.createElement("pre");
    block.textContent = text;
    document.querySelector("#later").append(block);
  }, OWN);
  await expect(page.locator("#later .keyword").first()).toHaveText("import");
  await page.evaluate(() => (document.querySelector("#later pre").firstChild.data = "def later():\n    pass\n"));
  await expect(page.locator("#later .keyword").first()).toHaveText("def");
});

test("on a phone nothing below an example moves when it becomes live", async ({ page, host }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto(await host('<rubric-example rule="C5"></rubric-example><p id="below">Below</p>'));
  await drawn(page, 1);
  const before = await heights(page);
  await page.getByRole("button", { name: "Edit" }).click();
  await expect(page.getByRole("status")).toContainText("Checked in this browser.");
  expect(await heights(page)).toEqual(before);
});

test("an example that was edited is printed whole", { tag: "@chromium" }, async ({ page, host }) => {
  await page.setViewportSize({ width: 500, height: 700 });
  await page.goto(await host('<rubric-example rule="C5" view="violating" height="100"></rubric-example>'));
  await drawn(page, 1);
  await page.getByRole("button", { name: "Edit" }).click();
  await expect(page.getByRole("status")).toContainText("Checked in this browser.");
  await page.emulateMedia({ media: "print" });
  const [across, down] = await page.locator(".cm-scroller").evaluate((element) => [element.scrollWidth - element.clientWidth, element.scrollHeight - element.clientHeight]);
  expect(across).toBeLessThanOrEqual(0);
  expect(down).toBeLessThanOrEqual(0);
});

test("in a sandbox without an origin an example says why the checker cannot run", async ({ page, host }) => {
  const sandboxed = await host('<rubric-example rule="C5"></rubric-example>');
  await page.goto(await host(`<iframe title="Sandbox" sandbox="allow-scripts" src="${sandboxed}" width="900" height="900"></iframe>`, { script: "", policy: "default-src 'none'; frame-src *" }));
  const inner = page.frameLocator("iframe");
  await inner.getByRole("button", { name: "Edit" }).click();
  await expect(inner.getByRole("status")).toContainText("in a sandbox");
});

test("the <iframe> form needs no script of the host, and tells it its height", async ({ page, site, host }) => {
  const { origin } = new URL(site);
  await page.goto(await host(`<iframe title="C5" src="${site}embed.html?rule=C5&view=pair" width="100%" height="300"></iframe>`, {
    script: "",
    policy: `default-src 'none'; frame-src ${origin}`
  }));
  const frame = page.frameLocator("iframe");
  await expect(frame.getByRole("button", { name: "Edit" })).toBeVisible();
  // The test listens as a host's script would; the host's own policy allows none here.
  await page.evaluate(() => {
    window.told = [];
    addEventListener("message", (event) => {
      if (event.data?.type === "rubric-example:height") told.push(event.data.height);
    });
    const iframe = document.querySelector("iframe");
    iframe.src = iframe.src;
  });
  await expect(frame.getByRole("button", { name: "Edit" })).toBeVisible();
  await expect.poll(() => page.evaluate(() => told.at(-1))).toBeGreaterThan(400);
  // Before the example is drawn there is no height to tell: a host's frame would close and open again.
  expect(await page.evaluate(() => Math.min(...told))).toBeGreaterThan(100);
  const inner = await frame.locator("#shown").evaluate((shown) => shown.getBoundingClientRect().height);
  expect(await page.evaluate(() => told.at(-1))).toBe(Math.ceil(inner));
  await frame.getByRole("button", { name: "Edit" }).click();
  await expect(frame.getByRole("status")).toContainText("Checked in this browser.");
  // The frame brings no landmark beside the host's own.
  expect(await violations(page)).toEqual([]);
});

test("a frame's address carries what was found, and one without it is not checked", async ({ page, site, host }) => {
  const { origin } = new URL(site);
  const files = [{ path: "app/reply.py", text: OWN }];
  const findings = [{ path: "app/reply.py", rule: "C5", level: "high", range: "5:5-5:18", message: "`time.sleep` sleeps" }];
  const packed = (shared) => `1${deflateRawSync(JSON.stringify(shared)).toString("base64url")}`;
  const frames = [{ files, findings }, { files, findings: [] }, { files }].map((shared, index) => `<iframe title="Example ${index}" src="${site}embed.html?view=playground#${packed(shared)}" width="100%" height="300"></iframe>`);
  await page.goto(await host(frames.join(""), { script: "", policy: `default-src 'none'; frame-src ${origin}` }));
  const [found, clean, unchecked] = [0, 1, 2].map((index) => page.frameLocator("iframe").nth(index));
  await expect(found.locator("mark.finding-high")).toHaveText("time.sleep(1)");
  await expect(found.locator(".finding code")).toHaveText("time.sleep");
  await expect(clean.getByRole("status")).toContainText("Press Edit");
  await expect(clean.getByRole("button", { name: "Check" })).toBeHidden();
  await expect(unchecked.getByRole("status")).toHaveText("Not checked yet.");
});

test("nothing is cut off at 320 pixels", async ({ page, host }) => {
  await page.setViewportSize({ width: 320, height: 700 });
  await page.goto(await host(TEN.join("\n")));
  await drawn(page, 10);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)).toBe(0);
});

test("an example that leaves the page or comes later works as well", async ({ page, host }) => {
  await page.goto(await host('<rubric-example rule="C5"></rubric-example>'));
  await page.getByRole("button", { name: "Edit" }).click();
  await expect(page.getByRole("status")).toContainText("Checked in");
  await page.evaluate(() => {
    const old = document.querySelector("rubric-example");
    const late = document.createElement("rubric-example");
    late.setAttribute("rule", "F1");
    late.setAttribute("view", "conforming");
    old.replaceWith(late);
  });
  await page.getByRole("button", { name: "Edit" }).click();
  await expect(page.getByRole("status")).toHaveText("Conforming: no findings. Checked in this browser.");
});

/** How far the page has jumped since it was opened, each visible part weighed as the browser does. */
const shift = (page) => page.evaluate(() => window.shifts.reduce((sum, value) => sum + value, 0));

const KEPT = {
  one: TEN[1],
  "one with a link in it": '<rubric-example rule="C5"><a href="#after">C5 Never block the event loop</a></rubric-example>',
  ten: TEN.join("<p>between</p>"),
  "a side": '<rubric-example rule="C5" view="violating"></rubric-example>',
  "code of an author's own": `<rubric-example><pre data-path="app/reply.py">${OWN}</pre></rubric-example>`,
  "a pair of an author's own": `<rubric-example rule="C5"><pre data-path="a.py">${OWN}</pre><pre data-path="b.py">${OWN}</pre></rubric-example>`,
  "a pair as the playground writes it": `<div><rubric-example view="pair">
    <div data-side="violating"><p data-caption>Violating: <code>a.py</code></p><pre data-path="a.py" data-checked><code>${OWN}</code></pre>
    <ul><li data-path="a.py" data-rule="C5" data-level="high" data-range="5:5-5:18">high C5, line 5: <span data-message><code>time.sleep</code> sleeps and holds the event loop of <code>async def reply</code></span></li></ul></div>
    <div data-side="conforming"><p data-caption>Conforming: <code>a.py</code></p><pre data-path="a.py" data-checked><code>${OWN}</code></pre></div></rubric-example></div>`,
  "a height": '<rubric-example rule="C5" height="200"></rubric-example>',
};

// Firefox does not measure it.
for (const width of [1280, 360]) {
  test.describe(`${width} pixels`, { tag: "@chromium" }, () => {
    test.use({ viewport: { width, height: 800 } });
    for (const [what, body] of Object.entries(KEPT)) {
      test(`embed.css keeps the place: ${what}`, async ({ page, site, host }) => {
        await page.addInitScript(() => {
          window.shifts = [];
          new PerformanceObserver((list) => shifts.push(...list.getEntries().map(({ value }) => value))).observe({ type: "layout-shift", buffered: true });
        });
        const { origin } = new URL(site);
        // The page is painted before the script comes: that is when something can jump.
        await page.route("**/embed.js", async (route) => {
          await page.waitForTimeout(400);
          await route.continue();
        });
        await page.goto(await host(`${body}<p>after</p>`, {
          more: `<link rel="stylesheet" href="${site}embed.css">`,
          policy: `default-src 'none'; script-src ${origin}; style-src ${origin}; frame-src ${origin}`,
        }));
        await drawn(page, what === "ten" ? 10 : 1);
        await page.waitForTimeout(300);
        expect(await shift(page)).toBeLessThanOrEqual(0.02);
        // What was kept is the place that it needs, and little more.
        const spare = await page.evaluate(() => [...document.querySelectorAll("rubric-example")].map((element) => {
          const frame = element.shadowRoot.querySelector(".example");
          const height = frame.offsetHeight;
          frame.style.minHeight = "";
          return height - frame.offsetHeight;
        }));
        expect(Math.max(...spare)).toBeLessThanOrEqual(80);
      });
    }
  });
}

test("a place that was kept is given up where the width changes", async ({ page, site, host }) => {
  const { origin } = new URL(site);
  await page.goto(await host(TEN.join(""), {
    more: `<link rel="stylesheet" href="${site}embed.css">`,
    policy: `default-src 'none'; script-src ${origin}; style-src ${origin}; frame-src ${origin}`,
  }));
  await drawn(page, 10);
  const filled = () => page.evaluate(() => [...document.querySelectorAll("rubric-example")].filter((element) => element.shadowRoot.querySelector(".example").style.minHeight).length);
  expect(await filled()).toBeGreaterThan(0);
  await page.setViewportSize({ width: 700, height: 800 });
  await expect.poll(filled).toBe(0);
});

test("no style of the host gets in", async ({ page, site, host }) => {
  const { origin } = new URL(site);
  const styles = [];
  for (const style of ["", `<style>body { text-shadow: 1px 1px red; tab-size: 16; hyphens: auto; cursor: wait; -webkit-user-select: none; user-select: none; text-decoration: line-through; font-variant: small-caps; text-align: right; line-height: 3; direction: rtl; writing-mode: vertical-lr }</style>`]) {
    await page.goto(await host(`<rubric-example rule="C5" theme="light"></rubric-example>`, { more: style, policy: `default-src 'none'; script-src ${origin}; style-src 'unsafe-inline'; frame-src ${origin}` }));
    if (style) await page.evaluate(() => (document.documentElement.dir = "rtl"));
    await drawn(page, 1);
    styles.push(await page.locator("rubric-example .line").first().evaluate((line) => {
      const style = getComputedStyle(line);
      return ["textShadow", "tabSize", "hyphens", "cursor", "userSelect", "webkitUserSelect", "textDecorationLine", "fontVariant", "textAlign", "lineHeight", "direction", "writingMode"].map((name) => `${name}: ${style[name]}`);
    }));
  }
  expect(styles[1]).toEqual(styles[0]);
});

test("two blocks are a violating and a conforming side, whichever of them is shown", async ({ page, host }) => {
  const two = `<pre>before = 1</pre><pre>after = 1</pre>`;
  await page.goto(await host(["violating", "conforming", "pair"].map((view) => `<rubric-example view="${view}">${two}</rubric-example>`).join("")));
  await drawn(page, 3);
  const lines = (index) => page.locator("rubric-example").nth(index).locator(".line").allTextContents();
  expect(await Promise.all([0, 1, 2].map(lines))).toEqual([["before = 1\n"], ["after = 1\n"], ["before = 1\n", "after = 1\n"]]);
});

test("what is code in a finding's markup is code in what is drawn", async ({ page, host }) => {
  await page.goto(await host(`<rubric-example><pre data-checked>${OWN}</pre>
    <ul><li data-rule="C5" data-level="high" data-range="5:5-5:18">high C5: <span data-message><code>time.sleep</code> sleeps</span></li></ul></rubric-example>`));
  await drawn(page, 1);
  await expect(page.locator("rubric-example .finding code")).toHaveText("time.sleep");
});

test("what is typed stays when the element is moved, goes and comes back, or changes its theme; the frame ends with the last", async ({ page, host }) => {
  test.slow();
  await page.goto(await host(`<rubric-example><pre data-path="app/reply.py">${OWN}</pre></rubric-example><section></section>`));
  await page.getByRole("button", { name: "Edit" }).click();
  await expect(page.getByRole("status")).toContainText("1 finding. Checked in");
  const editor = page.getByRole("textbox", { name: /^Code code|^Code/ });
  await editor.focus();
  await page.keyboard.press("Control+End");
  await page.keyboard.insertText("\n\nasync def more():\n    time.sleep(2)\n");
  await expect(page.getByRole("status")).toHaveText("2 findings. Checked in this browser.");

  await page.evaluate(() => document.querySelector("section").append(document.querySelector("rubric-example")));
  await expect(editor).toContainText("async def more");
  await page.evaluate(() => document.querySelector("rubric-example").setAttribute("theme", "dark"));
  await expect(editor).toContainText("async def more");
  await page.evaluate(() => {
    window.kept = document.querySelector("rubric-example");
    kept.remove();
  });
  await page.waitForTimeout(300);
  expect(page.frames(), "somebody may come back").toHaveLength(2);
  await page.evaluate(() => document.querySelector("section").append(kept));
  await expect(editor).toContainText("async def more");
  await editor.focus();
  await page.keyboard.press("Control+End");
  await page.keyboard.insertText("\n\nasync def most():\n    time.sleep(3)\n");
  await expect(page.getByRole("status")).toHaveText("3 findings. Checked in this browser.");

  await page.evaluate(() => kept.remove());
  await expect.poll(() => page.frames().length, { timeout: 20_000 }).toBe(1);
  await page.evaluate(() => document.querySelector("section").append(kept));
  await editor.focus();
  await page.keyboard.press("Control+End");
  await page.keyboard.insertText("\n\nasync def last():\n    time.sleep(4)\n");
  await expect(page.getByRole("status")).toHaveText("4 findings. Checked in this browser.");
});

test.describe("a checker that does not load", () => {
  test.use({ expectedErrors: /Failed to load resource|postMessage|ERR_FAILED/ });
  test("is told after 20 seconds, with the code as it was", async ({ page, host }) => {
    test.slow();
    await page.route("**/embed/1/live.js", (route) => route.abort());
    await page.route("**/embed/1/editor.js", () => {});
    await page.goto(await host(TEN[1]));
    await page.getByRole("button", { name: "Edit" }).click();
    await expect(page.getByRole("status")).toContainText("Loading");
    await expect(page.getByRole("status")).toContainText(/does not answer|could not be loaded/, { timeout: 25_000 });
    await expect(page.getByRole("button", { name: "Edit" })).toBeVisible();
    await expect(page.locator("mark.finding-high").first()).toHaveText(/sharepoint\.get/);
    expect(page.frames()).toHaveLength(1);
  });
});

test("a host that requires Trusted Types shows and checks examples", { tag: "@chromium" }, async ({ page, site, host }) => {
  const { origin } = new URL(site);
  await page.goto(await host(TEN[1], { policy: `default-src 'none'; script-src ${origin}; frame-src ${origin}; require-trusted-types-for 'script'; trusted-types rubric-example` }));
  await drawn(page, 1);
  await page.getByRole("button", { name: "Edit" }).click();
  await expect(page.getByRole("status")).toHaveText("Violating: 3 findings. Conforming: no findings. Checked in this browser.");
});

test("a site's toggle that writes data-theme is followed", async ({ page, host }) => {
  await page.goto(await host(`<div id="content">${TEN[1]}</div>`));
  await drawn(page, 1);
  const ground = () => page.locator("rubric-example").evaluate((element) => getComputedStyle(element.shadowRoot.querySelector(".example")).backgroundColor);
  for (const selector of ["body", "#content"]) {
    for (const [theme, colour] of [["dark", "rgb(26, 29, 33)"], ["light", "rgb(255, 255, 255)"]]) {
      await page.locator(selector).evaluate((element, word) => (element.dataset.theme = word), theme);
      await expect.poll(ground).toBe(colour);
    }
  }
});

const PINS = (await readdir(new URL("../../js/embed/pins/", import.meta.url))).filter((name) => name.endsWith(".js"));

test("every pinned version is served as it was, and works", async ({ page, site, host }) => {
  expect(PINS.length).toBeGreaterThan(0);
  for (const name of PINS) {
    const served = await (await fetch(`${site}embed/${name}`)).text();
    expect(served).toBe(await readFile(new URL(`../../js/embed/pins/${name}`, import.meta.url), "utf8"));
    await page.goto(await host('<rubric-example rule="C5"></rubric-example>', { script: `<script type="module" src="${site}embed/${name}"></script>` }));
    await expect(page.locator("mark.finding-high").first()).toHaveText(/sharepoint\.get/);
    await page.getByRole("button", { name: "Edit" }).click();
    await expect(page.getByRole("status")).toHaveText("Violating: 3 findings. Conforming: no findings. Checked in this browser.");
  }
});
