// Many registrations at once, a DNS provider in trouble, and workers that are killed anywhere: each ends with exactly one
// record, and no call ever replaces a zone.
import { afterAll, describe, expect, it } from "vitest";
import type { DnsProvider } from "#app/domain/provisioning/ports.ts";
import { type ReconcileServices, reconcile } from "#app/domain/provisioning/reconcile.ts";
import { lookAfterRecord, sweepRecords } from "#app/domain/provisioning/record-drift.ts";
import { startProvisioning } from "#app/domain/provisioning/runs.ts";
import { createDnsResolver } from "#app/integrations/dns/resolver.ts";
import { startDnsSimulator } from "#app/integrations/dns/simulator.ts";
import { createZoneBook } from "#app/integrations/dns/simulator-zones.ts";
import { createIonosDns } from "#app/integrations/ionos/client.ts";
import { startIonosSimulator } from "#app/integrations/ionos/simulator.ts";
import type { Db } from "#app/platform/db.ts";
import { loadEnv } from "#app/platform/env.ts";
import { createLogger } from "#app/platform/log.ts";
import { testDatabase } from "../../setup/database.ts";
import { sharedBy } from "../../support/deployments.ts";
import { newTrialTenant, type TestTenant } from "../../support/tenants.ts";

const RUNS = 200;
const AT_ONCE = 8;
const KEY = "test.secret";
const database = await testDatabase();
const book = createZoneBook();
book.add("localhost", { minimum: 1, since: 0 });
const server = await startDnsSimulator({ zones: book });
const ionos = await startIonosSimulator({ apiKey: KEY, zones: ["localhost"], book });
afterAll(() => Promise.all([server.close(), ionos.close()]));

const env = loadEnv({
  NODE_ENV: "test",
  DNS_PROVIDER: "ionos",
  IONOS_API_KEY: KEY,
  DNS_TARGET: "127.0.0.1",
  DNS_RESOLVERS: server.address,
});

/** The same course of chances each time. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/** A worker that dies at some await: what it has begun may be done, and it never goes on. */
class Killed {
  readonly died: Promise<void>;
  #left: number;
  #die: () => void = () => {};
  constructor(awaits: number) {
    this.#left = awaits;
    this.died = new Promise((done) => {
      this.#die = done;
    });
  }
  async #point(): Promise<void> {
    this.#left -= 1;
    if (this.#left >= 0) return;
    this.#die();
    await new Promise(() => {});
  }
  /** Each call of these methods may be the last thing that happens, before or after its work is done. */
  wrap<T extends object>(target: T, methods: readonly (keyof T)[]): T {
    return new Proxy(target, {
      get: (of, name, self) => {
        const value: unknown = Reflect.get(of, name, self);
        if (typeof value !== "function" || !methods.includes(name as keyof T)) return value;
        return async (...args: unknown[]) => {
          await this.#point();
          const result: unknown = await Reflect.apply(value, of, args);
          await this.#point();
          return result;
        };
      },
    });
  }
}

const provider = createIonosDns({ apiKey: KEY, baseUrl: ionos.baseUrl, timeoutMs: 200, pause: async () => {} });
const CALLS = ["findZone", "list", "find", "create", "update", "delete"] as const;

function services(db: Db, dns: DnsProvider, tenantId: string, clock: { now: number }): ReconcileServices {
  const probe = async () => ({ tenantId, problem: null });
  return {
    db,
    env,
    log: createLogger("test", "silent"),
    now: () => new Date(clock.now),
    probe,
    deployments: sharedBy(probe),
    billing: null,
    leads: null,
    certificates: null,
    dns: { provider: dns, resolvers: [createDnsResolver({ server: server.address })] },
  };
}

async function begin(slug: string): Promise<TestTenant & { slug: string; runId: string }> {
  const tenant = await newTrialTenant(database.db.web, slug);
  const { runId } = await database.db.web.asTenant(tenant.actor, (tx) => startProvisioning(tx, tenant.actor));
  return { ...tenant, slug, runId };
}

const statusOf = async (runId: string): Promise<string> =>
  (await database.sql`select status from provisioning_runs where id = ${runId}`)[0]?.status;

