// The sandbox as an owner uses it: on by one switch, marked wherever one looks, test data apart, wiped, off again.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { Demo } from "#app/local/demo.ts";
import { expectNothingSerious } from "../support/e2e-axe.ts";

const app = () => process.env.FOYER_URL ?? "";
// The second one: what the first has is what other tests look at.
const tenant = () =>
  Demo.parse(JSON.parse(readFileSync(join(process.env.FOYER_DATA_DIR ?? "", "demo.json"), "utf8"))).tenants[1];

test("an owner tries things in the sandbox and leaves without a trace", async ({ page, context }) => {
  const { owner_email = "", owner_password = "", url = "" } = tenant() ?? {};
  // Colours are looked at when they have settled.
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.goto(`${app()}/sign-in`);
  await page.getByLabel("Email").fill(owner_email);
  await page.getByLabel("Password").fill(owner_password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/home/);
  const notice = page.getByText("You see and make test data.");
  const rows = page.getByRole("main").getByRole("row");
  await page.goto(`${app()}/conversations`);
  await expect(rows.first()).toBeVisible();
  const real = await rows.count();

  await test.step("one switch marks every page and hides what is real", async () => {
    await page.goto(`${app()}/settings/sandbox`);
    await expect(notice).toHaveCount(0);
    await page.getByRole("switch", { name: "Work in the sandbox" }).click();
    await expect(notice).toBeVisible();
    await expectNothingSerious(page);
    await page.goto(`${app()}/conversations`);
    await expect(notice).toBeVisible();
    await expect(page.getByText("No conversations yet")).toBeVisible();
    await expectNothingSerious(page);
  });

  await test.step("a visitor is told, and what they say is test data", async () => {
    const visitor = await context.newPage();
    await visitor.goto(url);
    await expect(visitor.getByRole("main").or(visitor.locator("header")).getByText("Test mode").first()).toBeVisible();
    const chat = visitor.locator("#foyer-agent");
    await expect(chat.getByText(/^Test mode · /)).toBeVisible();
    await chat.getByRole("textbox", { name: "Your message" }).fill("Is this a rehearsal?");
    await chat.getByRole("button", { name: "Send message" }).click();
    await expect(chat.locator('[data-message="agent"]')).toHaveCount(2);
    await expectNothingSerious(visitor);
    await visitor.close();
    await expect(page.getByText("Is this a rehearsal?")).toBeVisible();
  });

  await test.step("all of it is deleted, and off again everything is as it was", async () => {
    await page.goto(`${app()}/settings/sandbox`);
    await page.getByRole("button", { name: "Delete test data" }).click();
    await expectNothingSerious(page);
    await page.getByRole("alertdialog").getByRole("button", { name: "Delete test data" }).click();
    await expect(page.getByText("Deleted 1 test conversation")).toBeVisible();
    await expect(page.getByText("There is none at the moment.")).toBeVisible();
    await page.getByRole("switch", { name: "Work in the sandbox" }).click();
    await expect(notice).toHaveCount(0);
    await page.goto(`${app()}/conversations`);
    await expect(rows).toHaveCount(real);
  });
});
