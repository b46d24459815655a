// The shell, the primitives and the landing page in a real browser: accessible, without errors, without overflow.
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, chromium, type Page } from "@playwright/test";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chooseBrowser } from "../setup/browser.ts";
import { testDatabase } from "../setup/database.ts";
import { type Gallery, startGallery } from "./gallery-server.ts";

const database = await testDatabase();

let gallery: Gallery;
let browser: Browser;

beforeAll(async () => {
  gallery = await startGallery({ db: database.db.web });
  browser = await chromium.launch(await chooseBrowser());
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await gallery?.close();
});

interface Look {
  width?: number;
  scheme?: "light" | "dark";
  javaScript?: boolean;
}

/** Opens a page, runs the test on it, and fails when the page wrote an error or a warning. */
async function onPage(path: string, look: Look, test: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({
    viewport: { width: look.width ?? 1440, height: 900 },
    colorScheme: look.scheme ?? "light",
    javaScriptEnabled: look.javaScript ?? true,
  });
  const complaints: string[] = [];
  try {
    const page = await context.newPage();
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(gallery.origin + path, { waitUntil: "networkidle" });
    await test(page);
  } finally {
    await context.close();
  }
  expect(complaints).toEqual([]);
}

async function violations(page: Page): Promise<string[]> {
  const found = await new AxeBuilder({ page }).analyze();
  return found.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
}

const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent ?? "");

describe.each(["/", "/app", "/focus", "/wizard"])("the page %s", (path) => {
  it.each([
    [1440, "light"],
    [1440, "dark"],
    [360, "light"],
    [360, "dark"],
  ] as const)("is accessible and fits at %i px, %s", async (width, scheme) => {
    await onPage(path, { width, scheme }, async (page) => {
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    });
  });
});

it("the accessibility check can fail", async () => {
  await onPage("/focus", {}, async (page) => {
    await page.evaluate(() => document.querySelector("label")?.remove());
    expect(await violations(page)).not.toEqual([]);
  });
});

describe("the landing page", () => {
  it("sends no JavaScript", async () => {
    const html = await (await fetch(gallery.origin)).text();
    expect(html).not.toContain("<script");
    expect(html).not.toContain("modulepreload");
  });

  it("offers one primary action, to sign up", async () => {
    await onPage("/", { javaScript: false }, async (page) => {
      const links = await page.locator("a.bg-accent[href^='/']").all();
      const targets = await Promise.all(links.map((link) => link.getAttribute("href")));
      expect(new Set(targets)).toEqual(new Set(["/sign-up"]));
    });
  });
});

describe("the shell of the app", () => {
  it("carries the nonce on every script", async () => {
    const response = await fetch(`${gallery.origin}/app`);
    const nonce = response.headers.get("content-security-policy")?.match(/nonce-([\w+/=]+)/)?.[1];
    const html = await response.text();
    const scripts = html.match(/<script[^>]*>/g) ?? [];
    expect(scripts.length).toBeGreaterThan(0);
    expect(scripts.filter((script) => !script.includes(`nonce="${nonce}"`))).toEqual([]);
  });

  it("opens the palette with Ctrl K and finds a page by typing", async () => {
    await onPage("/app", {}, async (page) => {
      await page.keyboard.press("Control+k");
      await page.getByRole("dialog", { name: "Go to anything" }).waitFor();
      await page.keyboard.type("conv");
      expect(await page.getByRole("option").allTextContents()).toEqual([
        "Conversationsg c",
        "Search conversations for “conv”",
      ]);
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    });
  });

  it("lists the shortcuts with ?, but not while one types", async () => {
    await onPage("/app", {}, async (page) => {
      await page.getByLabel("Greeting").press("?");
      expect(await page.getByLabel("Greeting").inputValue()).toContain("?");
      await page.getByRole("heading", { level: 1 }).click();
      await page.keyboard.press("?");
      await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    });
  });

  it("opens a menu from the keyboard and gives the focus back", async () => {
    await onPage("/app", {}, async (page) => {
      await page.getByRole("button", { name: "More" }).focus();
      await page.keyboard.press("ArrowDown");
      await page.getByRole("menuitem", { name: "Rename" }).waitFor();
      expect(await violations(page)).toEqual([]);
      await page.keyboard.press("Escape");
      await page.getByRole("menu").waitFor({ state: "detached" });
      await expect.poll(() => focused(page)).toBe("More");
    });
  });

  it("remembers the chosen colours for the next page", async () => {
    await onPage("/app", { scheme: "light" }, async (page) => {
      await page.getByRole("button", { name: /Account of/ }).click();
      await page.getByRole("menuitemcheckbox", { name: "Dark" }).click();
      expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe("dark");
      await page.goto(`${gallery.origin}/focus`);
      expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe("dark");
    });
  });

  it("asks before it submits a destructive form, with the focus on the safe answer", async () => {
    await onPage("/app", {}, async (page) => {
      const posts: string[] = [];
      page.on("request", (request) => request.method() === "POST" && posts.push(request.url()));
      await page.getByRole("button", { name: "Delete source" }).click();
      await page.getByRole("alertdialog", { name: "Delete this source?" }).waitFor();
      await expect.poll(() => focused(page)).toBe("Cancel");
      await page.keyboard.press("Enter");
      await page.getByRole("alertdialog").waitFor({ state: "detached" });
      expect(posts).toEqual([]);
    });
  });

  it("shows its sections on phones in a sheet, and without JavaScript in the page", async () => {
    await onPage("/app", { width: 390 }, async (page) => {
      await page.getByRole("button", { name: "Menu" }).click();
      await page
        .getByRole("dialog", { name: "Menu" })
        .getByRole("link", { name: /Conversations/ })
        .waitFor();
      expect(await violations(page)).toEqual([]);
    });
    await onPage("/app", { width: 390, javaScript: false }, async (page) => {
      expect(await page.getByRole("link", { name: /Conversations 12/ }).isVisible()).toBe(true);
    });
  });

  it("shows a message and reads it out", async () => {
    await onPage("/app", {}, async (page) => {
      await page.getByRole("button", { name: "Show toast" }).click();
      await page.getByText("The greeting is live.").first().waitFor();
      expect(await violations(page)).toEqual([]);
    });
  });
});

describe("an error page", () => {
  it.each([
    ["403", 403, "You can't open this page"],
    ["404", 404, "There is nothing here"],
    ["429", 429, "Too many tries"],
    ["503", 503, "Foyer is busy right now"],
    ["418", 418, "That didn't work"],
    ["unexpected", 500, "Something went wrong on our side"],
  ])("for %s says what happened and what to do", async (path, status, title) => {
    const response = await fetch(`${gallery.origin}/fail/${path}`);
    const html = await response.text();
    expect(response.status).toBe(status);
    expect(html.replaceAll("&#x27;", "'")).toContain(`${title}</h1>`);
    expect(html).toMatch(/<a href="[^"]*" class="[^"]*bg-accent/);
    expect(html).not.toContain("secrets");
  });

  it("shows the words of an expected error", async () => {
    expect(await (await fetch(`${gallery.origin}/fail/problem`)).text()).toContain("Only owners may see the bill.");
  });

  it("is shown for an address that doesn't exist", async () => {
    const response = await fetch(`${gallery.origin}/nowhere`);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain("There is nothing here");
  });
});
