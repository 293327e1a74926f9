import { readFile } from "node:fs/promises";
import { VIOLATING, downloaded, expect, loaded, shown, test, Playground } from "./fixtures.mjs";

test("a rule that is switched off is no longer checked, and everything says so", async ({ page, playground }) => {
  await playground.paste(VIOLATING);
  await expect(playground.finding("C5")).toHaveCount(1);
  await page.getByRole("link", { name: "Settings", exact: true }).click();
  await expect(page.getByText("All at their defaults.")).toBeVisible();
  await page.getByRole("checkbox", { name: /^C5/ }).uncheck();
  await page.getByRole("combobox", { name: "Severity of F1" }).selectOption("low");
  await expect(page.getByText("Changed from the defaults.")).toBeVisible();
  await page.getByRole("link", { name: "Playground", exact: true }).click();
  await expect(playground.finding("F1")).toContainText("low");
  await expect(playground.finding("C5")).toHaveCount(0);
  await expect(page.getByRole("link", { name: "1 rule off" })).toBeVisible();
  await page.getByText("What could not be seen").click();
  await expect(page.locator(".seen")).toContainText("Switched off in the settings: C5");

  // Kept on this device.
  await page.reload();
  await loaded(page);
  await expect(playground.finding("F1")).toContainText("low");
  await expect(playground.finding("C5")).toHaveCount(0);
});

test("a field says what is wrong with it, and what was there still holds", async ({ page, site }) => {
  await page.goto(`${site}#/settings`);
  await loaded(page);
  const key = page.getByRole("textbox", { name: /^Tenant key/ });
  await key.fill("silo id");
  const objection = page.getByRole("alert").filter({ hasText: "A name has letters" });
  await expect(objection).toBeVisible();
  // Red, and the reason directly below it.
  const colours = [
    await key.evaluate((element) => getComputedStyle(element).borderTopColor),
    await objection.evaluate((element) => getComputedStyle(element).color),
  ];
  expect(colours[0]).toBe(colours[1]);
  const [field, below] = [await key.boundingBox(), await objection.boundingBox()];
  expect(below.y - (field.y + field.height)).toBeLessThan(8);
  await expect(page.getByText("All at their defaults.")).toBeVisible();
  await key.fill("silo_id");
  await expect(page.getByText("Changed from the defaults.")).toBeVisible();
  const prefixes = page.getByRole("textbox", { name: /^Public prefixes/ });
  await prefixes.fill("/open\nno-slash\n");
  await expect(page.getByRole("alert").filter({ hasText: "A prefix begins with a slash" })).toBeVisible();
  // What is wrong is named at the top as well, and leads to its field.
  const refused = page.getByRole("status").filter({ hasText: "Not kept as written: Public prefixes." });
  await expect(refused).toBeVisible();
  await refused.getByRole("button", { name: "Public prefixes" }).click();
  await expect(prefixes).toBeFocused();
  // The other fields go on.
  await page.getByRole("checkbox", { name: /^O1/ }).uncheck();
  await expect(prefixes).toHaveValue("/open\nno-slash\n");
  const { text } = await downloaded(page, () => page.getByRole("button", { name: "Save as rubric.toml" }).click());
  expect(text).toBe('tenant_key = "silo_id"\noff = ["O1"]\n');
  await prefixes.fill("/open\n/closed\n");
  await expect(refused).toHaveCount(0);
  await page.getByRole("button", { name: "Back to the defaults" }).click();
  await expect(key).toHaveValue("app_id");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(key).toHaveValue("silo_id");
  await expect(prefixes).toHaveValue("/open\n/closed");

  // What is wrong goes with the defaults too, though they hold already.
  await page.getByRole("button", { name: "Back to the defaults" }).click();
  await key.fill("silo id");
  await page.getByRole("button", { name: "Back to the defaults" }).click();
  await expect(key).toHaveValue("app_id");
  await expect(page.getByText("Not kept as written")).toHaveCount(0);
});

