// Which browser the tests use: one that is installed, else Playwright's own, else the one that npm brings.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "@playwright/test";

export interface BrowserChoice {
  executablePath: string;
  args: string[];
}

const INSTALLED = [
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];
const QUIET = ["--disable-gpu", "--disable-background-networking", "--no-first-run"];
/** Chromium's sandbox refuses root. */
const AS_ROOT = process.getuid?.() === 0 ? ["--no-sandbox"] : [];

/** Finds a browser, fetching one only where none is there. */
export async function chooseBrowser(): Promise<BrowserChoice> {
  const own = chromium.executablePath();
  const present = [own, ...INSTALLED].find((path) => existsSync(path));
  if (present) return { executablePath: present, args: [...QUIET, ...AS_ROOT] };
  const playwright = join(import.meta.dirname, "../../node_modules/@playwright/test/cli.js");
  spawnSync(process.execPath, [playwright, "install", "chromium"], { stdio: "inherit", timeout: 300_000 });
  if (existsSync(own)) return { executablePath: own, args: [...QUIET, ...AS_ROOT] };
  const { default: packed } = await import("@sparticuz/chromium");
  return { executablePath: await packed.executablePath(), args: [...packed.args, ...QUIET] };
}
