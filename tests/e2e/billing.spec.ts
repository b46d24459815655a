// A tenant's life as a customer, as its owner sees it: from the free trial through every state of paying to coming back.
// Months pass by Stripe's test clocks.
import { expect, type Page, test } from "@playwright/test";
import { expectNothingSerious } from "../support/e2e-axe.ts";
import { advance, mailsTo, openRows } from "../support/e2e-tenant.ts";

const app = () => process.env.FOYER_URL ?? "";
const tenantOrigin = (slug: string) => app().replace("localhost", `${slug}.localhost`);

/** From the landing of a new owner to the choice of a plan, with a proved address. */
async function signUp(page: Page, slug: string): Promise<void> {
  await page.goto(`${app()}/sign-up`);
  await page.getByLabel("Your name").fill("Olive Owner");
  await page.getByLabel("Email").fill(`${slug}@example.test`);
  await page.getByLabel("Password").fill("olive trees in june");
  await page.getByLabel("Company", { exact: true }).fill(`Company ${slug}`);
  await page.getByLabel("What kind of business is it?").selectOption("wellness");
  await page.getByRole("button", { name: "Create my account" }).click();
  await page.getByLabel("Your address").fill(slug);
  await expect(page.getByText("This address is free.")).toBeVisible();
  await page.getByRole("button", { name: "Save and go on" }).click();
  await expect(page).toHaveURL(/onboarding\/plan/);
  const linkOf = async () => (await mailsTo(`${slug}@example.test`)).at(0)?.links.at(0);
  await expect.poll(linkOf).toBeDefined();
  await page.goto((await linkOf()) ?? "");
  await page.getByRole("button", { name: /confirm/i }).click();
  await expect(page.getByRole("heading", { name: "Your address is confirmed" })).toBeVisible();
  await page.goto(`${app()}/onboarding/plan`);
}

/** Fills in the simulator's card form by one of its test cards. */
async function card(page: Page, number: string): Promise<void> {
  await page.getByRole("link", { name: number }).click();
  await page.getByRole("button", { name: /^(Pay|Save card|Start|Subscribe)/ }).click();
}

const main = (page: Page) => page.locator("main");

