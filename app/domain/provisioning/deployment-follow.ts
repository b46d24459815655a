// What a deployment writes and uses: its lines, each once, and samples of its resources; and what nobody needs any more.
import type { Db, SystemTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import type { Logger } from "#app/platform/log.ts";
import type { DeploymentProvider, DeploymentSample, LogLine } from "./deployment-ports.ts";
import { settle } from "./deployment-reports.ts";
import { advanceNow, type Deployment } from "./deployments.ts";

export interface FollowServices {
  db: Db;
  deployments: DeploymentProvider;
  now(): Date;
}

type Followed = Pick<
  Deployment,
  "tenantId" | "id" | "status" | "externalId" | "lastLine" | "sampledAt" | "liveAt" | "vanishedAt"
>;

/** Answers that one look asks for at most: the rest is for the next one. */
const MOST_PAGES = 20;
/** A provider that doesn't know it may be confused for a moment. */
const VANISHED_MS = 5 * 60_000;
/** Samples that are kept stand at least so far apart. */
const SAMPLE_MS = 15_000;

const inTenant = <T>({ db }: FollowServices, { tenantId }: Followed, fn: (tx: SystemTx) => Promise<T>): Promise<T> =>
  db.asSystem({ reason: "deployment.follow", tenantId }, fn);

/**
 * Fetches what is new of a deployment's lines and, while it is live, of its samples. One that its provider doesn't know any
 * more is said to have vanished, and after some minutes to have failed.
 * @throws AppError where the provider can't be asked
 */
export async function followDeployment(services: FollowServices, row: Followed): Promise<void> {
  if (row.externalId === null) return;
  try {
    await fetchLines(services, row, row.externalId);
    if (row.status === "live") await fetchSamples(services, row, row.externalId);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "not_found") throw error;
    return noteVanished(services, row);
  }
  await inTenant(
    services,
    row,
    (tx) => tx`
      update deployments set followed_at = ${services.now()}, vanished_at = null,
        reason = case when vanished_at is null or status <> 'live' then reason end
      where id = ${row.id}`,
  );
}

/** Fetches the lines that are new. @throws AppError where the provider can't be asked */
export async function fetchLines(services: FollowServices, row: Followed, externalId: string): Promise<void> {
  let after = row.lastLine;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { lines, next } = await services.deployments.logs(externalId, after);
    if (next <= after) return;
    if (!(await inTenant(services, row, (tx) => keepLines(tx, row, after, lines, next)))) return;
    after = next;
  }
}

/** Keeps the lines of one answer. False: meanwhile somebody else has gone on from there. */
async function keepLines(
  tx: SystemTx,
  { tenantId, id }: Followed,
  after: number,
  lines: readonly LogLine[],
  next: number,
): Promise<boolean> {
  const moved = await tx`
    update deployments set last_line = ${next} where id = ${id} and last_line = ${after} returning id`;
  if (moved.length === 0) return false;
  const fresh = lines.filter(({ line }) => line > after && line <= next);
  const rows = fresh.map(({ line, level, message, at }) => ({
    ...{ tenant_id: tenantId, deployment_id: id, line, level, message, logged_at: at },
  }));
  if (rows.length > 0)
    await tx`
      insert into deployment_logs ${tx.rows(rows, "tenant_id", "deployment_id", "line", "level", "message", "logged_at")}
      on conflict (tenant_id, deployment_id, line) do nothing`;
  return true;
}

async function fetchSamples(services: FollowServices, row: Followed, externalId: string): Promise<void> {
  let last = row.sampledAt;
  let since = last ?? row.liveAt ?? services.now();
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const samples = await services.deployments.samples(externalId, new Date(since.getTime() + 1));
    const fresh = samples.filter(({ at }) => at > since).sort((a, b) => a.at.getTime() - b.at.getTime());
    const newest = fresh.at(-1)?.at;
    if (!newest) return;
    const kept: DeploymentSample[] = [];
    for (const sample of fresh) {
      if (last && sample.at.getTime() - last.getTime() < SAMPLE_MS) continue;
      kept.push(sample);
      last = sample.at;
    }
    const until = last;
    if (until && kept.length > 0) await inTenant(services, row, (tx) => keepSamples(tx, row, kept, until));
    since = newest;
  }
}

const MOST = { cpu: 1e6, memory: Number.MAX_SAFE_INTEGER, requests: 1e9 };

