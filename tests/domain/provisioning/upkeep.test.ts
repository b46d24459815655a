// What a set-up does about the DNS, what it does when it must give up or is taken back, and what is seen of changes by hand.
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { dispatchEvent } from "#app/domain/events/dispatch.ts";
import { maxAttempts } from "#app/domain/provisioning/plan.ts";
import type { LeadKeeper } from "#app/domain/provisioning/ports.ts";
import { type ReconcileServices, reconcile } from "#app/domain/provisioning/reconcile.ts";
import { lookAfterRecord, sweepRecords } from "#app/domain/provisioning/record-drift.ts";
import { currentRun, retryRun, startProvisioning } from "#app/domain/provisioning/runs.ts";
import { createDnsResolver } from "#app/integrations/dns/resolver.ts";
import { startDnsSimulator } from "#app/integrations/dns/simulator.ts";
import { createZoneBook } from "#app/integrations/dns/simulator-zones.ts";
import { createIonosDns } from "#app/integrations/ionos/client.ts";
import { startIonosSimulator } from "#app/integrations/ionos/simulator.ts";
import { loadEnv } from "#app/platform/env.ts";
import { AppError } from "#app/platform/errors.ts";
import { createLogger } from "#app/platform/log.ts";
import { listeners } from "../../../jobs/events.ts";
import { letterWriters } from "../../../jobs/mail.ts";
import { testDatabase } from "../../setup/database.ts";
import { sharedBy } from "../../support/deployments.ts";
import { newTrialTenant, type TestTenant } from "../../support/tenants.ts";

const database = await testDatabase();
const book = createZoneBook();
book.add("localhost", { minimum: 1, since: 0 });
const servers = await Promise.all([1, 2, 3].map(() => startDnsSimulator({ zones: book })));
const ionos = await startIonosSimulator({ apiKey: "test.secret", zones: ["localhost"], book });
afterAll(() => Promise.all([ionos, ...servers].map((one) => one.close())));
beforeEach(() => {
  ionos.mend();
  for (const server of servers) server.reset();
});

const settings = {
  NODE_ENV: "test",
  DNS_PROVIDER: "ionos",
  IONOS_API_KEY: "test.secret",
  DNS_TARGET: "127.0.0.1",
  DNS_RESOLVERS: servers.map(({ address }) => address).join(","),
};
const env = loadEnv(settings);
const provider = createIonosDns({ apiKey: "test.secret", baseUrl: ionos.baseUrl, pause: async () => {} });

interface World {
  tenant: TestTenant & { runId: string };
  services: ReconcileServices;
  /** Lets the time pass, then the worker work. */
  pass(seconds: number): Promise<void>;
  run(): Promise<NonNullable<Awaited<ReturnType<typeof currentRun>>>>;
  step(name: string): Promise<{ status: string; reason: string | null; attempts: number }>;
}

async function world(slug: string, changes: Partial<ReconcileServices> = {}): Promise<World> {
  const tenant = await newTrialTenant(database.db.web, slug);
  const { runId } = await database.db.web.asTenant(tenant.actor, (tx) => startProvisioning(tx, tenant.actor));
  let now = Date.now();
  const probe = async () => ({ tenantId: tenant.tenantId, problem: null });
  const services: ReconcileServices = {
    db: database.db.worker,
    env,
    log: createLogger("test", "silent"),
    now: () => new Date(now),
    probe,
    deployments: sharedBy(probe),
    billing: null,
    leads: null,
    certificates: null,
    dns: {
      provider,
      resolvers: servers.map(({ address }) => createDnsResolver({ server: address, timeoutMs: 50, tries: 1 })),
    },
    ...changes,
  };
  const run = async () => {
    const current = await database.db.web.asTenant(tenant.actor, (tx) => currentRun(tx), { readOnly: true });
    if (!current) throw new Error("There is no run.");
    return current;
  };
  return {
    tenant: { ...tenant, runId },
    services,
    run,
    async pass(seconds) {
      now += seconds * 1000;
      await reconcile(services, tenant.tenantId, runId);
    },
    async step(name) {
      const step = (await run()).steps.find((one) => one.name === name);
      if (!step) throw new Error(`There is no step ${name}.`);
      return step;
    },
  };
}

const at = (slug: string) => ionos.records("localhost").filter(({ name }) => name === `${slug}.localhost`);
const recordOf = async (tenantId: string) =>
  (await database.sql`select * from dns_records where tenant_id = ${tenantId}`)[0] ?? {};

