// The main job as a new user does it: from the landing page to an agent that answers, on its own host and on a
// foreign page, and that admits what it doesn't know.
import { expect, type Locator, type Page, test } from "@playwright/test";
import { expectNothingSerious } from "../support/e2e-axe.ts";
import { type Site, startSite } from "../support/site.ts";

const app = () => process.env.FOYER_URL ?? "";
const tenantOrigin = (slug: string) => app().replace("localhost", `${slug}.localhost`);

/** A bakery's website: the owner's page, and twelve more so that there is something to find. */
async function bakery(): Promise<Site> {
  const page = (title: string, body: string) =>
    `<!doctype html><html lang="en"><head><title>${title}</title></head><body><nav><a href="/">Home</a></nav>
     <main><h1>${title}</h1>${body}</main><footer>All rights reserved</footer></body></html>`;
  const links = Array.from({ length: 12 }, (_, index) => `<li><a href="/cake-${index}">Cake ${index}</a></li>`).join(
    "",
  );
  const site = await startSite({
    "/": page(
      "Lighthouse Bakery",
      `<h2>Opening hours</h2><p>We open at 6 am on weekdays and at 7 am on Saturdays.</p>
       <h2>Gluten</h2><p>Our gluten-free loaves come out of a separate oven on Tuesdays and Fridays.</p><ul>${links}</ul>`,
    ),
  });
  for (let index = 0; index < 12; index++) {
    site.pages[`/cake-${index}`] = page(`Cake ${index}`, `<p>Cake number ${index} serves ${index + 4} people.</p>`);
  }
  return site;
}

/** A page of somebody else's with the snippet. */
const hostPage = (snippet: string) =>
  `<!doctype html><html lang="en"><head><title>Somewhere else</title></head><body><main><h1>Somewhere else</h1></main>${snippet}</body></html>`;

async function ask(chat: Locator, question: string): Promise<Locator> {
  const answers = chat.locator('[data-message="agent"]');
  // The greeting, and what was said before, come with the configuration.
  await expect(answers.first()).toBeVisible();
  const before = await answers.count();
  await chat.getByRole("textbox", { name: "Your message" }).fill(question);
  await chat.getByRole("button", { name: "Send message" }).click();
  await expect(answers).toHaveCount(before + 1);
  await expect(chat.locator('[data-message="typing"]')).toHaveCount(0);
  return answers.last();
}

