// Staff watches deployments that a service runs: one fails, is tried again, goes live and is rolled back, and no page is
// ever loaded anew. A Foyer of its own: the others' is served by the one app that all tenants share.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, type Page, test } from "@playwright/test";
import { Demo } from "#app/local/demo.ts";
import { type StartedFoyer, startFoyer } from "../setup/foyer.ts";
import { expectNothingSerious } from "../support/e2e-axe.ts";

test.skip(({ isMobile }) => isMobile, "what matters here is the same on a phone, and a second Foyer costs a minute");

let foyer: StartedFoyer;
test.beforeAll(async () => {
  // Hooks run for tests that are skipped, too.
  if (test.info().project.use.isMobile) return;
  foyer = await startFoyer({ env: { DEPLOY_PROVIDER: "webhook", CRAWL_ALLOW_LOOPBACK: "1" } });
});
test.afterAll(() => foyer?.stop());

/** At which steps the service fails or hangs. */
async function putSteps(body: { step: string; effect: "fail" | "hang"; reason?: string }[]): Promise<void> {
  const url = `http://127.0.0.1:${foyer.port + 8}/_simulator/steps`;
  const response = await fetch(url, { method: "PUT", body: JSON.stringify(body) });
  expect(response.status).toBe(200);
}

async function signIn(page: Page): Promise<void> {
  const { staff } = Demo.parse(JSON.parse(readFileSync(join(foyer.dataDir, "demo.json"), "utf8")));
  await page.goto(`${foyer.url}/sign-in`);
  await page.getByLabel("Email").fill(staff.email);
  await page.getByLabel("Password").fill(staff.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/admin\/tenants/);
}

const mark = (page: Page) =>
  page.evaluate(() => {
    document.body.dataset.watched = "yes";
  });
const isMarked = (page: Page) => page.evaluate(() => document.body.dataset.watched === "yes");
const log = (page: Page) => page.getByRole("region", { name: "Lines of the log" });
const steps = (page: Page) => page.getByRole("list", { name: "Deployment" });
const ask = async (page: Page, button: string, answer: string) => {
  await page.getByRole("button", { name: button, exact: true }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: answer }).click();
};

test("a deployment is watched as it fails, is tried again and rolled back", async ({ page, context }) => {
  await signIn(page);
  await page.getByRole("link", { name: "Deployments" }).click();
  await page.getByRole("link", { name: /Acme/ }).click();
  await expect(page.getByRole("heading", { name: "Use of resources" })).toBeVisible();
  await mark(page);
  const board = await context.newPage();
  await board.goto(`${foyer.url}/admin/deployments?q=acme`);
  await mark(board);
  const latest = board.getByRole("row").nth(1);
  await expect(latest).toContainText("Live");

  await putSteps([{ step: "build", effect: "hang" }]);
  await page.getByLabel("Version to deploy").fill("v2");
  await ask(page, "Deploy", "Deploy it");
  await expect(steps(page).getByText("In progress")).toBeVisible();
  await expect(log(page)).toContainText("Fetching v2");
  await expect(latest).toContainText("Building");
  await putSteps([{ step: "build", effect: "fail", reason: "The bundle is too large." }]);
  await expect(page.getByRole("alert")).toContainText("The bundle is too large.");
  await expect(latest).toContainText("Failed");
  await expect(latest).toContainText("The bundle is too large.");
  await expectNothingSerious(page);

  await putSteps([{ step: "check", effect: "hang" }]);
  await ask(page, "Try again", "Order it again");
  await expect(log(page)).toContainText("Starting 1 of v2");
  await expect(page.getByRole("button", { name: "Cancel deployment" })).toBeVisible();
  await putSteps([]);
  await expect(steps(page)).toContainText("Since", { timeout: 60_000 });
  await expect(log(page)).toContainText("is live");
  await expect(latest).toContainText("Live");
  await expectNothingSerious(page);

  await expect(page.getByLabel("Roll back to").locator("option")).toHaveCount(1);
  await ask(page, "Roll back", "Roll back");
  await expect(page.getByText("Rollback of")).toBeVisible();
  await expect(steps(page)).toContainText("Since", { timeout: 60_000 });
  await expect(latest).toContainText("Rollback");
  await expect(latest).toContainText("Live");
  await expect(board.getByRole("row").nth(2)).toContainText("Replaced");

  await page.getByLabel("Instances").fill("3");
  await ask(page, "Scale", "Change it");
  await expect(page.getByText("3 now.")).toBeVisible();
  await expect(log(page)).toContainText("Scaled from 1 to 3", { timeout: 90_000 });
  expect([await isMarked(page), await isMarked(board)], "no page was loaded anew").toEqual([true, true]);
});

test("what is under way is cancelled", async ({ page }) => {
  await signIn(page);
  await page.goto(`${foyer.url}/admin/deployments?q=globex`);
  await page.getByRole("link", { name: /Globex/ }).click();
  await putSteps([{ step: "build", effect: "hang" }]);
  await page.getByLabel("Version to deploy").fill("v3");
  await ask(page, "Deploy", "Deploy it");
  await expect(log(page)).toContainText("Fetching v3");
  await ask(page, "Cancel deployment", "Cancel the deployment");
  await expect(page.getByRole("button", { name: "Try again" })).toBeVisible();
  await expect(steps(page).getByText("Skipped")).toBeVisible();
  await putSteps([]);
});
