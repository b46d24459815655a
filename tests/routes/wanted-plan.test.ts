// The plan that somebody came for: carried to the plan's step, never forced.
import { expect, test } from "vitest";
import { randomToken } from "#app/platform/ids.ts";
import * as start from "#app/routes/onboarding._index.ts";
import * as address from "#app/routes/onboarding.address.tsx";
import * as plan from "#app/routes/onboarding.plan.tsx";
import * as signUp from "#app/routes/sign-up.tsx";
import { testDatabase } from "../setup/database.ts";
import { Browser, pageServices } from "../support/pages.ts";

const database = await testDatabase();
const services = await pageServices(database.db.web);
let count = 0;

async function newcomer(first = "/sign-up"): Promise<Browser> {
  const browser = new Browser(services, `192.0.2.${++count}`);
  await browser.get(signUp, first);
  const email = `${randomToken(8).toLowerCase()}@example.test`;
  const person = { displayName: "Ada", email, password: "correct horse battery" };
  await browser.post(signUp, "/sign-up", { ...person, companyName: "Came For", businessType: "other" });
  return browser;
}

const claim = (browser: Browser, slug: string) =>
  browser.post(address, "/onboarding/address", { slug, preset: "clinic", brand: "#0e6680" });

type Wanted = { wanted: string | null };
const wantedAt = async (browser: Browser) => (await browser.get<Wanted>(plan, "/onboarding/plan")).data.wanted;

test("the plan that somebody came for waits at the plan's step, and nothing is begun by it", async () => {
  const browser = await newcomer("/sign-up?plan=premium");
  await claim(browser, "came-for");
  expect(await wantedAt(browser)).toBe("premium");
  const [tenant] = await database.sql`select status from tenants where slug = 'came-for'`;
  expect(tenant?.status).toBe("pending");
  await browser.post(plan, "/onboarding/plan", { plan: "trial" });
  expect(await wantedAt(browser)).toBeNull();
});

test("somebody who signs in instead finds the plan marked, too: in the wizard, or among the plans after it", async () => {
  const browser = await newcomer();
  await claim(browser, "signed-in-for");
  const signedIn = await browser.get(signUp, "/sign-up?plan=basic");
  expect(signedIn.location).toBe("/onboarding?plan=basic");
  expect((await browser.get(start, "/onboarding?plan=basic")).location).toBe("/onboarding/plan");
  expect(await wantedAt(browser)).toBe("basic");
  await database.sql`update tenants set onboarding_step = 'done' where slug = 'signed-in-for'`;
  expect((await browser.get(start, "/onboarding?plan=basic")).location).toBe("/billing/plans?plan=basic");
  await database.sql`
    update memberships m set role = 'viewer' from tenants t where t.id = m.tenant_id and t.slug = 'signed-in-for'`;
  expect((await browser.get(start, "/onboarding?plan=basic")).location).toBe("/home");
});

test("what can't be the name of a plan is not kept, and leads nowhere else", async () => {
  for (const plan of ["//evil.test", "https://evil.test", "a;b", "Premium%0d%0aset-cookie:x=1", "x".repeat(41), ""]) {
    const browser = new Browser(services, "192.0.2.201");
    const { headers } = await browser.get(signUp, `/sign-up?plan=${encodeURIComponent(plan)}`);
    expect(headers.getSetCookie().join()).not.toMatch(/foyer_plan|evil/);
    const known = await newcomer();
    const answer = await known.get(start, `/onboarding?plan=${encodeURIComponent(plan)}`);
    expect(answer.location).toBe("/onboarding/address");
  }
});