test("a business signs up and its own agent answers from its own website", async ({ page, context }, { project }) => {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  const site = await bakery();
  const foreign = await startSite({});
  const slug = `bakery-${project.name}-${Date.now().toString(36)}`;

  await test.step("landing to live in fewer than five clicks besides typing", async () => {
    await page.goto(app());
    await expectNothingSerious(page);
    await page.getByRole("link", { name: "Start free trial" }).first().click();
    await page.getByLabel("Your name").fill("Bea Baker");
    await page.getByLabel("Email").fill(`${slug}@example.test`);
    await page.getByLabel("Password").fill("warm bread at dawn");
    await page.getByLabel("Company", { exact: true }).fill("Lighthouse Bakery");
    await page.getByLabel("What kind of business is it?").selectOption("hospitality");
    await expectNothingSerious(page);
    await page.getByRole("button", { name: "Create my account" }).click();

    await page.getByLabel("Your address").fill("admin");
    await expect(page.getByText("This name is reserved. Please choose another.")).toBeVisible();
    await page.getByLabel("Your address").fill("acme");
    await expect(page.getByText("This address is taken. Please choose another.")).toBeVisible();
    await page.getByLabel("Your address").fill(slug);
    await expect(page.getByText("This address is free.")).toBeVisible();
    await expectNothingSerious(page);
    await page.getByRole("button", { name: "Save and go on" }).click();

    await expectNothingSerious(page);
    await page.getByRole("button", { name: /free trial/i }).click();
    await expect(page.getByText("Your front desk is live")).toBeVisible();
    await expectNothingSerious(page);
  });

  await test.step("it reads the website while one watches", async () => {
    await page.getByLabel("Web address").fill(`${site.origin}/`);
    await page.getByRole("button", { name: "Read it" }).click();
    await expect(page.getByText(/13 pages/).first()).toBeVisible({ timeout: 30_000 });
  });

  await test.step("a typed answer survives going back and forth", async () => {
    await page.getByLabel("Question").fill("Do you bake wedding cakes?");
    await page.getByLabel("Answer").fill("Yes, with four weeks' notice.");
    await page.getByRole("button", { name: "Add answer" }).click();
    await expect(page.getByText("Do you bake wedding cakes?").first()).toBeVisible();
    await page.getByRole("link", { name: "Back" }).click();
    await expect(page).toHaveURL(/onboarding\/plan/);
    await page.goto(`${app()}/onboarding`);
    await expect(page).toHaveURL(/onboarding\/knowledge/);
    await expect(page.getByText("Do you bake wedding cakes?").first()).toBeVisible();
    await page
      .getByRole("button", { name: "Go on" })
      .or(page.getByRole("link", { name: "Go on" }))
      .first()
      .click();
  });

  const snippet = await test.step("it can be tried at once, and the snippet taken along", async () => {
    await expect(page.getByRole("heading", { name: "Try your agent" })).toBeVisible();
    const chat = page.frameLocator("iframe").getByRole("region", { name: /^Chat with/ });
    const answer = await ask(chat, "When do you open on Saturdays?");
    await expect(answer).toContainText("7 am on Saturdays");
    await page.getByLabel("Websites that may show it").fill(foreign.origin);
    await page.getByRole("button", { name: "Save websites" }).click();
    await expectNothingSerious(page);
    const code = await page.locator("code", { hasText: "widget.js" }).textContent();
    await page.getByRole("button", { name: "Open my dashboard" }).click();
    await expect(page).toHaveURL(/\/home/);
    await expectNothingSerious(page);
    return code ?? "";
  });

  await test.step("its own host answers with the source, and says when it doesn't know", async () => {
    await page.goto(tenantOrigin(slug));
    await expect(page.getByRole("heading", { level: 1, name: "Lighthouse Bakery" })).toBeVisible();
    const chat = page.getByRole("region", { name: /^Chat with/ });
    const answer = await ask(chat, "When do gluten-free loaves come out of the oven?");
    await expect(answer).toContainText("Tuesdays and Fridays");
    await expect(answer.getByRole("list", { name: "Sources" }).getByRole("link")).toHaveAttribute(
      "href",
      new RegExp(site.origin),
    );
    const ignorance = await ask(chat, "Do you repair bicycles?");
    await expect(ignorance.getByRole("list", { name: "Sources" })).toHaveCount(0);
    await expect(ignorance).toContainText(/could not find/i);
    await expectNothingSerious(page);
  });

  await test.step("a foreign page with the snippet talks to it; a page that isn't allowed can't", async () => {
    foreign.pages["/"] = hostPage(snippet);
    const visitor = await context.newPage();
    await visitor.goto(`${foreign.origin}/`);
    await visitor.getByRole("button", { name: "Open chat" }).click();
    const chat = visitor.getByRole("dialog", { name: /^Chat with/ });
    const answer = await ask(chat, "Do you bake wedding cakes?");
    await expect(answer).toContainText("four weeks' notice");
    await expectNothingSerious(visitor);
    await visitor.reload();
    await visitor.getByRole("button", { name: /Open chat/ }).click();
    await expect(visitor.locator(`[data-message="visitor"]`)).toContainText("Do you bake wedding cakes?");

    const stranger = await startSite({ "/": hostPage(snippet) });
    const refused = visitor.waitForResponse(
      (response) => response.url().includes("/functions/v1/chat") && response.status() === 403,
    );
    await visitor.goto(`${stranger.origin}/`);
    await refused;
    await expect(visitor.getByRole("button", { name: /Open chat/ })).toHaveCount(0);
    await visitor.close();
    await stranger.stop();
  });

  await test.step("the owner sees every conversation, and another tenant sees none of it", async () => {
    await page.goto(`${app()}/conversations`);
    await expect(page.getByText(/wedding cakes/).first()).toBeVisible();
    await expect(page.getByText(/gluten-free loaves/).first()).toBeVisible();
    await expectNothingSerious(page);
    const chat = await openTenant(page, "acme");
    const answer = await ask(chat, "Do you bake wedding cakes?");
    await expect(answer).not.toContainText("four weeks");
  });

  expect(errors).toEqual([]);
  await Promise.all([site.stop(), foreign.stop()]);
});

async function openTenant(page: Page, slug: string): Promise<Locator> {
  await page.goto(tenantOrigin(slug));
  return page.getByRole("region", { name: /^Chat with/ });
}
