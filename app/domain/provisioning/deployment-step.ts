// The step that brings a tenant's address live: it orders the deployment, waits for it in plain words, and proves the host
// by a real request. Taken back, it has the host removed.
import type { SystemTx } from "#app/platform/db.ts";
import { tenantOrigin } from "#app/platform/env.ts";
import { AppError } from "#app/platform/errors.ts";
import { advanceDeployment, readDeployment } from "./deployment-advance.ts";
import type { DeploymentKind } from "./deployment-ports.ts";
import { DEPLOYMENT_LABELS, type Deployment, isOpen, orderDeployment, requestCancel } from "./deployments.ts";
import type { Outcome, StepContext } from "./steps.ts";

interface Address {
  host: string;
  slug: string;
}

const MOST_SECONDS = 10;
/** What can't be removed is tried again, by another order, after this. */
const REMOVE_AGAIN_SECONDS = 3_600;

const inTenant = <T>({ db, tenantId }: StepContext, fn: (tx: SystemTx) => Promise<T>): Promise<T> =>
  db.asSystem({ reason: "provisioning.host", tenantId }, fn);

/** Orders what isn't ordered, sees how it goes, and proves the end. */
export async function hostGoesLive(context: StepContext, address: Address): Promise<Outcome> {
  const id = await inTenant(context, async (tx) => {
    const known = await latest(context, tx);
    return known && !isSpent(context, known, address) ? known.id : order(context, tx, "deploy");
  });
  const row = await moved(context, id);
  if (!row || row.kind === "remove" || row.status === "superseded")
    return wait(context, row, "What ran here before is being taken away.");
  if (row.status === "live") return prove(context, address);
  if (isOpen(row.status)) {
    // Here nobody builds anything: the host answers as it should, or says itself why it doesn't.
    if (context.deployments.name === "shared" && row.reason) return { kind: "failed", reason: row.reason };
    return wait(context, row, `${DEPLOYMENT_LABELS[row.status]}, ${row.progress} %`);
  }
  return noted(context, row, { final: true });
}

/** Moves on what is under way; what is over stays as it is. */
async function moved(context: StepContext, id: string): Promise<Deployment | null> {
  const row = await readDeployment(context, context.tenantId, id);
  return row && isOpen(row.status) ? advanceDeployment(context, context.tenantId, id) : row;
}

/** Proves what runs. */
async function prove(context: StepContext, { host, slug }: Address): Promise<Outcome> {
  const { tenantId, problem } = await context.probe(tenantOrigin(context.env, slug));
  if (tenantId !== context.tenantId)
    return { kind: "failed", reason: problem ?? "Your address doesn't lead to your page yet." };
  await inTenant(
    context,
    (tx) => tx`
      update domains set status = 'live', activated_at = coalesce(activated_at, now())
      where host = ${host} and status <> 'live'`,
  );
  return { kind: "done" };
}

/** Shows the page no more, ends what is under way, has removed what was made. */
export async function withdrawHost(context: StepContext): Promise<Outcome> {
  const { tenantId, deployments: provider } = context;
  const id = await inTenant(context, async (tx) => {
    await tx`update domains set status = 'pending' where kind = 'subdomain' and status = 'live'`;
    const known = await latest(context, tx);
    if (!known) return null;
    if (known.kind !== "remove" && isOpen(known.status)) {
      await requestCancel(tx, tenantId, known.id);
      return known.id;
    }
    const begun = await tx`
      select from deployments where tenant_id = ${tenantId} and provider = ${provider.name} and started_at is not null limit 1`;
    if (known.status === "removed" || begun.length === 0) return null;
    if (known.kind === "remove" && !known.notedAt) return known.id;
    return order(context, tx, "remove");
  });
  const row = id && (await moved(context, id));
  if (!row) return { kind: "done" };
  if (row.kind !== "remove")
    return isOpen(row.status) ? wait(context, row, "What is under way is being stopped.") : withdrawHost(context);
  if (row.status === "removed") return { kind: "done" };
  if (isOpen(row.status)) return wait(context, row, `Being taken away, ${row.progress} %`);
  return noted(context, row, { seconds: REMOVE_AGAIN_SECONDS });
}

/** The last order, of whatever kind. */
async function latest({ tenantId }: StepContext, tx: SystemTx): Promise<Deployment | null> {
  const [row] = await tx<Deployment[]>`
    select * from deployments where tenant_id = ${tenantId} order by created_at desc, id desc limit 1`;
  return row ?? null;
}

/** Whether it takes another order: this one is over, and whoever waited for it has heard so; or it isn't for this host. */
function isSpent({ deployments }: StepContext, row: Deployment, { host }: Address): boolean {
  if (isOpen(row.status)) return false;
  if (row.status === "live") return row.host !== host || row.provider !== deployments.name;
  return row.kind === "remove" || row.notedAt !== null || row.status === "superseded";
}

/** Hands out the order of whoever was faster, too. */
async function order({ env, tenantId }: StepContext, tx: SystemTx, kind: DeploymentKind): Promise<string> {
  try {
    const { version } = env.deployments;
    return (await orderDeployment(tx, { tenantId, kind, version, byHand: true })).id;
  } catch (error) {
    if (!(error instanceof AppError) || error.reason !== "deployment_under_way") throw error;
    const [open] = await tx<{ id: string }[]>`
      select id from deployments
      where tenant_id = ${tenantId} and status in ('queued', 'building', 'deploying')`;
    if (!open) throw error;
    return open.id;
  }
}

/** Not over yet. */
function wait({ now }: StepContext, row: Deployment | null, words: string): Outcome {
  const until = row?.nextPollAt ? (row.nextPollAt.getTime() - now().getTime()) / 1000 : 1;
  const seconds = Math.min(MOST_SECONDS, Math.max(0.5, until));
  return { kind: "waiting", reason: row?.reason ? `${words}: ${row.reason}` : `${words}.`, seconds };
}

/** Its failure is told once: who tries again orders again. */
async function noted(
  context: StepContext,
  row: Deployment,
  how: { final: true } | { seconds: number },
): Promise<Outcome> {
  await inTenant(
    context,
    (tx) => tx`update deployments set noted_at = coalesce(noted_at, ${context.now()}) where id = ${row.id}`,
  );
  return { kind: "failed", reason: row.reason ?? "The deployment ended without saying why.", ...how };
}
