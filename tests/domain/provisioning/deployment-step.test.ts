// The step that brings an address live by a deployment service: it waits in plain words, hears of callbacks, fails with the
// service's reason, orders again when somebody tries again, and takes back what it made.
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { advanceDeployment } from "#app/domain/provisioning/deployment-advance.ts";
import { DELIVERIES } from "#app/domain/provisioning/deployment-reports.ts";
import { orderDeployment } from "#app/domain/provisioning/deployments.ts";
import { type ReconcileServices, reconcile } from "#app/domain/provisioning/reconcile.ts";
import { currentRun, retryRun, startProvisioning } from "#app/domain/provisioning/runs.ts";
import { processDelivery, receiveDelivery } from "#app/domain/webhooks/inbox.ts";
import { loadEnv } from "#app/platform/env.ts";
import { createLogger } from "#app/platform/log.ts";
import { deliveryEffects } from "../../../jobs/webhooks.ts";
import { testDatabase } from "../../setup/database.ts";
import { startDeploymentWorld } from "../../support/deployments.ts";
import { newTrialTenant } from "../../support/tenants.ts";

const database = await testDatabase();
const { sql } = database;
const world = await startDeploymentWorld();
const { simulator } = world;
afterAll(() => world.close());
beforeEach(() => {
  simulator.mend();
  world.notices.splice(0);
});

async function setUp(slug: string) {
  const tenant = await newTrialTenant(database.db.web, slug);
  const { tenantId, actor } = tenant;
  const { runId } = await database.db.web.asTenant(actor, (tx) => startProvisioning(tx, actor));
  let now = Date.now();
  const services: ReconcileServices = {
    ...{ db: database.db.worker, env: loadEnv({ NODE_ENV: "test", BUILD_ID: "b7" }) },
    ...{ log: createLogger("test", "silent"), now: () => new Date(now), deployments: world.provider },
    probe: async () => ({ tenantId, problem: null }),
    ...{ billing: null, leads: null, certificates: null, dns: { provider: null, resolvers: [] } },
  };
  const work = (changes: Partial<ReconcileServices> = {}) => reconcile({ ...services, ...changes }, tenantId, runId);
  const run = () => database.db.web.asTenant(actor, (tx) => currentRun(tx), { readOnly: true });
  return {
    ...{ tenantId, runId, services, work, run },
    async pass(seconds: number) {
      now += seconds * 1000;
      await work();
    },
    step: async () => (await run())?.steps.find(({ name }) => name === "host"),
    again: () => database.db.web.asTenant(actor, (tx) => retryRun(tx, actor, runId)),
    atService: () => simulator.deployments().filter((one) => one.tenantId === tenantId),
    domain: async () => (await sql`select status from domains where tenant_id = ${tenantId}`)[0]?.status,
  };
}

/** What was told until now comes in, as the door and the worker do it. */
async function hear(): Promise<void> {
  for (const { messageId, ...notice } of world.notices.splice(0))
    await receiveDelivery(database.db.functions, DELIVERIES, messageId, notice);
  const open = await sql`select id from webhook_inbox where processed_at is null order by received_at`;
  for (const { id } of open) await processDelivery(database.db.worker, id, deliveryEffects);
}
const wakesOf = (runId: string) =>
  sql`select id from pgboss.job where name = 'provisioning.reconcile' and data ->> 'runId' = ${runId}`;

