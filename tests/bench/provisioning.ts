// Going live as figures, with everything outside simulated and well: from buying a plan to a host that answers, one tenant
// at a time and a hundred at once; and how much a worker does meanwhile. Of trouble: survival.ts.
import { setTimeout as pause } from "node:timers/promises";
import { createWebhookDeployments } from "#app/integrations/deployments/webhook-client.ts";
import { createDnsResolver } from "#app/integrations/dns/resolver.ts";
import { createIonosDns } from "#app/integrations/ionos/client.ts";
import { createOdooCrm } from "#app/integrations/odoo/client.ts";
import { createStripeBilling } from "#app/integrations/stripe/client.ts";
import { shakeHands } from "#app/integrations/tls/handshake.ts";
import { loadEnv } from "#app/platform/env.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import { draftOf } from "../support/odoo.ts";
import { startCrew } from "../support/trouble-crew.ts";
import { DOMAIN, type Providers, startProviders } from "../support/trouble-providers.ts";
import {
  buy,
  type RegisteredTenant,
  register,
  type TroubleDatabase,
  takeNotices,
  workerEnv,
} from "../support/trouble-world.ts";
import { figure, percentile, type Report } from "./measure.ts";
import { withDatabase } from "./own-database.ts";
import type { Stage } from "./stage.ts";

const WARM_UP = 3;
const ALONE = 20;
const AT_ONCE = 100;
/** From one of a deployment's six steps to the next. */
const STEP_MS = 50;
const POLL_MS = 5;
const LONGEST_MS = 300_000;
const SEED = 7;

export const provisioning = (_stage: Stage, report: Report): Promise<void> =>
  withDatabase(async (database) => {
    const providers = await startProviders(SEED, takeNotices(database), STEP_MS);
    const crew = await startCrew({
      ...{ size: 1, env: workerEnv(database, providers), settings: { timeoutMs: 10_000, ca: providers.ca } },
      ...{ kills: 0, every: 1, chance: Math.random },
    });
    try {
      await alone(database, providers, report);
      await atOnce(database, providers, report);
    } finally {
      await crew.stop();
      await providers.close();
    }
  });

async function alone(database: TroubleDatabase, providers: Providers, report: Report): Promise<void> {
  const tenants = await register(database, providers, WARM_UP + ALONE, "alone");
  const bare = bareCalls(providers);
  const [toLive, toDone, calls]: number[][] = [[], [], []];
  for (const [at, tenant] of tenants.entries()) {
    const times = await goLive(database, [tenant]);
    const own = await bare(`bare-${at}`);
    if (at < WARM_UP) continue;
    toLive?.push(times.live);
    toDone?.push(times.done);
    calls?.push(own);
  }
  for (const p of [50, 95]) {
    const of = (taken: number[] = []) => percentile(taken, p);
    report(figure(`provisioning.to_live_p${p}`, of(toLive), "ms", of(calls)));
    report(figure(`provisioning.to_done_p${p}`, of(toDone), "ms", of(calls)));
  }
}

async function atOnce(database: TroubleDatabase, providers: Providers, report: Report): Promise<void> {
  const { sql } = database;
  const tenants = await register(database, providers, AT_ONCE, "at-once");
  const count = async () => {
    const [row] = await sql<{ steps: number; jobs: number }[]>`
      select (select count(*)::int from provisioning_steps where status in ('done', 'skipped')) as steps,
        (select count(*)::int from pgboss.job where state = 'completed') as jobs`;
    return row ?? { steps: 0, jobs: 0 };
  };
  const before = await count();
  const { live, done } = await goLive(database, tenants);
  const after = await count();
  report(figure("provisioning.hundred_live", live, "ms"));
  report(figure("provisioning.hundred_done", done, "ms"));
  report(figure("provisioning.steps_per_second", ((after.steps - before.steps) * 1000) / done, "1/s"));
  report(figure("provisioning.jobs_per_second", ((after.jobs - before.jobs) * 1000) / done, "1/s"));
}

/** Milliseconds from the first tenant's buying until all hosts answer, and until all steps are done, the lead included. */
async function goLive(database: TroubleDatabase, tenants: readonly RegisteredTenant[]) {
  const { sql } = database;
  const ids = tenants.map(({ tenantId }) => tenantId);
  const started = performance.now();
  await buy(database, tenants);
  let live: number | null = null;
  for (;;) {
    const [row] = await sql<{ live: number; done: number }[]>`
      select count(*) filter (where d.status = 'live')::int as live, count(*) filter (where r.status = 'done'
        and not exists (select from provisioning_steps s where s.run_id = r.id and s.status not in ('done', 'skipped')))::int as done
      from domains d join provisioning_runs r on r.tenant_id = d.tenant_id where d.tenant_id = any(${ids}::uuid[])`;
    const taken = performance.now() - started;
    if (row?.live === ids.length) live ??= taken;
    if (live !== null && row?.done === ids.length) return { live, done: taken };
    if (taken > LONGEST_MS) throw new Error(`Of ${ids.length}, ${row?.live} are live and ${row?.done} done.`);
    await pause(POLL_MS);
  }
}

/** The same calls to the same providers by somebody who has nothing else to do, keeps no books and knows when to look. */
function bareCalls(providers: Providers): (name: string) => Promise<number> {
  const env = loadEnv(providers.env);
  const { webhook } = env.deployments;
  const { provider, resolvers: servers } = env.dns;
  if (!webhook || provider?.kind !== "ionos" || !env.stripe || !env.odoo)
    throw new Error("Something isn't configured.");
  const dns = createIonosDns({ apiKey: provider.apiKey, baseUrl: provider.apiBase ?? undefined });
  const deployments = createWebhookDeployments({ ...webhook, baseUrl: webhook.apiBase });
  const billing = createStripeBilling(env.stripe);
  const crm = createOdooCrm(env.odoo);
  const resolvers = servers.slice(0, 2).map((server) => createDnsResolver({ server }));
  const port = Number(new URL(env.appUrl).port);
  return async (name) => {
    const host = `${name}.${DOMAIN}`;
    const tenantId = uuidv7();
    const started = performance.now();
    await billing.createCustomer({ tenantId, name, email: `${name}@example.test` }, tenantId);
    const zone = await dns.findZone(host);
    if (!zone) throw new Error("There is no zone.");
    const record = await dns.create(zone, { name: host, type: "A", content: "127.0.0.1", ttl: 300 });
    await pause(KNOWN_AFTER_MS);
    await Promise.all(resolvers.map((resolver) => resolver.ask(record)));
    await shakeHands(host, port, { address: "127.0.0.1", ca: providers.ca });
    const order = { deploymentId: uuidv7(), tenantId, host, version: "v1", kind: "deploy", replicas: 1 } as const;
    const { externalId } = await deployments.trigger(order);
    while ((await deployments.status(externalId)).status !== "live") await pause(POLL_MS);
    await crm.createLead(draftOf(tenantId));
    return performance.now() - started;
  };
}

/** Most of the name servers have heard of a change by then. */
const KNOWN_AFTER_MS = 60;
