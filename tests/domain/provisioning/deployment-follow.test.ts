// What deployments write and use: each line once and none missing, samples that somebody can look at, and what is too old.
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { removeExpired } from "#app/domain/data/housekeeping.ts";
import { advanceDeployment } from "#app/domain/provisioning/deployment-advance.ts";
import { followDeployment, sweepDeployments } from "#app/domain/provisioning/deployment-follow.ts";
import type { DeploymentProvider, DeploymentSample } from "#app/domain/provisioning/deployment-ports.ts";
import { type Deployment, orderDeployment } from "#app/domain/provisioning/deployments.ts";
import { AppError } from "#app/platform/errors.ts";
import { createLogger } from "#app/platform/log.ts";
import { testDatabase } from "../../setup/database.ts";
import { startDeploymentWorld } from "../../support/deployments.ts";
import { newTrialTenant } from "../../support/tenants.ts";

const database = await testDatabase();
const { sql } = database;
const world = await startDeploymentWorld();
const { simulator, provider } = world;
afterAll(() => world.close());

let now = Date.now();
let said: string[] = [];
beforeEach(() => {
  simulator.mend();
  now = Date.now();
  said = [];
});
const servicesBy = (deployments: DeploymentProvider) => ({
  ...{ db: database.db.worker, deployments, now: () => new Date(now) },
  log: createLogger("test", "warn", (line) => said.push(line)),
});
const services = servicesBy(provider);

let made = 0;
async function live(): Promise<{ tenantId: string; id: string; row(): Promise<Deployment> }> {
  made += 1;
  const { tenantId } = await newTrialTenant(database.db.web, `followed-${made}`);
  const { id } = await database.db.worker.asSystem({ reason: "test" }, (tx) =>
    orderDeployment(tx, { tenantId, kind: "deploy", version: "v1" }),
  );
  await advanceDeployment(services, tenantId, id);
  await simulator.settled();
  await advanceDeployment(services, tenantId, id);
  const row = async () => {
    const [found] = await database.db.worker.asSystem(
      { reason: "test" },
      (tx) => tx<Deployment[]>`select * from deployments where id = ${id}`,
    );
    if (!found) throw new Error("It is gone.");
    return found;
  };
  return { tenantId, id, row };
}
const linesOf = (id: string) =>
  sql`select line, level, message from deployment_logs where deployment_id = ${id} order by line`;
const samplesOf = (id: string) =>
  sql`select sampled_at, cpu_percent, memory_bytes, requests_per_minute from deployment_samples where deployment_id = ${id} order by sampled_at`;

describe("lines", () => {
  it("are those of the service, each once, however many fetch them at once", async () => {
    const { tenantId, id, row } = await live();
    const theirs = simulator.deployments().find((one) => one.tenantId === tenantId)?.lines ?? [];
    const before = await row();
    await sql`delete from deployment_logs where deployment_id = ${id}`;
    await sql`update deployments set last_line = 0 where id = ${id}`;
    await Promise.all(Array.from({ length: 8 }, () => followDeployment(services, { ...before, lastLine: 0 })));
    expect((await linesOf(id)).map((line) => ({ ...line }))).toEqual(
      theirs.map(({ line, level, message }) => ({ line, level, message })),
    );
    expect(await row()).toMatchObject({ lastLine: theirs.length });
  });

  it("come in pieces of any size, also ones that overlap", async () => {
    const { id, row } = await live();
    await sql`delete from deployment_logs where deployment_id = ${id}`;
    await sql`update deployments set last_line = 0 where id = ${id}`;
    const all = Array.from({ length: 45 }, (_, n) => ({
      ...{ line: n + 1, level: "info" as const, message: `Line ${n + 1}`, at: new Date(now) },
    }));
    const clumsy: DeploymentProvider = {
      ...provider,
      logs: async (_, after) => {
        const lines = all.slice(Math.max(0, after - 3), after + 10);
        return { lines, next: lines.at(-1)?.line ?? after };
      },
    };
    await followDeployment(servicesBy(clumsy), await row());
    expect((await linesOf(id)).map(({ line }) => line)).toEqual(all.map(({ line }) => line));
  });
});