/** Lets one worker after another at a run until it has ended. @returns how many were killed */
async function bringLive(tenant: TestTenant & { runId: string }, chance: () => number): Promise<number> {
  const clock = { now: Date.now() };
  let kills = 0;
  for (let round = 0; round < 300 && (await statusOf(tenant.runId)) === "running"; round += 1) {
    const worker = new Killed(chance() < 0.6 ? Math.floor(chance() * 40) : Number.POSITIVE_INFINITY);
    const db = worker.wrap(database.db.worker, ["asSystem"]);
    const dns = worker.wrap(provider, CALLS);
    const ended = reconcile(services(db, dns, tenant.tenantId, clock), tenant.tenantId, tenant.runId).then(
      () => "ended",
    );
    if ((await Promise.race([ended, worker.died.then(() => "killed")])) === "killed") kills += 1;
    clock.now += 61_000;
  }
  return kills;
}

/** One minute's sweep, and what it sets going. */
async function sweep(): Promise<void> {
  const worker = services(database.db.worker, provider, "", { now: Date.now() });
  await sweepRecords(worker);
  const due = await database.sql`select data from pgboss.job where name = 'dns.check' and state = 'created'`;
  for (const { data } of due) await lookAfterRecord(worker, data.tenantId, data.recordId);
}

const recordsOf = (slug: string) => ionos.records("localhost").filter(({ name }) => name === `${slug}.localhost`);

describe("registrations through trouble", () => {
  it(`${RUNS} of them end with exactly one record each, none missing, and no zone is ever replaced`, async () => {
    const chance = dice(7);
    const tenants = [];
    for (let at = 0; at < RUNS; at += 1) tenants.push(await begin(`many-${at}`));
    ionos.fail(
      { effect: "error_500", probability: 0.05 },
      { effect: "rate_limit", retryAfter: 1, probability: 0.05 },
      { effect: "reset_before", probability: 0.05 },
      { effect: "reset_after", probability: 0.05 },
      { effect: "late", ms: 30, match: { method: "POST" }, probability: 0.05 },
      { effect: "delay", ms: 250, probability: 0.02 },
    );
    let kills = 0;
    const queue = [...tenants];
    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) kills += await bringLive(next, chance);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    ionos.mend();
    await ionos.settled();
    expect(kills).toBeGreaterThan(20);

    const runs = await database.sql`select status, count(*)::int as n from provisioning_runs group by 1`;
    expect(Object.fromEntries(runs.map(({ status, n }) => [status, n]))).toEqual({ done: RUNS });
    // A creation that was cut off, and arrives after its repetition, is found by the minute's sweep.
    await sweep();
    const wrong = tenants.filter(({ slug }) => recordsOf(slug).length !== 1).map(({ slug }) => slug);
    expect(wrong).toEqual([]);
    const verified = await database.sql`
      select count(*)::int as n from dns_records r where status = 'verified'
        and (select count(*) from dns_propagations p where p.record_id = r.id and p.outcome = 'verified') = 1`;
    expect(verified[0]?.n).toBe(RUNS);
    const replaced = ionos.requests.filter(
      ({ method, path }) => /\/zones\/[^/]+$/.test(path) && (method === "PUT" || method === "PATCH"),
    );
    expect(replaced).toEqual([]);
  }, 240_000);

  it("a provider's client that doesn't look before it creates would leave two: the test can tell", async () => {
    const tenant = await begin("hasty");
    const blind: DnsProvider = {
      ...provider,
      async create(zone, draft) {
        const response = await fetch(`${ionos.baseUrl}/zones/${zone.id}/records`, {
          method: "POST",
          headers: { "x-api-key": KEY, "content-type": "application/json" },
          body: JSON.stringify([draft]),
        });
        const [record] = (await response.json()) as { id: string }[];
        return { ...draft, id: record?.id ?? "" };
      },
    };
    const clock = { now: Date.now() };
    // The record is made, and the worker dies before it could note that.
    const hang: DnsProvider = {
      ...blind,
      async create(zone, draft) {
        await blind.create(zone, draft);
        return new Promise(() => {});
      },
    };
    void reconcile(services(database.db.worker, hang, tenant.tenantId, clock), tenant.tenantId, tenant.runId);
    await expect.poll(() => recordsOf("hasty").length).toBe(1);
    await reconcile(services(database.db.worker, blind, tenant.tenantId, clock), tenant.tenantId, tenant.runId);
    expect(recordsOf("hasty")).toHaveLength(2);
  });
});
