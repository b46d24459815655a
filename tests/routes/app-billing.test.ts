// Billing's pages against the simulated Stripe: buying, changing, failing to pay and paying, as an owner does it, and
// what others may see of it.
import { describe, expect, test } from "vitest";
import * as overview from "#app/routes/_app.billing._index.tsx";
import * as change from "#app/routes/_app.billing.change.tsx";
import * as invoices from "#app/routes/_app.billing.invoices.tsx";
import * as plans from "#app/routes/_app.billing.plans.tsx";
import * as checkout from "#app/routes/_app.billing_.checkout.tsx";
import * as file from "#app/routes/billing.invoices[.]csv.ts";
import * as portal from "#app/routes/billing.portal.ts";
import { testDatabase } from "../setup/database.ts";
import { type BillingWorld, billingWorld, type ClockTenant, clockTenant, DAY } from "../support/billing.ts";
import { addMember, cookieOf } from "../support/http-world.ts";
import { type Answer, Browser, pageServices } from "../support/pages.ts";
import { newTrialTenant } from "../support/tenants.ts";

const database = await testDatabase();
const world = await billingWorld(database);
const services = { ...(await pageServices(database.db.web)), billing: world.billing };
const CARD = { number: "4242 4242 4242 4242", expMonth: 12, expYear: 2040, cvc: "123" };

function browse(token: string): Browser {
  const browser = new Browser(services);
  browser.setCookie(cookieOf(token).cookie ?? "");
  return browser;
}

/** Runs the worker beside a form that waits for it. */
async function during<T>({ settle }: BillingWorld, form: Promise<Answer<T>>): Promise<Answer<T>> {
  let waiting = true;
  const ended = form.finally(() => {
    waiting = false;
  });
  while (waiting) {
    await settle();
    await new Promise((resume) => setImmediate(resume));
  }
  return ended;
}

interface Overview {
  summary: {
    plan: { plan: string };
    standing: {
      status: string;
      suspension: string | null;
      subscription: { endsAt: Date | null; next: { name: string } | null } | null;
    };
    owing: { id: string; amount: string; failure: string | null } | null;
  };
  payment: { method: { last4: string } | null };
  forecast: { totalCents: number } | null;
  usage: { limits: { metric: string; used: number; included: number | null }[]; days: { day: string }[] };
  invoices: { totalCents: number; status: string }[];
  editable: boolean;
}
interface Failed {
  result: { error?: Record<string, string[]> };
}

const seen = async (browser: Browser): Promise<Overview> => (await browser.get<Overview>(overview, "/billing")).data;
const wordsOf = ({ data }: Answer<Failed>): string => data.result.error?.[""]?.join(" ") ?? "";

async function subscriber(slug: string): Promise<{ tenant: ClockTenant; owner: Browser }> {
  const tenant = await clockTenant(database, world, slug);
  await tenant.buy("basic");
  return { tenant, owner: browse(tenant.token) };
}

