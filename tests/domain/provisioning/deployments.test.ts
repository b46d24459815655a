// Deployments from the order to its end, at a service that speaks the real protocol: one at a time, in plain words, and
// what fails is told once.
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { dispatchEvent } from "#app/domain/events/dispatch.ts";
import { advanceDeployment, advanceWhenDue } from "#app/domain/provisioning/deployment-advance.ts";
import type { DeploymentProvider } from "#app/domain/provisioning/deployment-ports.ts";
import {
  type Deployment,
  type DeploymentWish,
  orderDeployment,
  requestCancel,
  requestScale,
  retryDeployment,
} from "#app/domain/provisioning/deployments.ts";
import { loadEnv } from "#app/platform/env.ts";
import { AppError } from "#app/platform/errors.ts";
import { createLogger } from "#app/platform/log.ts";
import { listeners } from "../../../jobs/events.ts";
import { letterWriters } from "../../../jobs/mail.ts";
import { testDatabase } from "../../setup/database.ts";
import { startDeploymentWorld } from "../../support/deployments.ts";
import { newTrialTenant } from "../../support/tenants.ts";

const database = await testDatabase();
const { sql } = database;
const world = await startDeploymentWorld();
const { simulator } = world;
afterAll(() => world.close());
let now = Date.now();
beforeEach(() => {
  simulator.mend();
  now = Date.now();
});
const servicesBy = (deployments: DeploymentProvider) => ({
  ...{ db: database.db.worker, deployments, now: () => new Date(now) },
});
const services = servicesBy(world.provider);
const pass = (seconds: number): void => {
  now += seconds * 1000;
};
const system = <T>(fn: Parameters<typeof database.db.worker.asSystem<T>>[1]): Promise<T> =>
  database.db.worker.asSystem({ reason: "test" }, fn);

let made = 0;
async function tenant(): Promise<{
  tenantId: string;
  order(wish?: Partial<DeploymentWish>): Promise<string>;
  advance(id: string, by?: DeploymentProvider): Promise<Deployment | null>;
  /** Looks until it is over. */
  finish(id: string): Promise<Deployment | null>;
}> {
  made += 1;
  const { tenantId } = await newTrialTenant(database.db.web, `deployed-${made}`);
  const advance = (id: string, by = world.provider) => advanceDeployment(servicesBy(by), tenantId, id);
  return {
    tenantId,
    advance,
    order: async (wish = {}) =>
      (await system((tx) => orderDeployment(tx, { tenantId, kind: "deploy", version: "v1", ...wish }))).id,
    async finish(id) {
      await advance(id);
      await simulator.settled();
      return advance(id);
    },
  };
}
const atService = (tenantId: string) => simulator.deployments().filter((one) => one.tenantId === tenantId);
const eventsOf = (tenantId: string) =>
  sql`select id from tenant_events where tenant_id = ${tenantId} and type = 'deployment.failed'`;

describe("an order", () => {
  it("is handed over, followed to its end, and takes the place of what ran", async () => {
    const { tenantId, order, finish } = await tenant();
    const first = await finish(await order());
    expect(first).toMatchObject({
      status: "live",
      progress: 100,
      provider: "webhook",
      version: "v1",
      previousVersion: null,
    });
    expect(first?.liveAt).toEqual(expect.any(Date));
    const second = await finish(await order({ version: "v2" }));
    expect(second).toMatchObject({ status: "live", previousVersion: "v1" });
    const rows =
      await sql`select status, version, ended_at is not null as ended from deployments where tenant_id = ${tenantId} order by created_at`;
    expect(rows.map((row) => ({ ...row }))).toEqual([
      { status: "superseded", version: "v1", ended: true },
      { status: "live", version: "v2", ended: false },
    ]);
    expect(atService(tenantId).map(({ order: text }) => JSON.parse(text).previous_version)).toEqual([null, "v1"]);
  });

  it("is one at a time, whoever asks at the same moment", async () => {
    const { tenantId, order } = await tenant();
    const orders = await Promise.allSettled(Array.from({ length: 6 }, () => order()));
    expect(orders.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const one of orders)
      if (one.status === "rejected")
        expect(one.reason).toMatchObject({ code: "conflict", reason: "deployment_under_way" });
    expect(await sql`select id from deployments where tenant_id = ${tenantId}`).toHaveLength(1);
  });

  it("never becomes two at the service, however many look after it at once", async () => {
    const { tenantId, order, advance } = await tenant();
    const id = await order();
    await Promise.all(Array.from({ length: 8 }, () => advance(id)));
    expect(atService(tenantId)).toHaveLength(1);
  });

  it("goes back only to what was live here", async () => {
    const { order, finish } = await tenant();
    const unknown = { code: "conflict", reason: "deployment_version_unknown" };
    await expect(order({ kind: "rollback" })).rejects.toMatchObject(unknown);
    await finish(await order());
    await finish(await order({ version: "v2" }));
    await expect(order({ kind: "rollback", version: "v3" })).rejects.toMatchObject(unknown);
    expect(await finish(await order({ kind: "rollback", version: "v1" }))).toMatchObject({
      ...{ kind: "rollback", status: "live", version: "v1", previousVersion: "v2" },
    });
  });

  it("needs an address", async () => {
    const { tenantId, order } = await tenant();
    await sql`delete from domains where tenant_id = ${tenantId}`;
    await expect(order()).rejects.toMatchObject({ code: "conflict", reason: "deployment_without_host" });
  });
});

