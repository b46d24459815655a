// Owns which browser the pictures and page tests run in: an installed one, else Playwright's, else the one from npm.
import { existsSync } from "node:fs";
import { type Browser, chromium } from "@playwright/test";

const installed = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"];

export async function openBrowser(): Promise<Browser> {
  const own = chromium.executablePath();
  const found = installed.find((path) => existsSync(path)) ?? (existsSync(own) ? own : null);
  if (found) return chromium.launch({ executablePath: found, args: flags });
  const { default: packed } = await import("@sparticuz/chromium");
  return chromium.launch({ executablePath: await packed.executablePath(), args: [...packed.args, ...flags] });
}
