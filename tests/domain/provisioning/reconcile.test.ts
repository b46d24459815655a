import { describe, expect, it } from "vitest";
import type { BillingProvider } from "#app/domain/billing/ports.ts";
import { MAX_ATTEMPTS, STEP_NAMES } from "#app/domain/provisioning/plan.ts";
import type { HostProbe } from "#app/domain/provisioning/ports.ts";
import { reconcile, sweepRuns } from "#app/domain/provisioning/reconcile.ts";
import { currentRun, retryRun, startProvisioning } from "#app/domain/provisioning/runs.ts";
import { loadEnv } from "#app/platform/env.ts";
import { AppError } from "#app/platform/errors.ts";
import { createLogger } from "#app/platform/log.ts";
import { testDatabase } from "../../setup/database.ts";
import { sharedBy } from "../../support/deployments.ts";
import { newTrialTenant, payPlan, type TestTenant } from "../../support/tenants.ts";

const database = await testDatabase();
const env = loadEnv({ NODE_ENV: "test" });

/** Who runs the hosts, and proves it by this probe. */
const hostBy = (probe: HostProbe) => ({ probe, deployments: sharedBy(probe) });

/** A worker whose clock the test moves and whose probe it answers. */
function worker(probe: HostProbe) {
  let now = Date.now();
  return {
    services: {
      db: database.db.worker,
      env,
      log: createLogger("test", "silent"),
      now: () => new Date(now),
      ...hostBy(probe),
      billing: null,
      dns: { provider: null, resolvers: [] },
      leads: null,
      certificates: null,
    },
    pass(seconds: number) {
      now += seconds * 1000;
    },
  };
}

const answering =
  (tenantId: string): HostProbe =>
  async () => ({ tenantId, problem: null });
const dead: HostProbe = async () => ({ tenantId: null, problem: "Your address doesn't answer yet." });

async function start(slug: string): Promise<TestTenant & { runId: string }> {
  const tenant = await newTrialTenant(database.db.web, slug);
  const { runId } = await database.db.web.asTenant(tenant.actor, (tx) => startProvisioning(tx, tenant.actor));
  return { ...tenant, runId };
}

const run = (tenant: TestTenant) => database.db.web.asTenant(tenant.actor, (tx) => currentRun(tx), { readOnly: true });
const statuses = async (tenant: TestTenant) =>
  Object.fromEntries((await run(tenant))?.steps.map((step) => [step.name, step.status]) ?? []);

