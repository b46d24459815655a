// Billing through the API, with the simulated Stripe behind it: what was bought, changes, payments, invoices.
import { beforeEach, describe, expect, test } from "vitest";
import { API_SCOPES } from "#app/domain/team/keys.schema.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import { testDatabase } from "../setup/database.ts";
import { type ApiAnswer, type Ask, apiClient, keyFor } from "../support/api.ts";
import { billingWorld, type ClockTenant, clockTenant, DAY } from "../support/billing.ts";
import { pageServices } from "../support/pages.ts";
import { newTrialTenant, type TestTenant } from "../support/tenants.ts";

const database = await testDatabase();
const { sql } = database;
const { web } = database.db;
const world = await billingWorld(database);
const api = apiClient({ ...(await pageServices(web)), billing: world.billing });
beforeEach(async () => {
  await sql`delete from rate_limits`;
});

interface Customer extends ClockTenant {
  key: string;
}

async function customer(slug: string, plan: "basic" | "premium" | null = "basic"): Promise<Customer> {
  const tenant = await clockTenant(database, world, slug);
  if (plan) await tenant.buy(plan);
  return { ...tenant, key: plan ? await keyFor(web, tenant, ...API_SCOPES) : "" };
}

const at = ({ tenantId }: TestTenant, what: string): string => `/api/v1/tenant/${tenantId}/${what}`;

/** Asks while a worker is at work. */
async function ask(method: string, path: string, sent: Ask): Promise<ApiAnswer> {
  let over = false;
  const answer = api.ask(method, path, sent).finally(() => {
    over = true;
  });
  while (!over) {
    await world.settle();
    await new Promise((resume) => setImmediate(resume));
  }
  return answer;
}
const read = async (tenant: Customer) =>
  (await api.ask("GET", at(tenant, "subscription"), { token: tenant.token })).body;
const change = (tenant: Customer, plan: string, headers: Record<string, string> = {}) =>
  ask("PUT", at(tenant, "subscription"), { key: tenant.key, body: { plan }, headers });
const post = (tenant: Customer, what: string, body?: object, by: Ask = { key: tenant.key }) =>
  ask("POST", at(tenant, what), { ...by, ...(body && { body }) });
const operations = (tenant: TestTenant) => sql`select 1 from billing_operations where tenant_id = ${tenant.tenantId}`;

