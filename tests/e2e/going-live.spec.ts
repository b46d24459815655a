// Somebody watches an address go live while the DNS is in trouble: reads why it is pending, sees it mended and finished,
// and never reloads the page.
import { expect, type Page, test } from "@playwright/test";
import { expectNothingSerious } from "../support/e2e-axe.ts";

const app = () => process.env.FOYER_URL ?? "";
/** The simulator's control; the provider's API stands at PORT + 5. */
const dns = () => `http://127.0.0.1:${Number(process.env.FOYER_PORT) + 5}/_simulator`;

async function put(what: "faults" | "dns", body: unknown): Promise<void> {
  const response = await fetch(`${dns()}/${what}`, { method: "PUT", body: JSON.stringify(body) });
  expect(response.status).toBe(200);
}

test.afterEach(async () => {
  await put("faults", []);
  await put("dns", {});
});

async function register(page: Page, slug: string): Promise<void> {
  await page.goto(`${app()}/sign-up`);
  await page.getByLabel("Your name").fill("Wanda Watcher");
  await page.getByLabel("Email").fill(`${slug}@example.test`);
  await page.getByLabel("Password").fill("patience is a virtue");
  await page.getByLabel("Company", { exact: true }).fill("Watchmakers");
  await page.getByLabel("What kind of business is it?").selectOption("other");
  await page.getByRole("button", { name: "Create my account" }).click();
  await page.getByLabel("Your address").fill(slug);
  await expect(page.getByText("This address is free.")).toBeVisible();
  await page.getByRole("button", { name: "Save and go on" }).click();
}

test("one watches an address go live through trouble, without a reload", async ({ page }, { project }) => {
  const slug = `watched-${project.name}-${Date.now().toString(36)}`;
  await register(page, slug);
  await put("faults", [{ effect: "error_500" }]);
  await put("dns", { silent: true });
  await page.getByRole("button", { name: /free trial/i }).click();
  const steps = page.getByRole("list", { name: "Going live" });
  await expect(steps.getByText("IONOS has trouble at the moment. We try again by ourselves.")).toBeVisible();
  await expect(steps.getByRole("button", { name: "Try again" })).toBeVisible();
  await expectNothingSerious(page);
  await page.evaluate(() => {
    document.body.dataset.watched = "yes";
  });

  // It tries again by itself: nobody has to press anything.
  await put("faults", []);
  await expect(steps.getByText("The name server doesn't answer.")).toBeVisible();
  await put("dns", {});
  await expect(page.getByText("Your front desk is live")).toBeVisible({ timeout: 60_000 });
  expect(await page.evaluate(() => document.body.dataset.watched), "the page was never loaded anew").toBe("yes");

  await page.goto(`${app()}/provisioning`);
  await expect(page.getByRole("listitem").filter({ hasText: "Let the world know your address" })).toContainText("Done");
  await expectNothingSerious(page);
});