describe("provisioning", () => {
  it("brings a registration live and sends one welcome mail, however often it is run", async () => {
    const tenant = await start("steady");
    const { services } = worker(answering(tenant.tenantId));
    for (let round = 0; round < 3; round++) await reconcile(services, tenant.tenantId, tenant.runId);

    expect(await run(tenant)).toMatchObject({ status: "done" });
    expect(await statuses(tenant)).toEqual({
      subdomain: "done",
      billing_customer: "skipped",
      dns_record: "done",
      dns_verified: "done",
      tls: "skipped",
      theme: "done",
      host: "done",
      knowledge: "done",
      crm_lead: "skipped",
      welcome: "done",
    });
    const [domain] = await database.sql`select status from domains where tenant_id = ${tenant.tenantId}`;
    expect(domain?.status).toBe("live");
    const mails =
      await database.sql`select id from outbox_mails where tenant_id = ${tenant.tenantId} and template = 'welcome'`;
    expect(mails).toHaveLength(1);
  });

  it("starts once, whoever presses the button at the same moment", async () => {
    const tenant = await newTrialTenant(database.db.web, "twice");
    const runs = await Promise.all(
      Array.from({ length: 8 }, () =>
        database.db.web.asTenant(tenant.actor, (tx) => startProvisioning(tx, tenant.actor)),
      ),
    );
    expect(new Set(runs.map(({ runId }) => runId)).size).toBe(1);
    const steps = await database.sql`select name from provisioning_steps where tenant_id = ${tenant.tenantId}`;
    expect(steps).toHaveLength(STEP_NAMES.length);
  });

  it("doesn't take another tenant's page for its own", async () => {
    const [tenant, other] = [await start("mine"), await start("theirs")];
    await reconcile(worker(answering(other.tenantId)).services, tenant.tenantId, tenant.runId);
    expect(await statuses(tenant)).toMatchObject({ theme: "done", host: "waiting", welcome: "pending" });
  });

  it("names a payment provider in trouble as what it waits for, and not before the provider wants to be asked again", async () => {
    const tenant = await start("unpaid");
    await payPlan(database.sql, tenant.tenantId);
    const { services } = worker(answering(tenant.tenantId));
    const createCustomer = async (): Promise<never> => {
      throw new AppError("unavailable", "Stripe can't be reached at the moment.", { retryAfter: 10 });
    };
    const billing = { createCustomer } as Partial<BillingProvider> as BillingProvider;
    await reconcile({ ...services, billing }, tenant.tenantId, tenant.runId);
    expect((await run(tenant))?.steps.find(({ name }) => name === "billing_customer")).toMatchObject({
      status: "waiting",
      reason: "Our payment provider doesn't answer at the moment. We try again by ourselves.",
    });
    const [step] = await database.sql`
      select next_attempt_at as at from provisioning_steps where run_id = ${tenant.runId} and name = 'billing_customer'`;
    expect(step?.at.getTime() - services.now().getTime()).toBe(10_000);
  });

  it("says why it waits, tries again with growing delays, gives up, and goes on when asked", async () => {
    const tenant = await start("patient");
    const { services, pass } = worker(dead);
    await reconcile(services, tenant.tenantId, tenant.runId);
    const waiting = (await run(tenant))?.steps.find(({ name }) => name === "host");
    expect(waiting).toMatchObject({ status: "waiting", reason: "Your address doesn't answer yet.", attempts: 1 });

    await reconcile(services, tenant.tenantId, tenant.runId);
    expect((await run(tenant))?.steps.find(({ name }) => name === "host")?.attempts, "too early").toBe(1);

    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      pass(61);
      await reconcile(services, tenant.tenantId, tenant.runId);
    }
    expect(await run(tenant)).toMatchObject({ status: "failed" });

    await database.db.web.asTenant(tenant.actor, (tx) => retryRun(tx, tenant.actor, tenant.runId));
    await reconcile({ ...services, ...hostBy(answering(tenant.tenantId)) }, tenant.tenantId, tenant.runId);
    expect(await run(tenant)).toMatchObject({ status: "done" });
  });

  it("waits while sources are still being read", async () => {
    const tenant = await start("reader");
    const [base] = await database.sql`select id from knowledge_bases where tenant_id = ${tenant.tenantId}`;
    const source = { tenantId: tenant.tenantId, baseId: base?.id };
    await database.sql`
      insert into knowledge_sources (tenant_id, base_id, kind, name, status)
      values (${source.tenantId}, ${source.baseId}, 'file', 'a file', 'reading')`;
    const { services, pass } = worker(answering(tenant.tenantId));
    await reconcile(services, tenant.tenantId, tenant.runId);
    expect(await statuses(tenant)).toMatchObject({ host: "done", knowledge: "waiting" });
    await database.sql`update knowledge_sources set status = 'ready' where tenant_id = ${tenant.tenantId}`;
    pass(3);
    await reconcile(services, tenant.tenantId, tenant.runId);
    expect(await run(tenant)).toMatchObject({ status: "done" });
  });

  it("goes on after being killed in the middle of a step", async () => {
    const tenant = await start("killed");
    const { services } = worker(answering(tenant.tenantId));
    const killed: HostProbe = () => new Promise(() => {});
    void reconcile({ ...services, ...hostBy(killed) }, tenant.tenantId, tenant.runId);
    await expect.poll(async () => (await statuses(tenant)).host).toBe("running");

    await reconcile(services, tenant.tenantId, tenant.runId);
    expect(await run(tenant)).toMatchObject({ status: "done" });
    const mails =
      await database.sql`select id from outbox_mails where tenant_id = ${tenant.tenantId} and template = 'welcome'`;
    expect(mails).toHaveLength(1);
  });

  it("finds runs whose job was lost, and leaves those alone that only wait for their turn", async () => {
    const [tenant, fresh] = [await start("lost"), await start("fresh")];
    await database.sql`delete from pgboss.job where name = 'provisioning.reconcile'`;
    await database.sql`
      update provisioning_runs set created_at = created_at - interval '3 minutes' where id = ${tenant.runId}`;
    await sweepRuns(database.db.worker);
    const jobs = await database.sql`select data from pgboss.job where name = 'provisioning.reconcile'`;
    const woken = jobs.map(({ data }) => data.runId);
    expect(woken).toContain(tenant.runId);
    expect(woken).not.toContain(fresh.runId);
  });

  it("lets nobody move another tenant's run", async () => {
    const [tenant, other] = [await start("guarded"), await start("prowler")];
    const attempt = database.db.web.asTenant(other.actor, (tx) => retryRun(tx, other.actor, tenant.runId));
    await expect(attempt).rejects.toMatchObject({ code: "not_found" });
  });
});
