// Moves a deployment on: hands the order over, asks how it goes, carries out what is wished of it. No call to the provider
// stands inside a transaction, and each is safe to repeat: killed anywhere, the next look goes on, and the same order never
// becomes two.
import type { Db, SystemTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { unpark } from "../webhooks/inbox.ts";
import { fetchLines, followDeployment } from "./deployment-follow.ts";
import type { DeploymentProvider } from "./deployment-ports.ts";
import { applyReport, DELIVERIES, settle } from "./deployment-reports.ts";
import { advanceLater, type Deployment, isOpen } from "./deployments.ts";

export interface DeploymentServices {
  db: Db;
  deployments: DeploymentProvider;
  now(): Date;
}

/** How long a provider may be out of reach, and how long one that answers may say the same, until the order is given up. */
const OUT_OF_REACH_MS = 30 * 60_000;
const STANDSTILL_MS = 60 * 60_000;
/** How long a provider may take to end what is to be cancelled. */
const CANCEL_MS = 15_000;
const MOST_SECONDS = 60;

/** Seconds until the next look: 1, 2, 4 … at most a minute. */
const pause = (looks: number): number => Math.min(2 ** looks, MOST_SECONDS);
const after = (now: Date, seconds: number): Date => new Date(now.getTime() + seconds * 1000);

/** As a job: what is due now, else a look when it will be. */
export async function advanceWhenDue(services: DeploymentServices, tenantId: string, id: string): Promise<void> {
  const row = await readDeployment(services, tenantId, id);
  if (!row) return;
  const wait = row.nextPollAt ? (row.nextPollAt.getTime() - services.now().getTime()) / 1000 : 0;
  if (isOpen(row.status) && wait > 0) await across(services, (tx) => advanceLater(tx, tenantId, id, wait));
  else await advanceDeployment(services, tenantId, id);
}

/**
 * Moves a deployment as far as it goes now. What the provider can't do, or can't do now, is noted in words.
 * @returns what has become of it; null where there is none
 * @throws what is no failure of the provider's
 */
export async function advanceDeployment(
  services: DeploymentServices,
  tenantId: string,
  id: string,
): Promise<Deployment | null> {
  const row = await readDeployment(services, tenantId, id);
  if (!row) return null;
  try {
    await move(services, row);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    await noteTrouble(services, row, error);
  }
  return readDeployment(services, tenantId, id);
}

/** Works across tenants, as deliveries that wait for a deployment have none yet. */
const across = <T>({ db }: DeploymentServices, fn: (tx: SystemTx) => Promise<T>): Promise<T> =>
  db.asSystem({ reason: "deployment" }, fn);

export async function readDeployment(
  { db }: Pick<DeploymentServices, "db">,
  tenantId: string,
  id: string,
): Promise<Deployment | null> {
  const [row] = await db.asSystem(
    { reason: "deployment", tenantId },
    (tx) => tx<Deployment[]>`select * from deployments where tenant_id = ${tenantId} and id = ${id}`,
    { readOnly: true },
  );
  return row ?? null;
}

async function move(services: DeploymentServices, row: Deployment): Promise<void> {
  const { deployments: provider, now } = services;
  if (row.provider !== null && row.provider !== provider.name) return leave(services, row);
  if (!isOpen(row.status)) return row.externalId === null ? undefined : tend(services, row, row.externalId);
  if (row.cancelRequestedAt && !row.startedAt) return end(services, row, "cancelled", "Cancelled before it began.");
  const externalId = row.externalId ?? (await handOver(services, row));
  if (row.cancelRequestedAt) await provider.cancel(externalId);
  const report = await provider.status(externalId);
  await across(services, async (tx) => {
    await applyReport(tx, row, report, now());
    await tx`update deployments set followed_at = ${now()} where tenant_id = ${row.tenantId} and id = ${row.id}`;
    await lookAgain(tx, row, now());
  });
  const told = await readDeployment(services, row.tenantId, row.id);
  if (!told) return;
  if (isOpen(told.status)) await giveUp(services, told, externalId);
  await unlessTroubled(fetchLines(services, told, externalId));
}

/** Of what is told to end, or doesn't move, the end is written down even where the provider doesn't say so. */
async function giveUp(services: DeploymentServices, row: Deployment, externalId: string): Promise<void> {
  const now = services.now();
  if (row.cancelRequestedAt && now.getTime() - row.cancelRequestedAt.getTime() > CANCEL_MS)
    return end(services, row, "cancelled", "Cancelled on request.");
  if (now.getTime() - (row.progressedAt ?? row.createdAt).getTime() <= STANDSTILL_MS) return;
  await services.deployments.cancel(externalId);
  await end(services, row, "failed", "It made no progress for an hour, so it was given up.");
}

/** Lines and samples can wait for the next look. */
async function unlessTroubled(work: Promise<void>): Promise<void> {
  await work.catch((error: unknown) => {
    if (!(error instanceof AppError)) throw error;
  });
}

/** How long nothing has been heard of it, in milliseconds. */
const silence = ({ followedAt, createdAt }: Deployment, now: Date): number =>
  now.getTime() - (followedAt ?? createdAt).getTime();

/** That it is being handed over is written down first: whether it was, an answer that got lost leaves open. */
async function handOver(services: DeploymentServices, row: Deployment): Promise<string> {
  const { deployments: provider, now } = services;
  const { tenantId, id, host, version, kind, replicas, previousVersion } = row;
  await across(
    services,
    (tx) => tx`
      update deployments set started_at = coalesce(started_at, ${now()}), provider = ${provider.name}
      where tenant_id = ${tenantId} and id = ${id}`,
  );
  const { externalId } = await provider.trigger({
    ...{ deploymentId: id, tenantId, host: host ?? "", version, kind, replicas },
    ...(previousVersion !== null && { previousVersion }),
  });
  await across(services, async (tx) => {
    await tx`
      update deployments set external_id = ${externalId} where tenant_id = ${tenantId} and id = ${id} and external_id is null`;
    await unpark(tx, DELIVERIES, id);
  });
  return externalId;
}

/** What is wished of it, and what it writes and uses. */
async function tend(services: DeploymentServices, row: Deployment, externalId: string): Promise<void> {
  const { tenantId, id, status, wantedReplicas: wanted } = row;
  if (status === "live" && wanted !== null) {
    await services.deployments.scale(externalId, wanted);
    await across(
      services,
      (tx) => tx`
        update deployments set replicas = ${wanted}, reason = null,
          wanted_replicas = case when wanted_replicas = ${wanted} then null else wanted_replicas end,
          next_poll_at = case when wanted_replicas = ${wanted} then null else next_poll_at end
        where tenant_id = ${tenantId} and id = ${id} and status = 'live'`,
    );
  }
  await unlessTroubled(followDeployment(services, row));
}

/** Another provider's: this one would only say that it doesn't know it. */
async function leave(services: DeploymentServices, row: Deployment): Promise<void> {
  if (isOpen(row.status))
    return end(
      services,
      row,
      "failed",
      `It was ordered by way of '${row.provider}', which isn't set up here any more.`,
    );
  await across(
    services,
    (tx) => tx`
      update deployments set wanted_replicas = null, next_poll_at = null
      where tenant_id = ${row.tenantId} and id = ${row.id}`,
  );
}

const end = (services: DeploymentServices, row: Deployment, status: "failed" | "cancelled", reason: string) =>
  across(services, (tx) => settle(tx, row, { status, reason, now: services.now() }));

/** Unless it is over by now. */
async function lookAgain(tx: SystemTx, { tenantId, id }: Deployment, now: Date, atLeast = 0): Promise<void> {
  const [open] = await tx<{ looks: number }[]>`
    select looks from deployments
    where tenant_id = ${tenantId} and id = ${id}
      and (status in ('queued', 'building', 'deploying') or status = 'live' and wanted_replicas is not null) for update`;
  if (!open) return;
  const seconds = Math.max(pause(open.looks), atLeast);
  await tx`
    update deployments set looks = looks + 1, next_poll_at = ${after(now, seconds)}
    where tenant_id = ${tenantId} and id = ${id}`;
  await advanceLater(tx, tenantId, id, seconds);
}

/** What the provider said, or that it said nothing: final where trying again is of no use. */
async function noteTrouble(services: DeploymentServices, row: Deployment, error: AppError): Promise<void> {
  const { tenantId, id } = row;
  const now = services.now();
  const final = error.code === "unprocessable" || error.code === "conflict" || error.code === "not_found";
  if (isOpen(row.status)) {
    if (final) return end(services, row, "failed", error.message);
    if (silence(row, now) > OUT_OF_REACH_MS)
      return end(services, row, "failed", `${error.message} It was tried for half an hour.`);
  }
  await across(services, async (tx) => {
    await tx`
      update deployments set reason = ${final ? error.message : `${error.message} We try again by ourselves.`},
        wanted_replicas = ${final ? null : tx`wanted_replicas`}, next_poll_at = ${final ? null : tx`next_poll_at`}
      where tenant_id = ${tenantId} and id = ${id} and status = ${row.status}`;
    if (!final) await lookAgain(tx, row, now, error.retryAfter);
  });
}
