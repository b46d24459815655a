// Browser tests against a whole Foyer that tests/setup/e2e.ts starts from the production build.
import { defineConfig } from "@playwright/test";
import { chooseBrowser } from "./tests/setup/browser.ts";

const launchOptions = await chooseBrowser();

export default defineConfig({
  testDir: "tests/e2e",
  globalSetup: "./tests/setup/e2e.ts",
  workers: 1,
  timeout: 240_000,
  // Generous: CI has two cores for the browser, Postgres and four processes. What is slow is measured in the bench.
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  use: { launchOptions, trace: "retain-on-failure" },
  projects: [
    { name: "desktop", use: { viewport: { width: 1440, height: 900 } } },
    { name: "phone", use: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } },
  ],
});
