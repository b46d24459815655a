// Provisioning runs as members see them: start one, watch it, try again. The worker moves them (reconcile.ts).
import type { MemberActor, SystemActor } from "#app/platform/actor.ts";
import type { InTenantTx, SystemTx, TenantTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { enqueue } from "#app/platform/jobs.ts";
import { recordAudit } from "../audit/audit.ts";
import { STEP_LABELS, STEP_NAMES, type StepName, type StepStatus } from "./plan.ts";
import { Reconcile } from "./provisioning.jobs.ts";

export interface RunStep {
  id: string;
  name: StepName;
  label: string;
  status: StepStatus;
  /** Why it is where it is, in words for the registrant. */
  reason: string | null;
  attempts: number;
  finishedAt: Date | null;
}

export type RunStatus = "running" | "done" | "failed" | "cancelling" | "cancelled";

export interface Run {
  id: string;
  status: RunStatus;
  createdAt: Date;
  finishedAt: Date | null;
  steps: RunStep[];
}

/**
 * Starts the registration's run; where there is one already, finds it. One that is being taken back begins anew once that
 * is done. The work begins when this commits.
 */
export async function startProvisioning(
  tx: TenantTx | SystemTx,
  actor: MemberActor | (SystemActor & { tenantId: string }),
): Promise<{ runId: string }> {
  const [known] = await tx<{ id: string; status: RunStatus }[]>`
    select id, status from provisioning_runs where kind = 'registration' and status <> 'cancelled'
    order by created_at desc limit 1`;
  if (known && known.status !== "cancelling") return { runId: known.id };
  // It may have come to its end since it was read: then a new one begins here.
  const [returning] = known
    ? await tx<{ id: string }[]>`
        update provisioning_runs set begin_anew = true where id = ${known.id} and status = 'cancelling' returning id`
    : [];
  if (returning) return { runId: returning.id };
  const [run] = await tx<{ id: string }[]>`
    insert into provisioning_runs (tenant_id) values (app.tenant_id())
    on conflict (tenant_id, kind) where status in ('running', 'failed') do update set kind = excluded.kind
    returning id`;
  if (!run) throw new AppError("internal", "The set-up could not be started.");
  await tx`
    insert into provisioning_steps (tenant_id, run_id, name, position)
    select app.tenant_id(), ${run.id}, name, position
    from unnest(${[...STEP_NAMES]}::text[]) with ordinality as step (name, position)
    on conflict (tenant_id, run_id, name) do nothing`;
  await recordAudit(tx, actor, "provisioning.started", run.id);
  await wake(tx, actor.tenantId, run.id);
  return { runId: run.id };
}

/**
 * Has everything that was made for the tenant's address taken back, the last step first, and what staff added to its DNS.
 * Where that is done or under way, nothing new begins; where nothing was made, nothing happens.
 */
export async function takeBack(tx: SystemTx, tenantId: string): Promise<void> {
  await tx`
    update dns_records set wanted = false, status = 'removing', reason = null, next_check_at = now()
    where tenant_id = ${tenantId} and wanted and purpose <> 'address'`;
  const [run] = await tx<{ id: string; status: RunStatus }[]>`
    select id, status from provisioning_runs where tenant_id = ${tenantId} and kind = 'registration'
    order by created_at desc limit 1 for update`;
  if (!run || run.status === "cancelled") return;
  if (run.status === "cancelling") {
    await tx`update provisioning_runs set begin_anew = false where id = ${run.id} and begin_anew`;
    return;
  }
  await tx`update provisioning_runs set status = 'cancelling', finished_at = null where id = ${run.id}`;
  await recordAudit(tx, { kind: "system", reason: "provisioning", tenantId }, "provisioning.taken_back", run.id);
  await tx`select app.announce('provisioning', ${run.id})`;
  await wake(tx, tenantId, run.id);
}

/** Has the worker look at a run, now or after some seconds. */
export async function wake(tx: InTenantTx, tenantId: string, runId: string, afterSeconds = 0): Promise<void> {
  await enqueue(tx, Reconcile, { tenantId, runId }, { startAfterSeconds: afterSeconds });
}

/** The tenant's latest run with its steps in order. */
export async function currentRun(tx: TenantTx): Promise<Run | null> {
  const [run] = await tx<Omit<Run, "steps">[]>`
    select id, status, created_at, finished_at from provisioning_runs order by created_at desc limit 1`;
  if (!run) return null;
  const steps = await tx<Omit<RunStep, "label">[]>`
    select id, name, status, reason, attempts, finished_at from provisioning_steps
    where run_id = ${run.id} order by position`;
  return { ...run, steps: steps.map((step) => ({ ...step, label: STEP_LABELS[step.name] ?? step.name })) };
}

/** Gives what is stuck in a run another round at once. A run that is over stays so. @throws AppError not_found */
export async function retryRun(tx: TenantTx, actor: MemberActor, runId: string): Promise<void> {
  const [run] = await tx<{ id: string; status: RunStatus }[]>`
    select id, status from provisioning_runs where id = ${runId} for update`;
  if (!run) throw new AppError("not_found", "There is no such set-up.");
  if (run.status === "cancelling" || run.status === "cancelled") return;
  const woken = await tx`
    update provisioning_steps set status = 'pending', attempts = 0, next_attempt_at = null, reason = null
    where run_id = ${runId} and status in ('failed', 'waiting') returning id`;
  if (woken.length === 0 && run.status === "done") return;
  await tx`update provisioning_runs set status = 'running', finished_at = null where id = ${runId} and status = 'failed'`;
  await recordAudit(tx, actor, "provisioning.retried", runId);
  await tx`select app.announce('provisioning', ${runId})`;
  await wake(tx, actor.tenantId, runId);
}
