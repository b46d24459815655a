// Going live as a figure: many registrations at once, and a thousand of them through a DNS provider in trouble while
// workers are killed.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { startProvisioning } from "#app/domain/provisioning/runs.ts";
import { createIonosDns } from "#app/integrations/ionos/client.ts";
import { dnsApiUrl } from "#app/local/dns-keys.ts";
import { readSecrets } from "#app/local/secrets.ts";
import { newTrialTenant, type TestTenant } from "../support/tenants.ts";
import { figure, percentile, type Report } from "./measure.ts";
import type { Stage } from "./stage.ts";

const AT_ONCE = 100;
const THROUGH_TROUBLE = 1_000;
const KILLS = 20;
const BATCH = 50;
const POLL_MS = 50;
const KILL_EVERY_MS = 2_000;
const LONGEST_MS = 900_000;
/** 5 % of all calls, of each kind a part. */
const FAULTS = [
  { effect: "error_500", probability: 0.01 },
  { effect: "rate_limit", retryAfter: 1, probability: 0.01 },
  { effect: "reset_before", probability: 0.01 },
  { effect: "reset_after", probability: 0.01 },
  { effect: "delay", ms: 200, probability: 0.01 },
];

export async function provisioning(stage: Stage, report: Report): Promise<void> {
  const calm = await tenants(stage, "calm", AT_ONCE);
  const started = performance.now();
  await begin(stage, calm);
  await allLive(stage, "calm", AT_ONCE);
  report(figure("provisioning.all_live", performance.now() - started, "ms"));
  report(figure("provisioning.runs_per_second", (AT_ONCE * 1000) / (performance.now() - started), "1/s"));
  report(figure("provisioning.live_p95", percentile(await secondsTo(stage, "calm"), 0.95) * 1000, "ms"));

  const troubled = await tenants(stage, "troubled", THROUGH_TROUBLE);
  await faults(stage, FAULTS);
  // There is none while the next worker starts.
  const pidFile = join(stage.foyer.dataDir, "run", "worker.pid");
  let kills = 0;
  const killer = setInterval(() => {
    if (kills >= KILLS || !existsSync(pidFile)) return;
    kills += 1;
    process.kill(stage.pid("worker"), "SIGKILL");
  }, KILL_EVERY_MS);
  try {
    await begin(stage, troubled);
    await allLive(stage, "troubled", THROUGH_TROUBLE);
  } finally {
    clearInterval(killer);
    await faults(stage, []);
  }
  const verified = await propagated(stage);
  report(figure("provisioning.propagation_success", verified / THROUGH_TROUBLE, "ratio"));
  report(figure("provisioning.wrong_records", await wrongRecords(stage), "count"));
  report(figure("provisioning.worker_kills", kills, "count"));
}

async function tenants(stage: Stage, name: string, count: number): Promise<TestTenant[]> {
  const made: TestTenant[] = [];
  for (let at = 0; at < count; at += 10)
    made.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(10, count - at) }, (_, n) => newTrialTenant(stage.db.web, `${name}-${at + n}`)),
      )),
    );
  return made;
}

/** As many at once as one process lets in. */
async function begin({ db }: Stage, all: readonly TestTenant[]): Promise<void> {
  for (let at = 0; at < all.length; at += BATCH)
    await Promise.all(
      all.slice(at, at + BATCH).map(({ actor }) => db.web.asTenant(actor, (tx) => startProvisioning(tx, actor))),
    );
}

async function allLive({ sql }: Stage, name: string, count: number): Promise<void> {
  const started = performance.now();
  for (;;) {
    const [row] = await sql`
      select count(*)::int as live from domains d join provisioning_runs r on r.tenant_id = d.tenant_id
      where d.host like ${`${name}-%`} and d.status = 'live' and r.status = 'done'`;
    if (row?.live === count) return;
    if (performance.now() - started > LONGEST_MS) throw new Error(`Only ${row?.live} of ${count} are live.`);
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
}

/** From the start of each run to its host's first answer. */
async function secondsTo({ sql }: Stage, name: string): Promise<number[]> {
  const rows = await sql<{ seconds: number }[]>`
    select extract(epoch from d.activated_at - r.created_at)::float8 as seconds
    from domains d join provisioning_runs r on r.tenant_id = d.tenant_id where d.host like ${`${name}-%`}`;
  return rows.map(({ seconds }) => seconds);
}

async function propagated({ sql }: Stage): Promise<number> {
  const [row] = await sql`
    select count(distinct r.id)::int as verified from dns_records r join dns_propagations p on p.record_id = r.id
    where r.name like 'troubled-%' and p.outcome = 'verified'`;
  return row?.verified ?? 0;
}

/** Names with no record, or with more than one, after the sweep of the next minute. */
async function wrongRecords({ env }: Stage): Promise<number> {
  const apiKey = readSecrets(env.dataDir)?.dnsApiKey ?? "";
  const provider = createIonosDns({ apiKey, baseUrl: `${dnsApiUrl(env)}/dns/v1` });
  const zone = await provider.findZone(env.appDomain);
  if (!zone) throw new Error("The simulator has no zone.");
  const listed = Map.groupBy(await provider.list(zone), ({ name }) => name);
  const names = Array.from({ length: THROUGH_TROUBLE }, (_, at) => `troubled-${at}.${env.appDomain}`);
  return names.filter((name) => listed.get(name)?.length !== 1).length;
}

async function faults({ env }: Stage, wished: readonly object[]): Promise<void> {
  const response = await fetch(`${dnsApiUrl(env)}/_simulator/faults`, { method: "PUT", body: JSON.stringify(wished) });
  if (!response.ok) throw new Error(`The simulator answers ${response.status}.`);
}