test("there is a field for each setting", async ({ page, site }) => {
  await page.goto(`${site}#/settings`);
  await loaded(page);
  const fields = page.locator(".settings-form").getByRole("textbox");
  for (const field of await fields.all()) {
    await field.fill((await field.getAttribute("id")) === "public_prefixes" ? "/mine" : "mine");
  }
  await page.getByRole("checkbox", { name: /^O1/ }).uncheck();
  await page.getByRole("combobox", { name: "Severity of C4" }).selectOption("high");
  const { text } = await downloaded(page, () => page.getByRole("button", { name: "Save as rubric.toml" }).click());
  // Those of `Settings` in src/settings.rs.
  const source = await readFile(new URL("../../src/settings.rs", import.meta.url), "utf8");
  const [struct] = /pub struct Settings \{[^}]*\}/.exec(source);
  const known = [...struct.matchAll(/pub (\w+):/g)].map(([, name]) => name);
  const written = [...text.matchAll(/^(?:(\w+) =|\[(\w+)\])/gm)].map(([, key, table]) => key ?? table).filter((key) => key !== "C4");
  expect(written.sort()).toEqual(known.sort());
});

test("rubric.toml goes out and comes in again, and a mistake in it is told with its line", async ({ page, site }) => {
  await page.goto(`${site}#/settings`);
  await loaded(page);
  await page.getByRole("textbox", { name: /^Tenant key/ }).fill("silo_id");
  await page.getByRole("checkbox", { name: /^O1/ }).uncheck();
  await page.getByRole("combobox", { name: "Severity of C4" }).selectOption("high");
  const { text } = await downloaded(page, () => page.getByRole("button", { name: "Save as rubric.toml" }).click());
  expect(text).toBe('tenant_key = "silo_id"\noff = ["O1"]\n\n[severity]\nC4 = "high"\n');
  await page.getByRole("button", { name: "Back to the defaults" }).click();
  await expect(page.getByRole("combobox", { name: "Severity of C4" })).toHaveValue("");

  const open = (text) =>
    page.locator("#settings-file").setInputFiles({ name: "rubric.toml", mimeType: "text/plain", buffer: Buffer.from(text) });
  await open(text);
  await expect(shown(page, "Took over the settings of rubric.toml.")).toBeVisible();
  await expect(page.getByRole("textbox", { name: /^Tenant key/ })).toHaveValue("silo_id");
  await expect(page.getByRole("checkbox", { name: /^O1/ })).not.toBeChecked();

  const alert = page.getByRole("alert").filter({ hasText: "rubric.toml" });
  // What was said of the file is no news once something else was chosen.
  await page.getByRole("checkbox", { name: /^O1/ }).check();
  await expect(shown(page, "Took over the settings of rubric.toml.")).toHaveCount(0);
  await page.getByRole("checkbox", { name: /^O1/ }).uncheck();
  await open('tenant_key = "a"\noff = ["C99"]\n');
  await expect(alert).toContainText("rubric.toml:2:8: there is no rule `C99`: the rules are");
  await open('# tenant\ntenant = "a"\n');
  await expect(alert).toContainText("rubric.toml:2:1: there is no setting `tenant`");
  await open("off = [\n");
  await expect(alert).toContainText(/rubric\.toml:\d+:\d+: .*Nothing was changed/);
  await expect(page.getByRole("textbox", { name: /^Tenant key/ })).toHaveValue("silo_id");
});

test("another tab of the browser takes the settings over", async ({ page, playground, site, context }) => {
  const other = await context.newPage();
  await other.goto(`${site}#/settings`);
  await loaded(other);
  await playground.paste(VIOLATING);
  await expect(playground.finding("C5")).toHaveCount(1);
  await other.getByRole("checkbox", { name: /^C5/ }).uncheck();
  await expect(playground.finding("C5")).toHaveCount(0);
  expect(new Playground(page)).toBeTruthy();
});