async function keepSamples(
  tx: SystemTx,
  { tenantId, id }: Followed,
  samples: readonly DeploymentSample[],
  until: Date,
): Promise<void> {
  const rows = samples.map(({ at, cpuPercent, memoryBytes, requestsPerMinute }) => ({
    ...{ tenant_id: tenantId, deployment_id: id, sampled_at: at },
    cpu_percent: Math.min(cpuPercent, MOST.cpu),
    memory_bytes: Math.min(Math.round(memoryBytes), MOST.memory),
    requests_per_minute: requestsPerMinute === null ? null : Math.min(requestsPerMinute, MOST.requests),
  }));
  await tx`
    insert into deployment_samples ${tx.rows(
      rows,
      ...(["tenant_id", "deployment_id", "sampled_at", "cpu_percent", "memory_bytes", "requests_per_minute"] as const),
    )} on conflict (tenant_id, deployment_id, sampled_at) do nothing`;
  await tx`
    update deployments set sampled_at = greatest(sampled_at, ${until}) where id = ${id}`;
}

const VANISHED = "The deployment service doesn't know this deployment any more.";

async function noteVanished(services: FollowServices, row: Followed): Promise<void> {
  const now = services.now();
  await inTenant(services, row, async (tx) => {
    if (row.status === "live" && row.vanishedAt && now.getTime() - row.vanishedAt.getTime() >= VANISHED_MS)
      return settle(tx, row, { status: "failed", reason: `${VANISHED} Deploy it again.`, now, from: ["live"] });
    await tx`
      update deployments set vanished_at = coalesce(vanished_at, ${now}), followed_at = ${now},
        reason = case when status = 'live' then ${VANISHED} else reason end
      where id = ${row.id}`;
  });
}

/** Deployments that one sweep follows, and how many at once. */
const MOST_FOLLOWED = 2_000;
const AT_ONCE = 8;
/** Failures in a row after which the provider is left alone until the next sweep. */
const PATIENCE = 5;

/**
 * Sets going what is due and nobody moves, and follows what is live, or was over only just now.
 * @returns how many were followed
 */
export async function sweepDeployments(
  services: FollowServices & { log: Logger },
  signal?: AbortSignal,
): Promise<number> {
  const { db, deployments: provider, log } = services;
  const now = services.now();
  await db.asSystem({ reason: "deployment.sweep" }, async (tx) => {
    const forgotten = await tx<{ tenantId: string; id: string }[]>`
      select tenant_id, id from deployments
      where next_poll_at < ${new Date(now.getTime() - 30_000)} order by next_poll_at limit 500`;
    for (const { tenantId, id } of forgotten) await advanceNow(tx, tenantId, id);
  });
  const queue = await db.asSystem(
    { reason: "deployment.sweep" },
    (tx) => tx<Followed[]>`
      select tenant_id, id, status, external_id, last_line, sampled_at, live_at, vanished_at from deployments
      where provider = ${provider.name} and external_id is not null
        and (status = 'live' or finished_at > ${new Date(now.getTime() - VANISHED_MS)} and status <> 'superseded')
      order by followed_at nulls first limit ${MOST_FOLLOWED}`,
    { readOnly: true },
  );
  let followed = 0;
  let failures = 0;
  const follow = async (): Promise<void> => {
    for (let row = queue.shift(); row && failures < PATIENCE && !signal?.aborted; row = queue.shift()) {
      try {
        await followDeployment(services, row);
        followed += 1;
        failures = 0;
      } catch (error) {
        failures += 1;
        if (failures === PATIENCE || !(error instanceof AppError)) log.warn("deployment.follow_failed", { error });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, follow));
  return followed;
}

/** Lines are kept for 30 days, samples for 30, after two days one in a quarter of an hour. */
export async function removeOldTraces(tx: SystemTx): Promise<number> {
  const lines = await tx`delete from deployment_logs where logged_at < now() - interval '30 days'`;
  const samples = await tx`delete from deployment_samples where sampled_at < now() - interval '30 days'`;
  const thinned = await tx`
    delete from deployment_samples s
    where sampled_at between now() - interval '5 days' and now() - interval '2 days' and exists (
      select from deployment_samples e where e.tenant_id = s.tenant_id and e.deployment_id = s.deployment_id
        and e.sampled_at < s.sampled_at and e.sampled_at >= date_bin('15 minutes', s.sampled_at, 'epoch'))`;
  return lines.count + samples.count + thinned.count;
}