describe("an address that a service brings live", () => {
  it("says how far it is, hears of each change at once, and is proved by a request", async () => {
    const { tenantId, runId, work, run, step, domain, atService } = await setUp("told");
    simulator.failSteps({ step: "accept", effect: "hang" });
    await work();
    expect(await step()).toMatchObject({ status: "waiting", reason: "Queued, 0 %." });
    simulator.mend();
    simulator.failSteps({ step: "start", effect: "hang" });
    expect(await domain()).toBe("pending");
    await expect.poll(() => atService()[0]?.progress).toBe(45);
    await expect.poll(() => world.notices.length).toBe(3);
    await sql`delete from pgboss.job`;
    await hear();
    expect((await wakesOf(runId)).length).toBeGreaterThan(0);
    await work();
    expect(await step()).toMatchObject({ status: "waiting", reason: "Building, 45 %." });
    simulator.mend();
    await simulator.settled();
    await hear();
    await work({ probe: async () => ({ tenantId: null, problem: "Your address doesn't answer yet." }) });
    expect(await step()).toMatchObject({ status: "waiting", reason: "Your address doesn't answer yet." });
    await sql`update provisioning_steps set next_attempt_at = null where run_id = ${runId}`;
    await work();
    expect(await run()).toMatchObject({ status: "done" });
    expect(await domain()).toBe("live");
    const [row] = await sql`select status, version, requested_by from deployments where tenant_id = ${tenantId}`;
    expect(row).toMatchObject({ status: "live", version: "b7", requested_by: null });
  });

  it("comes live without any callback, too", async () => {
    const { pass, work, run, atService } = await setUp("untold");
    simulator.failCallbacks({ effect: "lose" });
    await work();
    await simulator.settled();
    await pass(11);
    expect(await run()).toMatchObject({ status: "done" });
    expect(atService()).toHaveLength(1);
  });

  it("fails with the service's reason; trying again is another order, and what ran once isn't ordered twice", async () => {
    const { tenantId, work, run, step, again, pass, atService } = await setUp("unlucky");
    simulator.failSteps({ step: "accept", effect: "hang" });
    await work();
    simulator.mend();
    simulator.failSteps({ step: "build", reason: "No such version: b7.", times: 1 });
    await simulator.settled();
    await hear();
    await pass(11);
    expect(await step()).toMatchObject({ status: "failed", reason: "No such version: b7." });
    expect(await run()).toMatchObject({ status: "failed" });
    await work();
    expect(atService()).toHaveLength(1);
    await again();
    await work();
    await simulator.settled();
    await pass(11);
    expect(await run()).toMatchObject({ status: "done" });
    expect(atService().map(({ status }) => status)).toEqual(["failed", "live"]);
    await sql`update provisioning_steps set status = 'waiting', next_attempt_at = null where tenant_id = ${tenantId} and name = 'host'`;
    await sql`update provisioning_runs set status = 'running' where tenant_id = ${tenantId}`;
    await work();
    expect(await run()).toMatchObject({ status: "done" });
    expect(atService()).toHaveLength(2);
  });

  it("waits, and says why, while the service is away", async () => {
    const { work, step, pass, run } = await setUp("away");
    simulator.fail({ effect: "error_503" });
    await work();
    expect(await step()).toMatchObject({
      status: "waiting",
      reason: expect.stringContaining("We try again by ourselves."),
    });
    for (let n = 0; n < 12; n += 1) await pass(60);
    expect(await step()).toMatchObject({ status: "waiting" });
    simulator.mend();
    await pass(60);
    await simulator.settled();
    await pass(11);
    expect(await run()).toMatchObject({ status: "done" });
  });

  it("doesn't order beside an order of staff's that is under way", async () => {
    const { tenantId, work, run, pass, atService } = await setUp("beside");
    await database.db.worker.asSystem({ reason: "test" }, (tx) =>
      orderDeployment(tx, { tenantId, kind: "deploy", version: "special" }),
    );
    await work();
    await simulator.settled();
    await pass(11);
    expect(await run()).toMatchObject({ status: "done" });
    expect(atService().map(({ version }) => version)).toEqual(["special"]);
  });
});

describe("an address that is taken back", () => {
  const cancel = (runId: string) => sql`update provisioning_runs set status = 'cancelling' where id = ${runId}`;

  it("is removed at the service before the rest, and a later set-up orders anew", async () => {
    const { tenantId, runId, work, run, step, pass, domain, atService } = await setUp("back");
    await work();
    await simulator.settled();
    await pass(11);
    await cancel(runId);
    await work();
    expect(await domain()).toBe("pending");
    await simulator.settled();
    for (let n = 0; n < 3; n += 1) await pass(61);
    expect(await run()).toMatchObject({ status: "cancelled" });
    expect(await step()).toMatchObject({ status: "cancelled" });
    expect(atService().map(({ kind, status }) => [kind, status])).toEqual([
      ["deploy", "live"],
      ["remove", "removed"],
    ]);
    const rows = await sql`select kind, status from deployments where tenant_id = ${tenantId} order by created_at`;
    expect(rows.map(({ kind, status }) => [kind, status])).toEqual([
      ["deploy", "superseded"],
      ["remove", "removed"],
    ]);
  });

  it("ends what is under way first, and goes on trying where removing fails", async () => {
    const { tenantId, runId, work, run, step, pass, atService } = await setUp("stuck");
    simulator.failSteps({ step: "build", effect: "hang" }, { step: "stop", effect: "hang" });
    await work();
    await expect.poll(() => atService()[0]?.progress).toBe(20);
    await cancel(runId);
    await work();
    expect(await step()).toMatchObject({ reason: expect.stringMatching(/^Being taken away, \d+ %\.$/) });
    simulator.mend();
    simulator.failSteps({ step: "stop", reason: "Somebody holds on to it.", times: 1 });
    await simulator.settled();
    await pass(61);
    expect(await step()).toMatchObject({ reason: "Somebody holds on to it." });
    await pass(3_700);
    await simulator.settled();
    await pass(61);
    expect(await run()).toMatchObject({ status: "cancelled" });
    expect(atService().map(({ kind, status }) => [kind, status])).toEqual([
      ["deploy", "cancelled"],
      ["remove", "failed"],
      ["remove", "removed"],
    ]);
    expect(await advanceDeployment({ ...(await setUp("other")).services }, tenantId, tenantId)).toBeNull();
  });

  it("has nothing to remove where nothing was ordered", async () => {
    const { runId, work, run, atService } = await setUp("early");
    await cancel(runId);
    await work();
    expect(await run()).toMatchObject({ status: "cancelled" });
    expect(atService()).toEqual([]);
  });
});