test("who has bought nothing sees so, can't change it, and is shown where to buy", async () => {
  const tenant = await newTrialTenant(web, "api-trial");
  const by = { token: tenant.token };
  const bought = await ask("GET", at(tenant, "subscription"), by);
  expect(bought.body).toMatchObject({
    status: "trialing",
    plan: { id: "trial" },
    subscription: null,
    payment_method: null,
  });
  const changed = await ask("PUT", at(tenant, "subscription"), { ...by, body: { plan: "basic" } });
  expect(changed.body).toMatchObject({
    status: 409,
    code: "no_subscription",
    upgrade_url: expect.stringMatching(/^http:/),
  });
  const pay = (body?: object) => ask("POST", at(tenant, "billing/payment"), { ...by, ...(body && { body }) });
  expect((await pay()).body).toMatchObject({
    outcome: "action_required",
    action: "choose_plan",
    url: expect.stringMatching(/\/billing\/plans$/),
  });
  const checkout = await pay({ plan: "basic" });
  expect([checkout.status, checkout.body.action]).toEqual([200, "checkout"]);
  expect(checkout.body.url).toMatch(/^http:\/\/pay\.test\//);
  expect((await pay({ plan: "basic" })).body.url).toBe(checkout.body.url);
  expect((await pay({ plan: "enterprise" })).body).toMatchObject({ status: 409, code: "not_sold" });
});

test("up at once, down at the end of the period, and back; naming the plan that one has changes nothing", async () => {
  const tenant = await customer("api-updown");
  const up = await change(tenant, "premium");
  expect([up.status, up.body.plan.id, up.body.subscription.plan.id]).toEqual([200, "premium", "premium"]);
  expect(up.body.latest_change).toMatchObject({ kind: "change_plan", status: "done", error: null });
  const before = await operations(tenant);
  expect((await change(tenant, "premium")).status).toBe(200);
  expect(await operations(tenant)).toHaveLength(before.length);
  const down = await change(tenant, "basic");
  expect(down.body.subscription).toMatchObject({ plan: { id: "premium" }, next_plan: { id: "basic" } });
  expect(down.body.subscription.next_plan.starts_at).toBe(down.body.subscription.current_period.end);
  expect(await operations(tenant)).toHaveLength(before.length + 1);
  expect((await change(tenant, "basic")).body.subscription.next_plan.id).toBe("basic");
  expect(await operations(tenant)).toHaveLength(before.length + 1);
  const back = await change(tenant, "premium");
  expect([back.status, back.body.subscription.next_plan]).toEqual([200, null]);
});

test("cancelled, it ends with the period; reactivated, it goes on", async () => {
  const tenant = await customer("api-cancel");
  const cancelled = await post(tenant, "subscription/cancel");
  expect(cancelled.status).toBe(200);
  expect(cancelled.body.subscription.ends_at).toBe(cancelled.body.subscription.current_period.end);
  expect((await post(tenant, "subscription/cancel")).body).toMatchObject({ status: 409, code: "cancelled" });
  expect((await change(tenant, "premium")).body).toMatchObject({ status: 409, code: "cancelled" });
  const again = await post(tenant, "subscription/reactivate");
  expect([again.status, again.body.subscription.ends_at]).toEqual([200, null]);
  expect((await post(tenant, "subscription/reactivate")).body).toMatchObject({ status: 409, code: "unchanged" });
});

test("a program in test mode spends nothing; its owner may, and both see what was really bought", async () => {
  const tenant = await customer("api-sandbox");
  await sql`update tenants set sandbox = true where id = ${tenant.tenantId}`;
  const asked = [
    change(tenant, "premium"),
    post(tenant, "subscription/cancel"),
    post(tenant, "subscription/reactivate"),
    post(tenant, "billing/payment"),
  ];
  for (const { status, body } of await Promise.all(asked)) expect([status, body.code]).toEqual([409, "sandbox"]);
  expect(await operations(tenant)).toHaveLength(0);
  expect(await read(tenant)).toMatchObject({ plan: { id: "basic" }, subscription: { status: "active" } });
  const by = await post(tenant, "subscription/cancel", undefined, { token: tenant.token });
  expect([by.status, by.body.subscription.ends_at]).toEqual([200, expect.any(String)]);
});

test("a declined card: the plan stays, the refusal is the same when asked again under its key", async () => {
  const tenant = await customer("api-declined");
  await tenant.card("pm_card_chargeCustomerFail");
  const once = { "idempotency-key": uuidv7() };
  const refused = await change(tenant, "premium", once);
  expect(refused.body).toMatchObject({
    status: 402,
    code: "payment_failed",
    invoice_url: expect.stringMatching(/^http/),
  });
  expect(refused.headers.get("content-type")).toBe("application/problem+json");
  const again = await change(tenant, "premium", once);
  expect([again.status, again.body, again.headers.get("idempotent-replayed")]).toEqual([402, refused.body, "true"]);
  expect(again.headers.get("content-type")).toBe("application/problem+json");
  expect(await operations(tenant)).toHaveLength(1);
  expect((await read(tenant)).plan.id).toBe("basic");
});

test("a bank that wants a confirmation: the way to it, from the change and from the payment", async () => {
  const tenant = await customer("api-confirm");
  await tenant.card("pm_card_authenticationRequired");
  const refused = await change(tenant, "premium");
  expect(refused.body).toMatchObject({
    status: 402,
    code: "payment_action_needed",
    invoice_url: expect.stringMatching(/^http/),
  });
  expect(await read(tenant)).toMatchObject({ plan: { id: "basic" }, subscription: { awaits_payment: true } });
  const paid = await post(tenant, "billing/payment", {});
  expect(paid.body).toMatchObject({ outcome: "action_required", action: "confirm", url: refused.body.invoice_url });
  expect(paid.body.invoice).toMatchObject({ id: refused.body.invoice_id, status: "open", needs_confirmation: true });
});

test("past due, suspended, paid by its owner's session, active again", async () => {
  const tenant = await customer("api-late");
  await tenant.card("pm_card_chargeCustomerFail");
  await tenant.pass(32 * DAY);
  expect(await read(tenant)).toMatchObject({ status: "past_due", suspends_at: expect.any(String) });
  const declined = await post(tenant, "billing/payment");
  expect(declined.body).toMatchObject({ status: 402, code: "payment_failed" });
  await tenant.pass(8 * DAY);
  expect((await post(tenant, "billing/payment")).body).toMatchObject({ status: 403, code: "tenant_suspended" });
  expect(await read(tenant)).toMatchObject({ status: "suspended", suspension: "payment" });
  await tenant.card("pm_card_visa");
  await world.settle();
  const paid = await post(tenant, "billing/payment", { invoice_id: declined.body.invoice_id }, { token: tenant.token });
  expect(paid.body).toMatchObject({
    outcome: "paid",
    invoice: { id: declined.body.invoice_id, status: "paid", remaining_cents: 0 },
  });
  expect((await read(tenant)).status).toBe("active");
  const again = await post(tenant, "billing/payment", { invoice_id: declined.body.invoice_id });
  expect(again.body).toMatchObject({ outcome: "paid", invoice: { id: declined.body.invoice_id } });
  expect((await post(tenant, "billing/payment")).body).toEqual({
    outcome: "nothing_due",
    action: null,
    url: null,
    invoice: null,
  });
});

test("where there is no card, the page that takes one; another's invoice is nobody's", async () => {
  const tenant = await customer("api-nocard");
  await tenant.card("pm_card_chargeCustomerFail");
  await tenant.pass(32 * DAY);
  await sql`update billing_accounts set payment_method = null where tenant_id = ${tenant.tenantId}`;
  const answer = await post(tenant, "billing/payment");
  expect(answer.body).toMatchObject({
    outcome: "action_required",
    action: "add_card",
    url: expect.stringMatching(/^http:\/\/pay\.test\//),
  });
  const other = await customer("api-stranger");
  const seen = [answer.body.invoice.id, uuidv7()].map((invoice_id) => post(other, "billing/payment", { invoice_id }));
  const [theirs, nobodys] = await Promise.all(seen);
  expect([theirs?.status, theirs?.body]).toEqual([404, nobodys?.body]);
});

test("while no worker is there it is under way: 202, then 409 for the next, the same answer under its key; and it is done", {
  timeout: 40_000,
}, async () => {
  const tenant = await customer("api-slow");
  const once = { "idempotency-key": uuidv7() };
  const sent = { key: tenant.key, body: { plan: "premium" }, headers: once };
  const path = at(tenant, "subscription");
  const first = api.ask("PUT", path, sent);
  await expect.poll(async () => (await operations(tenant)).length).toBe(1);
  expect((await api.ask("PUT", path, sent)).body).toMatchObject({ status: 409, code: "idempotency_in_flight" });
  const next = await api.ask("POST", at(tenant, "subscription/cancel"), { key: tenant.key });
  expect([next.status, next.body.code]).toEqual([409, "conflict"]);
  const pending = await first;
  expect([pending.status, pending.body.plan.id, pending.body.latest_change.status]).toEqual([202, "basic", "pending"]);
  const again = await api.ask("PUT", path, sent);
  expect([again.status, again.body]).toEqual([202, pending.body]);
  await world.settle();
  expect(await read(tenant)).toMatchObject({ plan: { id: "premium" }, latest_change: { status: "done" } });
  expect(await operations(tenant)).toHaveLength(1);
});

describe("invoices", () => {
  const page = (tenant: Customer, query: string) =>
    api.ask("GET", `${at(tenant, "billing/invoices")}${query}`, { key: tenant.key });

  test("to the end, page by page, each once, newest first, whatever is issued at the same moment", async () => {
    const tenant = await customer("api-pages");
    await sql`
      insert into invoices (tenant_id, stripe_invoice_id, number, status, currency, subtotal_cents, total_cents, issued_at)
      select ${tenant.tenantId}, 'in_' || n, 'N-' || n, (array['paid', 'open', 'void', 'draft'])[1 + n % 4], 'usd', n, n,
        now() - make_interval(days => n / 5)
      from generate_series(1, 60) n`;
    const expected = await sql<{ id: string }[]>`
      select id from invoices where tenant_id = ${tenant.tenantId} and status <> 'draft' order by issued_at desc, id desc`;
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const { status, body }: ApiAnswer = await page(tenant, `?limit=7${cursor ? `&cursor=${cursor}` : ""}`);
      expect([status, body.data.length <= 7]).toEqual([200, true]);
      seen.push(...body.data.map(({ id }: { id: string }) => id));
      cursor = body.next_cursor;
    } while (cursor);
    expect(seen).toEqual(expected.map(({ id }) => id));
    const open = (await page(tenant, "?status=open&limit=100")).body.data;
    expect(open.length).toBe(15);
    expect(new Set(open.map(({ status }: { status: string }) => status))).toEqual(new Set(["open"]));
    expect((await page(tenant, "")).body.data).toHaveLength(20);
  });

  test.each([
    "?limit=0",
    "?limit=101",
    "?limit=x",
    "?status=draft",
    "?status=x",
    "?cursor=x",
    "?cursor=",
    "?limit=1.5",
  ])("%s is refused by name", async (query) => {
    const tenant = { ...(await newTrialTenant(web, `api-q${uuidv7().slice(-8)}`)), key: "" };
    const answer = await api.ask("GET", `${at(tenant, "billing/invoices")}${query}`, { token: tenant.token });
    expect([answer.status, Object.keys(answer.body.errors)]).toEqual([422, [/\w+/.exec(query)?.[0]]]);
  });

  test("a real one, with its lines, in cents", async () => {
    const tenant = await customer("api-invoice");
    const [invoice] = (await page(tenant, "")).body.data;
    expect(invoice).toMatchObject({ status: "paid", currency: "usd", total_cents: 149_700, remaining_cents: 0 });
    expect(invoice.lines).toContainEqual(
      expect.objectContaining({ amount_cents: 149_700, metric: null, proration: false }),
    );
    expect(invoice.pdf_url).toMatch(/^http/);
  });

  test("another's cursor is nobody's", async () => {
    const [a, b] = [await customer("api-cursor-a"), await customer("api-cursor-b")];
    const [theirs] = (await page(b, "")).body.data;
    const seen = [await page(a, `?cursor=${theirs.id}`), await page(a, `?cursor=${uuidv7()}`)];
    expect(seen[0]?.body).toEqual(seen[1]?.body);
    expect(JSON.stringify(seen[0]?.body)).not.toContain(theirs.id);
  });
});