describe("samples", () => {
  const sampled = (samples: DeploymentSample[]): DeploymentProvider => ({
    ...provider,
    samples: async (_, since) => samples.filter(({ at }) => at >= since),
  });
  const sample = (seconds: number, change: Partial<DeploymentSample> = {}): DeploymentSample => ({
    ...{ at: new Date(now + seconds * 1000), cpuPercent: 12.5, memoryBytes: 2 ** 27, requestsPerMinute: 30, ...change },
  });

  const unsampled = async () => {
    const one = await live();
    await sql`delete from deployment_samples where deployment_id = ${one.id}`;
    await sql`update deployments set sampled_at = null where id = ${one.id}`;
    return one;
  };

  it("are kept as they were measured, a few a minute, each once", async () => {
    const { id, row } = await unsampled();
    const by = servicesBy(sampled(Array.from({ length: 13 }, (_, n) => sample(5 * (n + 1)))));
    for (let n = 0; n < 3; n += 1) await followDeployment(by, await row());
    const kept = await samplesOf(id);
    expect(kept.map(({ sampled_at }) => (sampled_at - now) / 1000)).toEqual([5, 20, 35, 50, 65]);
    expect(kept[0]).toMatchObject({ cpu_percent: 12.5, memory_bytes: String(2 ** 27), requests_per_minute: 30 });
    expect((await row()).sampledAt?.getTime()).toBe(now + 65_000);
  });

  it("of any size find room, and nobody has to count requests", async () => {
    const { id, row } = await unsampled();
    const odd = { cpuPercent: 1e300, memoryBytes: 1e300, requestsPerMinute: null };
    await followDeployment(servicesBy(sampled([sample(20, odd)])), await row());
    expect(await samplesOf(id)).toMatchObject([{ requests_per_minute: null }]);
  });
});

describe("the minutely sweep", () => {
  it("follows what is live, and sets going what nobody moves", async () => {
    const { tenantId, id, row } = await live();
    const stuck = await live();
    await sql`update deployments set followed_at = null where id = ${id}`;
    await sql`
      update deployments set status = 'queued', next_poll_at = now() - interval '1 minute' where id = ${stuck.id}`;
    await sql`delete from pgboss.job where name = 'deployment.advance'`;
    expect(await sweepDeployments(services)).toBeGreaterThanOrEqual(1);
    expect((await row()).followedAt?.getTime()).toBe(now);
    const jobs = await sql`select data from pgboss.job where name = 'deployment.advance'`;
    expect(jobs.map(({ data }) => data.deploymentId)).toEqual([stuck.id]);
    await sql`update deployments set status = 'cancelled', next_poll_at = null where id = ${stuck.id}`;
    expect(tenantId).not.toBe(stuck.tenantId);
  });

  it("leaves a service that is away alone after a few tries, and says so once", async () => {
    for (let n = 0; n < 4; n += 1) await live();
    simulator.fail({ effect: "error_503" });
    const asked = simulator.requests.length;
    expect(await sweepDeployments(services)).toBe(0);
    expect(simulator.requests.length - asked).toBeLessThan(60);
    expect(said.filter((line) => line.includes("deployment.follow_failed"))).toHaveLength(1);
  });

  it("explains in words that a service has forgotten one, and after some minutes takes it for failed", async () => {
    const { tenantId, row } = await live();
    const { externalId } = await row();
    const forgetful: DeploymentProvider = {
      ...provider,
      logs: (id, after) =>
        id === externalId
          ? Promise.reject(new AppError("not_found", "?", { reason: "deployment_unknown" }))
          : provider.logs(id, after),
    };
    await sweepDeployments(servicesBy(forgetful));
    expect(await row()).toMatchObject({
      ...{ status: "live", reason: "The deployment service doesn't know this deployment any more." },
    });
    await sweepDeployments(services);
    expect(await row()).toMatchObject({ status: "live", reason: null, vanishedAt: null });
    await sweepDeployments(servicesBy(forgetful));
    now += 6 * 60_000;
    await sweepDeployments(servicesBy(forgetful));
    expect(await row()).toMatchObject({ status: "failed", reason: expect.stringContaining("Deploy it again.") });
    const events = await sql`select id from tenant_events where tenant_id = ${tenantId} and type = 'deployment.failed'`;
    expect(events).toHaveLength(1);
  });
});

it("what is old is thinned, and what is very old goes", async () => {
  const { tenantId, id } = await live();
  await sql`delete from deployment_logs`;
  await sql`delete from deployment_samples`;
  await sql`
    insert into deployment_samples (tenant_id, deployment_id, sampled_at, cpu_percent, memory_bytes)
    select ${tenantId}, ${id}, date_bin('1 hour', now(), 'epoch') - age + n * interval '1 minute', 1, 1
    from unnest(array['1 hour', '3 days', '31 days']::interval[]) age, generate_series(0, 29) n`;
  await sql`
    insert into deployment_logs (tenant_id, deployment_id, line, message, logged_at)
    values (${tenantId}, ${id}, 1, 'old', now() - interval '31 days'), (${tenantId}, ${id}, 2, 'new', now())`;
  await removeExpired(database.db.worker);
  const left = await sql`
    select sampled_at > now() - interval '1 day' as fresh, count(*)::int as n from deployment_samples group by 1 order by 1`;
  expect(left.map((row) => ({ ...row }))).toEqual([
    { fresh: false, n: 2 },
    { fresh: true, n: 30 },
  ]);
  expect((await linesOf(id)).map(({ message }) => message)).toEqual(["new"]);
});