test("trial, payment, use, upgrade, downgrade, a failed card, suspension and the way back", async ({ page }, {
  project,
}) => {
  test.skip(project.name !== "desktop", "The phone walks through the same pages in every-page.spec.ts.");
  test.setTimeout(420_000);
  const slug = `olive-${Date.now().toString(36)}`;
  const address = `${slug}@example.test`;
  const rows = await openRows();
  const statusIs = async (status: string, plan: string) =>
    expect
      .poll(() =>
        rows.of(slug, async (tx, id) => {
          const [row] = await tx<{ status: string; plan: string }[]>`select status, plan from tenants where id = ${id}`;
          return `${row?.status} ${row?.plan}`;
        }),
      )
      .toBe(`${status} ${plan}`);
  const gotMail = (subject: RegExp) =>
    expect
      .poll(async () => (await mailsTo(address)).some((mail) => subject.test(mail.subject)), {
        message: `mail ${subject}`,
      })
      .toBe(true);

  await test.step("the free trial begins without a card", async () => {
    await signUp(page, slug);
    await page.getByRole("button", { name: /free trial/i }).click();
    await expect(page).toHaveURL(/onboarding\/knowledge/);
    await statusIs("trialing", "trial");
    await page.goto(`${app()}/billing`);
    await expect(main(page)).toContainText("Your free trial ends on");
    await page.goto(`${app()}/settings/api-keys`);
    await expect(main(page)).toContainText("It comes with Basic.");
  });

  await test.step("Basic is paid for on Stripe's page; a declined card costs nothing", async () => {
    await page.goto(`${app()}/billing/plans`);
    await page.getByRole("button", { name: "Choose Basic" }).click();
    await expect(page.getByRole("heading", { name: /Subscribe to/ })).toBeVisible();
    await card(page, "4000 0000 0000 0002");
    await expect(page.getByRole("alert")).toContainText(/declined/i);
    await statusIs("trialing", "trial");
    await card(page, "4242 4242 4242 4242");
    await expect(page).toHaveURL(/billing\/checkout/);
    await page.getByRole("link", { name: "Open billing" }).click();
    await expect(main(page)).toContainText("Active");
    await expect(main(page)).toContainText(/Visa ending in 4242/i);
    await expectNothingSerious(page);
    await statusIs("active", "basic");
    await gotMail(/Basic/);
  });

  await test.step("at 80 % of the messages the page, a mail and the ledger say so", async () => {
    await rows.of(slug, (tx) => tx`select * from app.consume('messages', 7999, 'e2e')`);
    await page.goto(`${app()}/home`);
    await expect(main(page)).toContainText("7,999");
    const visitor = await page.context().newPage();
    await visitor.goto(tenantOrigin(slug));
    const chat = visitor.getByRole("region", { name: /^Chat with/ });
    await chat.getByRole("textbox", { name: "Your message" }).fill("Do you have a sauna?");
    await chat.getByRole("button", { name: "Send message" }).click();
    await expect(chat.locator('[data-message="visitor"]')).toHaveCount(1);
    // Live: nobody reloads the page.
    await expect(main(page)).toContainText("8,000");
    await visitor.close();
    await gotMail(/80/);
    await page.goto(`${app()}/home`);
    await expect(page.getByText(/8,000 of 10,000 messages are used up/).first()).toBeVisible();
  });

  await test.step("the upgrade costs what its preview says", async () => {
    await page.goto(`${app()}/billing/plans`);
    await page.getByRole("link", { name: "Upgrade to Premium" }).click();
    const pay = page.getByRole("button", { name: /^Pay .* and upgrade/ });
    await expectNothingSerious(page);
    const amount = /\$[\d,.]+/.exec((await pay.textContent()) ?? "")?.[0] ?? "none";
    await pay.click();
    await expect(page).toHaveURL(/\/billing$/);
    await expect(main(page).getByRole("heading", { name: "Premium" })).toBeVisible();
    await statusIs("active", "premium");
    await page.goto(`${app()}/billing/invoices`);
    await expect(main(page).getByRole("row").filter({ hasText: amount })).toContainText("Paid");
  });

  await test.step("a downgrade waits for the end of the period", async () => {
    await page.goto(`${app()}/billing/plans`);
    await page.getByRole("link", { name: "Change to Basic" }).click();
    await page.getByRole("button", { name: "Change to Basic" }).click();
    await expect(main(page)).toContainText("Basic begins on");
    await statusIs("active", "premium");
    await advance(slug, "1 month 2 hours");
    await statusIs("active", "basic");
    await page.goto(`${app()}/billing`);
    await expect(main(page).getByRole("heading", { name: "Basic" })).toBeVisible();
    await expect(main(page)).toContainText("0 of 10,000");
  });

  await test.step("a card that fails makes it past due, and after the grace it pauses", async () => {
    await page.getByRole("button", { name: "Update card" }).click();
    await card(page, "4000 0000 0000 0341");
    await expect(main(page)).toContainText("0341");
    await advance(slug, "1 month 2 hours");
    await statusIs("past_due", "basic");
    await page.goto(`${app()}/home`);
    await expect(page.getByText("Your last payment failed.").first()).toBeVisible();
    await page.goto(`${app()}/billing`);
    await expect(main(page)).toContainText("Past due");
    await expectNothingSerious(page);
    await gotMail(/payment/i);
    await advance(slug, "8 days");
    await statusIs("suspended", "basic");
    await gotMail(/paused/i);
    await page.goto(`${app()}/conversations`);
    await expect(page.getByText(/paused/i).first()).toBeVisible();
    await expectNothingSerious(page);
    const visitor = await page.context().newPage();
    await visitor.goto(tenantOrigin(slug));
    await expect(visitor.getByRole("textbox", { name: "Your message" })).toHaveCount(0);
    await visitor.close();
  });

  await test.step("paying with another card brings everything back", async () => {
    await page.goto(`${app()}/billing`);
    await expectNothingSerious(page);
    await page.getByRole("button", { name: "Update card" }).first().click();
    await card(page, "4242 4242 4242 4242");
    await expect(main(page)).toContainText(/Visa ending in 4242/i);
    await page.getByRole("button", { name: /^Pay .* now$/ }).click();
    await statusIs("active", "basic");
    await page.goto(`${app()}/conversations`);
    await expect(page.getByRole("heading", { level: 1, name: "Conversations" })).toBeVisible();
  });

  await test.step("what was cancelled can be taken back", async () => {
    await page.goto(`${app()}/billing/plans`);
    await page.getByRole("button", { name: "Cancel plan" }).click();
    await page
      .getByRole("alertdialog")
      .or(page.getByRole("dialog"))
      .getByRole("button", { name: "Cancel plan" })
      .click();
    await expect(page.getByRole("button", { name: "Keep my plan" }).first()).toBeVisible();
    await gotMail(/cancel/i);
    await page.goto(`${app()}/billing`);
    await expect(main(page)).toContainText("Cancelled. Everything works until");
    await page.getByRole("button", { name: "Keep my plan" }).click();
    await expect(main(page)).toContainText("are paid on");
    await statusIs("active", "basic");
  });
  await rows.db.close();
});

test("a payment that was left during the set-up is taken up again", async ({ page }, { project }) => {
  test.skip(project.name !== "desktop", "The phone walks through the same pages in every-page.spec.ts.");
  const slug = `fig-${Date.now().toString(36)}`;
  await signUp(page, slug);
  await page.getByRole("button", { name: /Basic/ }).click();
  await expect(page.getByRole("heading", { name: /Subscribe to/ })).toBeVisible();
  const checkout = page.url();
  await page.getByRole("link", { name: /Back to Foyer/ }).click();
  await expect(page).toHaveURL(/onboarding\/plan/);
  await page
    .getByRole("link", { name: /resume|go on|continue/i })
    .or(page.getByRole("button", { name: /Basic/ }))
    .first()
    .click();
  await expect(page).toHaveURL(checkout);
  await page.getByRole("link", { name: "4000 0025 0000 3155" }).click();
  await page.getByRole("button", { name: /^Pay/ }).click();
  await page.getByRole("button", { name: "Complete" }).click();
  await expect(page).toHaveURL(/onboarding\/knowledge/);
  await expect(page.getByText("Your front desk is live")).toBeVisible();
});
