// Beginning with a paid plan: to Stripe's page, away from it, back to it, and on to the next step once it is paid.
import { expect, test } from "vitest";
import * as address from "#app/routes/onboarding.address.tsx";
import * as knowledge from "#app/routes/onboarding.knowledge.tsx";
import * as plan from "#app/routes/onboarding.plan.tsx";
import * as signUp from "#app/routes/sign-up.tsx";
import type { FormResult } from "#app/web/forms.ts";
import { testDatabase } from "../setup/database.ts";
import { billingWorld } from "../support/billing.ts";
import { Browser, pageServices } from "../support/pages.ts";

const database = await testDatabase();
const world = await billingWorld(database);
const services = { ...(await pageServices(database.db.web)), billing: world.billing };
const CARD = { number: "4242 4242 4242 4242", expMonth: 12, expYear: 2040, cvc: "123" };

interface Choice {
  started: string | null;
  sells: boolean;
  resume: { plan: string; url: string } | null;
  checkout: { status: string } | null;
}

async function atThePlan(slug: string): Promise<Browser> {
  const browser = new Browser(services);
  const person = { displayName: "Ada", email: `${slug}@example.test`, password: "correct horse battery" };
  await browser.post(signUp, "/sign-up", { ...person, companyName: slug, businessType: "other" });
  await browser.post(address, "/onboarding/address", { slug, preset: "clinic", brand: "#0e6680" });
  return browser;
}

const choice = async (browser: Browser, search = "") =>
  (await browser.get<Choice>(plan, `/onboarding/plan${search}`)).data;
async function sessionOf(slug: string): Promise<string> {
  const [row] = await database.sql<{ session: string }[]>`
    select stripe_session_id as session from checkouts c join tenants t on t.id = c.tenant_id
    where t.slug = ${slug} and c.status = 'open'`;
  return row?.session ?? "";
}

test("a payment that was left is taken up again, and once it is made the set-up goes on and the address goes live", async () => {
  const browser = await atThePlan("payer");
  expect(await choice(browser)).toMatchObject({ started: null, sells: true, resume: null });
  const sent = await browser.post(plan, "/onboarding/plan", { plan: "basic" });
  expect(sent.location).toMatch(/^http:\/\/pay\.test\//);
  expect(await choice(browser)).toMatchObject({ resume: { plan: "basic", url: sent.location } });
  expect((await browser.post(plan, "/onboarding/plan", { plan: "basic" })).location).toBe(sent.location);
  const session = await sessionOf("payer");
  const back = () => browser.get<Choice>(plan, `/onboarding/plan?session=${session}`);
  expect((await back()).data.checkout).toMatchObject({ status: "open" });
  world.server.engine.completeCheckout(session, { card: CARD });
  await world.settle();
  expect((await back()).location).toBe("/onboarding/knowledge");
  expect((await browser.get(knowledge, "/onboarding/knowledge")).status).toBe(200);
  const [state] = await database.sql`
    select t.status, t.plan, (select count(*)::int from provisioning_runs r where r.tenant_id = t.id) as runs
    from tenants t where t.slug = 'payer'`;
  expect(state).toEqual({ status: "active", plan: "basic", runs: 1 });
  expect(await choice(browser)).toMatchObject({ started: "paid", resume: null });
});

test("whoever leaves the payment can begin with the trial instead, and loses nothing", async () => {
  const browser = await atThePlan("doubter");
  await browser.post(plan, "/onboarding/plan", { plan: "premium" });
  expect((await browser.post(plan, "/onboarding/plan", { plan: "trial" })).location).toBe("/onboarding/knowledge");
  expect(await choice(browser)).toMatchObject({ started: "trial", resume: { plan: "premium" } });
  const paid = await browser.post(plan, "/onboarding/plan", { plan: "basic" });
  expect(paid.location).toMatch(/^http:\/\/pay\.test\//);
  expect(await choice(browser)).toMatchObject({ resume: { plan: "basic" } });
});

test("what can't be bought is refused with words at the form", async () => {
  const browser = await atThePlan("enterprising");
  const refused = await browser.post<FormResult>(plan, "/onboarding/plan", { plan: "enterprise" });
  expect([refused.status, refused.data.result.error?.[""]]).toEqual([409, [expect.stringContaining("write to us")]]);
});

test("an admin finishes the set-up but doesn't buy", async () => {
  const browser = await atThePlan("delegated");
  await database.sql`update memberships m set role = 'admin' from tenants t where t.id = m.tenant_id and t.slug = 'delegated'`;
  expect(await choice(browser)).toMatchObject({ sells: false });
  expect((await browser.post(plan, "/onboarding/plan", { plan: "basic" })).status).toBe(403);
  expect((await browser.post(plan, "/onboarding/plan", { plan: "trial" })).location).toBe("/onboarding/knowledge");
});
