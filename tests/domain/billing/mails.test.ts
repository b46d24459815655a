// Mails about plan and payment: one each to whom it concerns, written from what is true when it goes out.
import { describe, expect, it } from "vitest";
import { TenantActivated } from "#app/domain/billing/billing.events.ts";
import { dispatchEvent } from "#app/domain/events/dispatch.ts";
import { emit } from "#app/domain/events/events.ts";
import { createLogger } from "#app/platform/log.ts";
import { listeners } from "../../../jobs/events.ts";
import { testDatabase } from "../../setup/database.ts";
import { billingWorld, clockTenant, DAY } from "../../support/billing.ts";
import { runJobs } from "../../support/jobs.ts";
import { newTenant, newTrialTenant } from "../../support/tenants.ts";

const database = await testDatabase();
const world = await billingWorld(database);

const recipients = async (tenantId: string, template: string): Promise<string[]> =>
  (
    await database.sql<{ recipient: string }[]>`
      select recipient from outbox_mails where tenant_id = ${tenantId} and template = ${template} order by recipient`
  ).map(({ recipient }) => recipient);

describe("a mail about an event", () => {
  it("goes once to each owner and to the billing address, however often the event is told", async () => {
    const tenant = await newTrialTenant(database.db.web, "mailed");
    const [partner, helper] = [await newTenant(database.db.web), await newTenant(database.db.web)];
    await database.sql`
      insert into memberships (tenant_id, user_id, role) values (${tenant.tenantId}, ${partner.userId}, 'owner')`;
    await database.sql`update billing_accounts set billing_email = 'Books@Example.test' where tenant_id = ${tenant.tenantId}`;
    const eventId = await database.db.worker.asSystem({ reason: "test", tenantId: tenant.tenantId }, (tx) =>
      emit(tx, tenant.tenantId, TenantActivated, { plan: "basic" }),
    );
    const { worker: db } = database.db;
    const services = { db, env: world.env, log: createLogger("test", "silent"), now: () => new Date() };
    for (let time = 0; time < 3; time++) {
      const job = { tenantId: tenant.tenantId, eventId };
      await dispatchEvent(services as never, job, listeners);
    }
    const told = await recipients(tenant.tenantId, "plan_active");
    expect(told).toEqual(["books@example.test", partner.email, tenant.email].sort());
    expect(told).not.toContain(helper.email);
  });

  it("names figures, dates in the tenant's own zone, and the way to pay; its job holds ids alone", async () => {
    const tenant = await clockTenant(database, world, "viennese");
    await database.sql`update tenants set time_zone = 'Europe/Vienna' where id = ${tenant.tenantId}`;
    await tenant.buy("basic");
    await tenant.card("pm_card_chargeCustomerFail");
    await tenant.pass(32 * DAY);
    const mail = world.mails.find(({ to, subject }) => to === tenant.email && subject.includes("didn't go through"));
    expect(mail?.text).toContain("$1,497");
    expect(mail?.text).toMatch(/Everything goes on working until \d+ \w+ \d{4}, \d\d:\d\d \(Europe\/Vienna\)/);
    expect(mail?.text).toMatch(/Pay the invoice: http:\/\/pay\.test\//);
    const [data] = await database.sql`
      select data from outbox_mails where tenant_id = ${tenant.tenantId} and template = 'payment_failed' limit 1`;
    expect(Object.keys(data?.data)).toEqual(["eventId"]);
  });

  it("tells nobody of what was paid long ago, when a customer is looked at for the first time", async () => {
    const tenant = await clockTenant(database, world, "oldhand");
    await tenant.buy("basic");
    await tenant.pass(32 * DAY);
    await tenant.pass(28 * DAY);
    await database.sql`delete from invoices where tenant_id = ${tenant.tenantId}`;
    await database.sql`delete from tenant_events where tenant_id = ${tenant.tenantId}`;
    await world.stripe.customers.update(tenant.customerId, { name: "Renamed" });
    await world.settle();
    const invoices = await database.sql`select from invoices where tenant_id = ${tenant.tenantId} and status = 'paid'`;
    expect(invoices).toHaveLength(2);
    const told =
      await database.sql`select from tenant_events where tenant_id = ${tenant.tenantId} and type = 'invoice.paid'`;
    expect(told).toHaveLength(0);
  });
});

describe("an event", () => {
  it("reaches all its listeners though one of them fails, and then is told again", async () => {
    const tenant = await newTrialTenant(database.db.web, "heard");
    const eventId = await database.db.worker.asSystem({ reason: "test", tenantId: tenant.tenantId }, (tx) =>
      emit(tx, tenant.tenantId, TenantActivated, { plan: "basic" }),
    );
    const heard: string[] = [];
    const own = {
      "tenant.activated": [
        async () => {
          throw new Error("deaf");
        },
        async () => void heard.push("second"),
      ],
    };
    const job = { tenantId: tenant.tenantId, eventId };
    await expect(dispatchEvent({ db: database.db.worker }, job, own)).rejects.toThrow("deaf");
    expect(heard).toEqual(["second"]);
    await runJobs(database, world.services, ["event.dispatch"]);
    const [run] = await database.sql`select from provisioning_runs where tenant_id = ${tenant.tenantId}`;
    expect(run).toBeDefined();
  });
});
