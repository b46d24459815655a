// While people answer, the agent is silent: the widget in a real browser shows no empty bubble and says so once.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, expect as expectPage } from "@playwright/test";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildWidget } from "#app/widget/build.ts";
import { chooseBrowser } from "../setup/browser.ts";

let folder: string;
let browser: Browser;
let server: Server;
let origin = "";
/** What the agent says next; nothing where a person has taken over. */
let reply = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "foyer-widget-"));
  await buildWidget({ outDir: folder, minify: true });
  const script = await readFile(join(folder, "widget.js"));
  server = createServer((request, response) => {
    if (request.url === "/widget.js") return response.setHeader("content-type", "text/javascript").end(script);
    if (request.url === "/") {
      const page = `<!doctype html><html lang="en"><title>Shop</title><script src="/widget.js" data-key="wk_test" async></script></html>`;
      return response.setHeader("content-type", "text/html").end(page);
    }
    if (request.method === "GET") {
      const agent = { name: "Ada", greeting: "Hello!", online: true };
      return response.end(
        JSON.stringify({ tenant: { name: "Shop" }, agent, theme: {}, suggestions: [], messages: [] }),
      );
    }
    request.resume().on("end", () => {
      const done = { reply, citations: [], suggestions: [], handoff: reply === "" };
      const token = reply ? `event: token\ndata: ${JSON.stringify({ text: reply })}\n\n` : "";
      response.setHeader("content-type", "text/event-stream");
      response.end(`${token}event: done\ndata: ${JSON.stringify(done)}\n\n`);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  origin = typeof address === "object" && address ? `http://127.0.0.1:${address.port}` : "";
  browser = await chromium.launch(await chooseBrowser());
}, 120_000);

afterAll(async () => {
  await browser?.close();
  server?.closeAllConnections();
  server?.close();
  await rm(folder, { recursive: true, force: true });
});

test("an empty reply leaves no bubble; that a person will answer is said once, until the agent speaks again", async () => {
  const page = await browser.newPage();
  await page.goto(origin);
  await page.getByRole("button", { name: "Open chat" }).click();
  const log = page.getByRole("log");
  const silence = log.getByText("A person will answer you here.");
  const bubbles = log.locator('[data-message="agent"]');
  await expectPage(bubbles).toHaveCount(1);
  async function say(text: string): Promise<void> {
    await page.getByRole("textbox", { name: "Your message" }).fill(text);
    await page.keyboard.press("Enter");
    await expectPage(log.getByText(text)).toBeVisible();
    await expectPage(log.locator('[data-message="typing"]')).toHaveCount(0);
  }

  for (const text of ["Are you there?", "Hello again", "And again"]) {
    await say(text);
    await expectPage(silence).toHaveCount(1);
    await expectPage(bubbles).toHaveCount(1);
  }
  expect(await log.locator(".bubble").allTextContents()).not.toContain("");
  // The log is a live region, so what is added to it is read out.
  expect(await log.getAttribute("aria-live")).toBe("polite");

  reply = "We open at nine.";
  await say("Are you back?");
  await expectPage(bubbles).toHaveCount(2);
  reply = "";
  await say("And now?");
  await expectPage(silence).toHaveCount(2);
  await page.close();
}, 60_000);