describe("the way there", () => {
  it("is shown as far as it has come, looked at with growing pauses, and left to its time by the job", async () => {
    const { tenantId, order, advance } = await tenant();
    simulator.failSteps({ step: "accept", effect: "hang" });
    const id = await order();
    const pauses: number[] = [];
    for (let look = 0; look < 8; look += 1) {
      const next = (await advance(id))?.nextPollAt?.getTime() ?? 0;
      pauses.push((next - now) / 1000);
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    const asked = simulator.requests.length;
    await advanceWhenDue(services, tenantId, id);
    expect(simulator.requests).toHaveLength(asked);
    const jobs = await sql`
      select singleton_key from pgboss.job where name = 'deployment.advance' and data ->> 'deploymentId' = ${id} order by 1`;
    expect(jobs.map((job) => job.singleton_key)).toEqual([id, `${id} now`]);
    pass(61);
    await advanceWhenDue(services, tenantId, id);
    expect(simulator.requests.length).toBeGreaterThan(asked);
    simulator.mend();
    simulator.failSteps({ step: "start", effect: "hang" });
    await expect.poll(() => atService(tenantId)[0]?.progress).toBe(45);
    expect(await advance(id)).toMatchObject({ status: "building", progress: 45, reason: null, looks: 1 });
  });

  it("says why it waits while the service is away, and is given up after half an hour without a word", async () => {
    const { tenantId, order, advance } = await tenant();
    simulator.failSteps({ step: "accept", effect: "hang" });
    const id = await order();
    simulator.fail({ effect: "error_503" });
    expect(await advance(id)).toMatchObject({
      ...{ status: "queued", externalId: null },
      reason: "The deployment service has trouble at the moment. We try again by ourselves.",
    });
    simulator.mend();
    simulator.failSteps({ step: "accept", effect: "hang" });
    expect(await advance(id)).toMatchObject({ status: "queued", reason: null });
    simulator.fail({ effect: "error_503" });
    pass(29 * 60);
    expect(await advance(id)).toMatchObject({ status: "queued" });
    pass(2 * 60);
    expect(await advance(id)).toMatchObject({ status: "failed", reason: expect.stringContaining("half an hour") });
    expect(await eventsOf(tenantId)).toHaveLength(1);
  });

  it("is given up after an hour without progress, and ended at the service, too", async () => {
    const { tenantId, order, advance } = await tenant();
    simulator.failSteps({ step: "build", effect: "hang" });
    const id = await order();
    await advance(id);
    await expect.poll(() => atService(tenantId)[0]?.progress).toBe(20);
    await advance(id);
    pass(61 * 60);
    expect(await advance(id)).toMatchObject({ status: "failed", reason: expect.stringContaining("no progress") });
    expect(atService(tenantId)[0]?.status).toBe("cancelled");
  });

  it("ends where the service doesn't take the order, or has forgotten it", async () => {
    const { tenantId, order, advance } = await tenant();
    expect(await advance(await order({ replicas: 99 }))).toMatchObject({
      ...{ status: "failed", reason: "The deployment service doesn't accept this." },
    });
    const id = await order();
    const gone = new AppError("not_found", "The deployment service doesn't know this deployment.");
    const forgetful = { ...world.provider, status: () => Promise.reject(gone) };
    expect(await advance(id, forgetful)).toMatchObject({ status: "failed", reason: gone.message });
    expect(await eventsOf(tenantId)).toHaveLength(2);
  });

  it("ends where another provider is set up meanwhile", async () => {
    const { order, advance } = await tenant();
    simulator.failSteps({ step: "accept", effect: "hang" });
    const id = await order();
    await advance(id);
    const other: DeploymentProvider = { ...world.provider, name: "shared" };
    expect(await advance(id, other)).toMatchObject({ status: "failed", reason: expect.stringContaining("'webhook'") });
  });
});

describe("a failure", () => {
  it("keeps the service's reason, leaves what ran, and is told to staff by one mail each", async () => {
    await sql`
      insert into users (email, encrypted_password, raw_app_meta_data) values
      ('on-call@staff.test', 'x', '{"staff_role": "support"}'), ('boss@staff.test', 'x', '{"staff_role": "superadmin"}')`;
    const { tenantId, order, finish } = await tenant();
    await sql`update tenants set sandbox = true where id = ${tenantId}`;
    await finish(await order());
    simulator.failSteps({ step: "build", reason: "No such version.", times: 1 });
    const failed = await finish(await order({ version: "v2" }));
    expect(failed).toMatchObject({ status: "failed", reason: "No such version.", progress: 20 });
    const [event] = await eventsOf(tenantId);
    const job = { tenantId, eventId: event?.id };
    const worker = { ...services, env: loadEnv({ NODE_ENV: "test" }), log: createLogger("test", "silent") };
    for (let n = 0; n < 2; n += 1) await dispatchEvent(worker as never, job, listeners);
    const mails = await sql`
      select recipient, status, data from outbox_mails where tenant_id = ${tenantId} and template = 'deployment_failed' order by recipient`;
    expect(mails.map(({ recipient, status }) => [recipient, status])).toEqual([
      ["boss@staff.test", "queued"],
      ["on-call@staff.test", "queued"],
    ]);
    const letter = await letterWriters.deployment_failed(worker, { tenantId, data: mails[0]?.data });
    expect(letter?.paragraphs).toEqual(["No such version.", "Version v1 still runs."]);

    const again = await system((tx) => retryDeployment(tx, tenantId, failed?.id ?? ""));
    expect(await finish(again.id)).toMatchObject({ status: "live", version: "v2" });
    expect(await letterWriters.deployment_failed(worker, { tenantId, data: mails[0]?.data })).toBeNull();
    await expect(system((tx) => retryDeployment(tx, tenantId, again.id))).rejects.toMatchObject({
      ...{ code: "conflict", reason: "deployment_not_over" },
    });
  });
});

describe("wishes", () => {
  it("another size is a wish until the service has it, and no wish where it can't be", async () => {
    const { tenantId, order, finish, advance } = await tenant();
    const id = await order();
    await expect(system((tx) => requestScale(tx, tenantId, id, 3))).rejects.toMatchObject({
      reason: "deployment_not_live",
    });
    await finish(id);
    await system((tx) => requestScale(tx, tenantId, id, 3));
    simulator.fail({ effect: "error_503" });
    expect(await advance(id)).toMatchObject({
      replicas: 1,
      wantedReplicas: 3,
      reason: expect.stringContaining("trouble"),
    });
    simulator.mend();
    expect(await advance(id)).toMatchObject({ replicas: 3, wantedReplicas: null, reason: null, nextPollAt: null });
    expect(atService(tenantId)[0]?.replicas).toBe(3);
    await system((tx) => requestScale(tx, tenantId, id, 99));
    expect(await advance(id)).toMatchObject({
      status: "live",
      replicas: 3,
      wantedReplicas: null,
      reason: expect.any(String),
    });
    // Another deployment is as large as what runs.
    expect(await finish(await order({ version: "v2" }))).toMatchObject({ replicas: 3 });
  });

  it("an end is a wish, too: before it began, while it is under way, and never afterwards", async () => {
    const { tenantId, order, finish, advance } = await tenant();
    const early = await order();
    await system((tx) => requestCancel(tx, tenantId, early));
    expect(await advance(early)).toMatchObject({ status: "cancelled", reason: "Cancelled before it began." });
    expect(atService(tenantId)).toEqual([]);
    simulator.failSteps({ step: "build", effect: "hang" });
    const id = await order();
    await advance(id);
    await system((tx) => requestCancel(tx, tenantId, id));
    expect(await advance(id)).toMatchObject({ status: "cancelled", reason: "Cancelled on request." });
    simulator.mend();
    const done = await order();
    await finish(done);
    await expect(system((tx) => requestCancel(tx, tenantId, done))).rejects.toMatchObject({
      reason: "deployment_over",
    });
    expect(await eventsOf(tenantId)).toEqual([]);
  });
});