describe("an address of its own", () => {
  it("is entered, and known when most name servers know it; the time that took is recorded", async () => {
    const { tenant, pass, run, step } = await world("known");
    await pass(0);
    expect(await run()).toMatchObject({ status: "done" });
    expect(at("known")).toMatchObject([{ type: "A", content: "127.0.0.1" }]);
    expect(await step("dns_verified")).toMatchObject({
      status: "done",
      reason: "3 of 3 name servers know your address.",
    });
    expect(await recordOf(tenant.tenantId)).toMatchObject({ status: "verified", looks: 1, provider: "IONOS" });
    const [propagation] = await database.sql`select * from dns_propagations where tenant_id = ${tenant.tenantId}`;
    expect(propagation).toMatchObject({ outcome: "verified", looks: 1 });
  });

  it("says how many name servers know it while it waits, and goes on by itself", async () => {
    const { pass, run, step } = await world("halfway");
    for (const server of servers.slice(1)) server.fail({ effect: "drop" });
    await pass(0);
    expect(await step("dns_verified")).toMatchObject({
      status: "waiting",
      reason: "1 of 3 name servers knows your address. 2 don't answer.",
    });
    expect(await step("host")).toMatchObject({ status: "pending" });
    for (const server of servers) server.reset();
    await pass(61);
    expect(await run()).toMatchObject({ status: "done" });
  });

  it("takes a record that stands there already for its own, and says where another one is in the way", async () => {
    const zone = await provider.findZone("localhost");
    if (!zone) throw new Error("There is no zone.");
    await provider.create(zone, { name: "adopted.localhost", type: "A", content: "127.0.0.1", ttl: 300 });
    await provider.create(zone, { name: "blocked.localhost", type: "CNAME", content: "old.example.com", ttl: 300 });
    const [adopted, blocked] = [await world("adopted"), await world("blocked")];
    await adopted.pass(0);
    expect(at("adopted")).toHaveLength(1);
    expect(await adopted.run()).toMatchObject({ status: "done" });
    await blocked.pass(0);
    expect(await blocked.step("dns_record")).toMatchObject({
      status: "waiting",
      reason: "blocked.localhost already has another DNS record. We try again by ourselves.",
    });
    expect(await recordOf(blocked.tenant.tenantId)).toMatchObject({ status: "failed" });
  });

  it("isn't looked for by anybody where a wildcard covers it", async () => {
    const wildcard = loadEnv({ ...settings, DNS_MODE: "wildcard" });
    const { pass, step } = await world("covered", { env: wildcard });
    await pass(0);
    expect(await step("dns_record")).toMatchObject({
      status: "done",
      reason: "All addresses under localhost lead here: no record is needed.",
    });
    expect(at("covered")).toEqual([]);
  });
});

describe("changes by hand", () => {
  const check = async ({ services, tenant }: World) => {
    await sweepRecords(services);
    const jobs =
      await database.sql`select data from pgboss.job where name = 'dns.check' and data ->> 'tenantId' = ${tenant.tenantId}`;
    for (const { data } of jobs) await lookAfterRecord(services, data.tenantId, data.recordId);
    return jobs.length;
  };

  it("a deleted record is seen and made again", async () => {
    const one = await world("deleted");
    await one.pass(0);
    expect(await check(one), "nothing is wrong").toBe(0);
    ionos.edit(at("deleted")[0]?.id ?? "");
    expect(await check(one)).toBe(1);
    expect(at("deleted")).toHaveLength(1);
    expect(await recordOf(one.tenant.tenantId)).toMatchObject({ status: "verified" });
    const [event] = await database.sql`
      select data from tenant_events where tenant_id = ${one.tenant.tenantId} and type = 'dns.drifted'`;
    expect(event?.data).toMatchObject({ found: "deleted", mended: true });
  });

  it("a changed record is changed back, not doubled", async () => {
    const one = await world("changed");
    await one.pass(0);
    ionos.edit(at("changed")[0]?.id ?? "", { content: "192.0.2.66" });
    await check(one);
    expect(at("changed")).toMatchObject([{ content: "127.0.0.1" }]);
  });

  it("is only told where the operator wants no more than that, until somebody has put it right", async () => {
    const one = await world("reported", { env: loadEnv({ ...settings, DNS_DRIFT: "report" }) });
    await one.pass(0);
    ionos.edit(at("reported")[0]?.id ?? "");
    await check(one);
    expect(at("reported")).toEqual([]);
    expect(await recordOf(one.tenant.tenantId)).toMatchObject({
      status: "drifted",
      reason: "Somebody has deleted this record at IONOS.",
    });
    const zone = await provider.findZone("localhost");
    if (zone) await provider.create(zone, { name: "reported.localhost", type: "A", content: "127.0.0.1", ttl: 300 });
    await database.sql`delete from pgboss.job where name = 'dns.check'`;
    await check(one);
    expect(await recordOf(one.tenant.tenantId)).toMatchObject({ status: "verified", reason: null });
  });
});

