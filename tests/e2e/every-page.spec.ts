// Every page that links lead to, signed out and in, in light and dark: nothing serious for axe, no sideways scrolling,
// no error in the console. Pages are found by following links, so later ones are covered by themselves.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page, test } from "@playwright/test";
import { Demo } from "#app/local/demo.ts";

const app = () => process.env.FOYER_URL ?? "";
const demo = () => Demo.parse(JSON.parse(readFileSync(join(process.env.FOYER_DATA_DIR ?? "", "demo.json"), "utf8")));

/** Pages of one kind look alike: ids and filters make no new kind. */
const kindOf = (path: string) => path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ":id").replace(/\?.*/, "");

async function faults(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // A mail in a sandboxed frame runs no script, axe's neither: asked, it would wait for an answer in vain.
    const { violations } = await new AxeBuilder({ page }).exclude("iframe[sandbox='']").analyze();
    for (const { id, impact, nodes } of violations) {
      if (impact === "serious" || impact === "critical")
        found.push(`${colorScheme}: ${id}: ${nodes[0]?.html.slice(0, 200)}`);
    }
    const sideways = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    if (sideways > 0) found.push(`${colorScheme}: scrolls sideways by ${sideways} px`);
  }
  return found;
}

/** Frames that may run no script, and bring one all the same. */
async function ownScripts(page: Page): Promise<string[]> {
  const sources = await page
    .locator("iframe[sandbox='']")
    .evaluateAll((frames) => frames.map((frame) => (frame as HTMLIFrameElement).src).filter(Boolean));
  const texts = await Promise.all(sources.map(async (src) => (await page.request.get(src)).text()));
  return sources.filter((_, at) => /<script/i.test(texts[at] ?? "")).map((src) => `${src} brings a script`);
}

/** Visits each kind of page that can be reached from `start` by links of the app's own. Returns faults by kind. */
async function walk(page: Page, start: readonly string[]): Promise<Map<string, string[]>> {
  const origin = new URL(app()).origin;
  const seen = new Map<string, string[]>();
  const queue = [...start];
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    // What traces and looks brings a script into every frame; whether a frame has one of its own: ownScripts.
    const isLooker = message.text().startsWith("Blocked script execution in");
    if (message.type() === "error" && !isLooker) errors.push(message.text());
  });
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const kind = kindOf(path);
    if (seen.has(kind)) continue;
    await page.goto(origin + path, { waitUntil: "load" });
    await expect(page.locator("main")).toBeVisible();
    seen.set(kind, [...(await faults(page)), ...(await ownScripts(page)), ...errors.splice(0)]);
    const links = await page
      .locator("a[href]:not([download])")
      .evaluateAll((anchors) => anchors.map((anchor) => (anchor as HTMLAnchorElement).href));
    for (const link of links) {
      const url = new URL(link);
      if (url.origin === origin && !url.pathname.startsWith("/onboarding/new")) queue.push(url.pathname + url.search);
    }
  }
  return seen;
}

const clean = (seen: Map<string, string[]>) => [...seen].filter(([, found]) => found.length > 0);

test("what anybody can open", async ({ page }) => {
  const seen = await walk(page, [
    "/",
    "/sign-in",
    "/forgot-password",
    "/verify-email/none",
    "/unsubscribe/none",
    "/reset-password/none",
  ]);
  expect(clean(seen)).toEqual([]);
  expect([...seen.keys()]).toEqual(expect.arrayContaining(["/", "/sign-in", "/sign-up", "/forgot-password"]));
  for (const host of ["acme", "nobody-here"]) {
    await page.goto(app().replace("localhost", `${host}.localhost`));
    await expect(page.locator("main")).toBeVisible();
    expect([host, await faults(page)]).toEqual([host, []]);
  }
});

async function signIn(page: Page, email: string, password: string): Promise<void> {
  await page.goto(`${app()}/sign-in`);
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

test("what a member can open", async ({ page }) => {
  const tenant = demo().tenants[0];
  await signIn(page, tenant?.owner_email ?? "", tenant?.owner_password ?? "");
  await expect(page).toHaveURL(/\/home/);
  const seen = await walk(page, [
    "/home",
    "/account/sessions",
    "/provisioning",
    "/knowledge/ask?q=parking",
    "/conversations?q=nothing-at-all",
  ]);
  expect(clean(seen)).toEqual([]);
  expect([...seen.keys()]).toEqual(
    expect.arrayContaining([
      "/home",
      "/conversations",
      "/conversations/:id",
      "/knowledge",
      "/knowledge/:id",
      "/settings/theme",
      "/settings/api-keys",
      "/settings/delete",
      "/settings/follow-ups",
      "/billing",
      "/billing/plans",
      "/billing/change",
      "/billing/invoices",
    ]),
  );
});

test("what staff can open, with a DNS record that they have added", async ({ page }, { project }) => {
  const name = `note-${project.name}.acme.example.test`;
  const { staff } = demo();
  await signIn(page, staff.email, staff.password);
  await expect(page).toHaveURL(/\/admin\/tenants/);
  await page.goto(`${app()}/admin/dns/add?tenant=acme`);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Type").selectOption("TXT");
  await page.getByLabel("Content").fill("hello");
  await page.getByRole("button", { name: "Add record" }).click();
  await page.getByRole("button", { name: "Add it" }).click();
  await expect(page.getByRole("heading", { name })).toBeVisible();
  const seen = await walk(page, [
    "/admin/tenants",
    "/admin/tenants?q=nobody-at-all",
    "/admin/dns?type=CAA",
    "/admin/deployments?q=nothing-at-all",
  ]);
  expect(clean(seen)).toEqual([]);
  expect([...seen.keys()]).toEqual(
    expect.arrayContaining([
      "/admin/tenants",
      "/admin/tenants/:id",
      "/admin/leads",
      "/admin/leads/:id",
      "/admin/leads/rules",
      "/admin/sequences",
      "/admin/sequences/:id",
      "/admin/provisioning",
      "/admin/deployments",
      "/admin/deployments/:id/:id",
      "/admin/dns",
      "/admin/domains",
      "/admin/dns/add",
      "/admin/dns/:id/:id",
    ]),
  );
});