describe("buying", () => {
  test("leads from the plans to Stripe's page and back to what was bought", async () => {
    const tenant = await newTrialTenant(database.db.web, "buyer");
    const owner = browse(tenant.token);
    const before = await owner.get(plans, "/billing/plans?plan=basic");
    expect(before.data).toMatchObject({ subscribed: false, mayKeepTrial: true, sells: true, wanted: "basic" });
    const sent = await owner.post(plans, "/billing/plans", { intent: "buy", plan: "basic" });
    expect([sent.status, sent.location]).toEqual([302, expect.stringMatching(/^http:\/\/pay\.test\//)]);
    const [row] = await database.sql<{ session: string }[]>`
      select stripe_session_id as session from checkouts where tenant_id = ${tenant.tenantId}`;
    const session = row?.session ?? "";
    const back = () => owner.get<{ checkout: object }>(checkout, `/billing/checkout?session=${session}`);
    expect((await back()).data.checkout).toMatchObject({ status: "open", planName: "Basic", resumeUrl: sent.location });
    const left = await owner.get(plans, "/billing/plans");
    expect(left.data).toMatchObject({ resume: { planName: "Basic", url: sent.location } });
    await world.settle();
    expect((await seen(owner)).summary.standing.status).toBe("trialing");
    world.server.engine.completeCheckout(session, { card: CARD });
    await world.settle();
    expect((await back()).data.checkout).toMatchObject({ status: "complete", resumeUrl: null });
    expect(await seen(owner)).toMatchObject({
      summary: { plan: { plan: "basic" }, standing: { status: "active" }, owing: null },
      payment: { method: { last4: "4242" } },
      forecast: { totalCents: 149_700 },
      invoices: [{ totalCents: 149_700, status: "paid" }],
    });
  });

  test("waits for the end of the trial where that is asked for", async () => {
    const tenant = await newTrialTenant(database.db.web, "patient");
    const owner = browse(tenant.token);
    await database.sql`select * from app.count_usage(${tenant.tenantId}, 'messages', 3, 'some', false, false)`;
    await owner.post(plans, "/billing/plans", { intent: "buy", plan: "premium", keepTrial: "on" });
    const [row] = await database.sql<{ session: string; keepTrial: boolean }[]>`
      select stripe_session_id as session, keep_trial as "keepTrial" from checkouts where tenant_id = ${tenant.tenantId}`;
    expect(row?.keepTrial).toBe(true);
    world.server.engine.completeCheckout(row?.session ?? "", { card: CARD });
    await world.settle();
    const { summary, usage } = await seen(owner);
    expect(summary.standing).toMatchObject({ status: "trialing", subscription: { firstPaymentAt: expect.any(Date) } });
    // What was used of the trial stays used.
    expect(usage.limits).toContainEqual(expect.objectContaining({ metric: "messages", used: 3 }));
  });

  test("shows nobody what has become of somebody else's purchase", async () => {
    const [owner, stranger] = await Promise.all([
      newTrialTenant(database.db.web, "owner"),
      newTrialTenant(database.db.web, "stranger"),
    ]);
    await browse(owner.token).post(plans, "/billing/plans", { intent: "buy", plan: "basic" });
    const [row] = await database.sql<{ session: string }[]>`
      select stripe_session_id as session from checkouts where tenant_id = ${owner.tenantId}`;
    const path = `/billing/checkout?session=${row?.session}`;
    expect((await browse(owner.token).get(checkout, path)).status).toBe(200);
    expect((await browse(stranger.token).get(checkout, path)).status).toBe(404);
  });

  test("refuses what can't be bought, in words at the form", async () => {
    const { owner } = await subscriber("has-one");
    const twice = await owner.post<Failed>(plans, "/billing/plans", { intent: "buy", plan: "premium" });
    expect([twice.status, wordsOf(twice)]).toEqual([409, expect.stringContaining("already")]);
    const contract = await owner.post<Failed>(plans, "/billing/plans", { intent: "buy", plan: "enterprise" });
    expect(contract.status).toBe(409);
    expect((await owner.post(plans, "/billing/plans", { intent: "buy", plan: "gold" })).status).toBe(422);
    expect((await owner.post(plans, "/billing/plans", { intent: "steal" })).status).toBe(400);
  });
});

describe("changing the plan", () => {
  test("an upgrade costs what its preview says", async () => {
    const { tenant, owner } = await subscriber("climber");
    await tenant.pass(10 * DAY);
    type Preview = { change: { when: string; at: Date; dueNowCents: number; lines: { amountCents: number }[] } };
    const { data } = await owner.get<Preview>(change, "/billing/change?plan=premium");
    const { at, dueNowCents, lines, when } = data.change;
    expect(when).toBe("now");
    expect(lines.reduce((sum, { amountCents }) => sum + amountCents, 0)).toBe(dueNowCents);
    await tenant.pass(600);
    const fields = { intent: "confirm", plan: "premium", at: at.toISOString() };
    const sent = await during(world, owner.post(change, "/billing/change?plan=premium", fields));
    expect([sent.status, sent.location]).toEqual([302, "/billing"]);
    const { summary, invoices: latest } = await seen(owner);
    expect([summary.plan.plan, latest[0]]).toEqual([
      "premium",
      expect.objectContaining({ totalCents: dueNowCents, status: "paid" }),
    ]);
  });

  test("a smaller plan waits for the period's end, says what is lost, and can be taken back", async () => {
    const tenant = await clockTenant(database, world, "descender");
    await tenant.buy("premium");
    const owner = browse(tenant.token);
    await database.sql`
      select * from app.count_usage(${tenant.tenantId}, 'messages', 12000, 'many', false, false)`;
    type Preview = { change: { when: string; dueNowCents: number }; lost: string[]; beyond: string[] };
    const { data } = await owner.get<Preview>(change, "/billing/change?plan=basic");
    expect(data).toMatchObject({
      change: { when: "period_end", dueNowCents: 0 },
      lost: expect.arrayContaining(["White label"]),
      beyond: [expect.stringContaining("12,000 messages")],
    });
    await during(world, owner.post(change, "/billing/change", { intent: "confirm", plan: "basic" }));
    const planned = await seen(owner);
    expect(planned.summary).toMatchObject({
      plan: { plan: "premium" },
      standing: { subscription: { next: { name: "Basic" } } },
    });
    expect(planned.forecast?.totalCents).toBe(149_700);
    await during(world, owner.post(overview, "/billing?index", { intent: "reactivate" }));
    const { summary, forecast } = await seen(owner);
    expect([summary.standing.subscription?.next, forecast?.totalCents]).toEqual([null, 249_700]);
  });

  test("what was cancelled works to the period's end and can be taken back until then", async () => {
    const { tenant, owner } = await subscriber("leaver");
    const sent = await during(world, owner.post(plans, "/billing/plans", { intent: "cancel" }));
    expect(sent.location).toBe("/billing");
    const { summary, forecast } = await seen(owner);
    expect([summary.standing.subscription?.endsAt, forecast?.totalCents]).toEqual([expect.any(Date), 0]);
    await during(world, owner.post(plans, "/billing/plans", { intent: "reactivate" }));
    expect((await seen(owner)).summary.standing.subscription?.endsAt).toBeNull();
    await during(world, owner.post(plans, "/billing/plans", { intent: "cancel" }));
    await tenant.pass(32 * DAY);
    expect((await seen(owner)).summary.standing).toMatchObject({ status: "cancelled", subscription: null });
    expect((await owner.get(plans, "/billing/plans")).data).toMatchObject({ subscribed: false });
  });

  test("a plan that is had already is no change, and says so", async () => {
    const { owner } = await subscriber("content");
    const same = await owner.get<{ detail: string }>(change, "/billing/change?plan=basic");
    expect([same.status, same.data.detail]).toEqual([409, expect.stringContaining("already")]);
    expect((await owner.get(change, "/billing/change?plan=gold")).status).toBe(404);
  });
});

test("a failed payment is shown with its reason and paid by another card, before and after the pause", async () => {
  const { tenant, owner } = await subscriber("unlucky");
  await tenant.card("pm_card_chargeCustomerFail");
  await tenant.pass(31 * DAY);
  const { summary } = await seen(owner);
  expect(summary).toMatchObject({ standing: { status: "past_due" }, owing: { amount: "$1,497" } });
  const invoiceId = summary.owing?.id ?? "";
  const pay = () => during(world, owner.post<Failed>(overview, "/billing?index", { intent: "pay", invoiceId }));
  const failed = await pay();
  expect([failed.status, wordsOf(failed)]).toEqual([409, expect.stringMatching(/declined|card/i)]);
  await tenant.pass(8 * DAY);
  expect((await seen(owner)).summary.standing).toMatchObject({ status: "suspended", suspension: "payment" });
  await tenant.card("pm_card_visa");
  const paid = await pay();
  expect(paid.location).toBe("/billing");
  expect((await seen(owner)).summary).toMatchObject({ standing: { status: "active" }, owing: null });
  const again = await owner.post<Failed>(overview, "/billing?index", { intent: "pay", invoiceId });
  expect([again.status, wordsOf(again)]).toEqual([409, "There is no invoice to pay."]);
});

describe("invoices", () => {
  test("are listed by state and page by page, and exported as they are filtered", async () => {
    const { tenant, owner } = await subscriber("archive");
    for (let at = 0; at < 30; at++) {
      await database.sql`
        insert into invoices (tenant_id, stripe_invoice_id, number, status, currency, subtotal_cents, total_cents, issued_at)
        values (${tenant.tenantId}, ${`in_old_${at}`}, ${at === 0 ? "=1+1" : `OLD-${at}`}, 'void', 'usd', 100, ${100 + at},
          now() - make_interval(days => ${at + 1}))`;
    }
    type Page = { invoices: { number: string; status: string }[]; nextCursor: string | null };
    const list = async (search: string) => (await owner.get<Page>(invoices, `/billing/invoices${search}`)).data;
    const first = await list("");
    const second = await list(`?cursor=${first.nextCursor}`);
    expect([first.invoices.length, second.invoices.length, second.nextCursor]).toEqual([25, 6, null]);
    const paid = await list("?status=paid");
    expect(paid.invoices.map(({ status }) => status)).toEqual(["paid"]);
    expect((await list("?status=stolen&cursor=x")).invoices).toHaveLength(25);
    const answer = await file.loader({
      request: new Request("http://localhost:3000/billing/invoices.csv?status=void", {
        headers: { cookie: owner.cookie },
      }),
      params: {},
      context: { services, requestId: "x", nonce: "", site: { kind: "app" }, clientIp: "192.0.2.1" },
    });
    const lines = (await answer.text()).trim().split("\r\n");
    expect([answer.headers.get("content-type"), lines.length]).toEqual(["text/csv; charset=utf-8", 31]);
    expect(lines[0]).toMatch(/^\uFEFF?number,issued_at,/);
    expect(lines[1]).toContain("'=1+1");
    expect(lines[1]).toContain(",void,USD,1,");
  });
});

test("the portal is the owner's, and only where Stripe knows the organisation", async () => {
  const { owner } = await subscriber("keeper");
  const opened = await owner.post(portal, "/billing/portal", { flow: "payment_method" });
  expect([opened.status, opened.location]).toEqual([302, expect.stringMatching(/^http:\/\/pay\.test\//)]);
  expect((await owner.get(portal, "/billing/portal")).location).toBe("/billing");
  const fresh = await newTrialTenant(database.db.web, "nothing-bought");
  expect((await browse(fresh.token).post(portal, "/billing/portal", {})).status).toBe(409);
});

test("an admin sees everything and changes nothing", async () => {
  const { tenant } = await subscriber("watched");
  const admin = browse((await addMember(database, tenant, "admin")).token);
  expect(await seen(admin)).toMatchObject({ editable: false, summary: { plan: { plan: "basic" } } });
  expect((await admin.get(plans, "/billing/plans")).data).toMatchObject({ editable: false });
  expect((await admin.get(change, "/billing/change?plan=premium")).status).toBe(403);
  for (const intent of ["cancel", "buy", "reactivate"])
    expect((await admin.post(plans, "/billing/plans", { intent, plan: "premium" })).status).toBe(403);
  expect((await admin.post(overview, "/billing?index", { intent: "pay", invoiceId: tenant.tenantId })).status).toBe(
    403,
  );
  expect((await admin.post(portal, "/billing/portal", {})).status).toBe(403);
});