describe("giving up, and taking back", () => {
  it("a provider that stays down ends in a failed set-up and one alarm to staff; another try brings it live", async () => {
    const { tenant, pass, run, step } = await world("given-up");
    await database.sql`
      insert into users (id, email, raw_app_meta_data) values (gen_random_uuid(), 'ops@example.test', '{"staff_role": "support"}')`;
    ionos.fail({ effect: "error_500" });
    await pass(0);
    expect(await step("dns_record")).toMatchObject({
      status: "waiting",
      reason: "IONOS has trouble at the moment. We try again by ourselves.",
    });
    for (let tries = 1; tries < maxAttempts("dns_record"); tries += 1) await pass(61);
    expect(await run()).toMatchObject({ status: "failed" });
    const events = await database.sql`
      select id from tenant_events where tenant_id = ${tenant.tenantId} and type = 'provisioning.failed'`;
    expect(events).toHaveLength(1);
    for (let time = 0; time < 2; time += 1)
      await dispatchEvent(
        { db: database.db.worker } as never,
        { tenantId: tenant.tenantId, eventId: events[0]?.id },
        listeners,
      );
    const mails = await database.sql`
      select recipient, status, data from outbox_mails where template = 'provisioning_failed' and tenant_id = ${tenant.tenantId}`;
    expect(mails).toMatchObject([{ recipient: "ops@example.test", status: "queued" }]);
    const services = { db: database.db.worker, env };
    const write = () =>
      letterWriters.provisioning_failed(services, { tenantId: tenant.tenantId, data: mails[0]?.data });
    expect(await write()).toMatchObject({ subject: "The set-up of Company given-up stopped" });

    ionos.mend();
    await database.db.web.asTenant(tenant.actor, (tx) => retryRun(tx, tenant.actor, tenant.runId));
    await pass(0);
    expect(await run()).toMatchObject({ status: "done" });
    expect(await write(), "there is nothing to say any more").toBeNull();
  });

  it("the CRM holds nobody up, and gets its lead when it is back", async () => {
    let down = true;
    const kept: string[] = [];
    const leads: LeadKeeper = {
      async keep(tenantId) {
        if (down) throw new AppError("unavailable", "Odoo can't be reached.");
        kept.push(tenantId);
      },
    };
    const { tenant, pass, run, step } = await world("unheld", { leads });
    await pass(0);
    expect(await run()).toMatchObject({ status: "done" });
    expect(await step("welcome")).toMatchObject({ status: "done" });
    expect(await step("crm_lead")).toMatchObject({ status: "waiting" });
    down = false;
    await pass(2);
    expect(await step("crm_lead")).toMatchObject({ status: "done", reason: null });
    expect([kept, (await run()).status]).toEqual([[tenant.tenantId], "done"]);
  });

  it("is taken back in reverse, however often the provider fails; the next set-up begins afresh", async () => {
    const { tenant, services, pass, run } = await world("taken-back");
    await pass(0);
    expect(at("taken-back")).toHaveLength(1);
    await database.sql`update provisioning_runs set status = 'cancelling' where id = ${tenant.runId}`;
    ionos.fail({ effect: "error_500" });
    await pass(0);
    const halfway = await run();
    expect(halfway.status).toBe("cancelling");
    expect(Object.fromEntries(halfway.steps.map(({ name, status }) => [name, status]))).toMatchObject({
      host: "cancelled",
      dns_verified: "cancelled",
      dns_record: "waiting",
      subdomain: "done",
    });
    ionos.mend();
    await pass(61);
    expect(await run()).toMatchObject({ status: "cancelled" });
    expect(at("taken-back")).toEqual([]);
    const [domain] = await database.sql`select status from domains where tenant_id = ${tenant.tenantId}`;
    expect(domain?.status).toBe("pending");

    const again = await database.db.web.asTenant(tenant.actor, (tx) => startProvisioning(tx, tenant.actor));
    expect(again.runId).not.toBe(tenant.runId);
    await reconcile(services, tenant.tenantId, again.runId);
    expect(at("taken-back")).toHaveLength(1);
    expect(await run()).toMatchObject({ status: "done" });
  });
});
