// Runs tests/e2e against the built page in dist/, in the system's Chromium and Firefox:  npm --prefix js test
// One of them alone:  npm --prefix js test -- --project=firefox
// CHROMIUM and FIREFOX name other executables.
import { defineConfig } from "@playwright/test";

const under = (path, more = {}) => ({ under: path, ...more });

export default defineConfig({
  testDir: "../tests/e2e",
  testMatch: "*.spec.mjs",
  outputDir: "../test-results",
  timeout: 30_000,
  workers: 2,
  forbidOnly: true,
  reporter: [["list"]],
  use: {
    viewport: { width: 1280, height: 800 },
    screenshot: "only-on-failure",
    // Most specs look at requests or stand in for files, which a service worker would answer for itself.
    serviceWorkers: "block",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-dev-shm-usage",
      ],
    },
  },
  projects: [
    { name: "root", use: under("/") },
    {
      // A phone reads the page from a folder of a host, whose policy comes as a header too: it then reaches the worker.
      name: "phone",
      use: under("/docs/rubric/", { headerPolicy: true, viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true }),
    },
    {
      // What depends on the address and on the policy, in a wide window too. All other specs have been under that folder
      // on the phone: again here they would cost ten minutes and could fail for nothing new.
      name: "sub-path",
      testMatch: ["embed", "embed-code", "loading", "offline", "share", "worker"].map((name) => `${name}.spec.mjs`),
      use: under("/docs/rubric/", { headerPolicy: true }),
    },
    {
      // Firefox as it is published, without a driver beside it: Playwright speaks WebDriver BiDi with it. Playwright
      // 1.65 gives a command that Firefox 153, Debian's, does not have, so package.json keeps 1.64 until it does.
      name: "firefox",
      grepInvert: /@chromium/,
      use: under("/", {
        browserName: "firefox",
        channel: "moz-firefox",
        launchOptions: {
          executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr",
          firefoxUserPrefs: {
            // A page may read the clipboard, as the specs do, without the person being asked.
            "dom.events.testing.asyncClipboard": true,
          },
        },
      }),
    },
  ],
});
