// Set-ups as staff sees and mends them: the list over all tenants, one tenant's latest, another try, skipping a step with
// a reason, ending it. Each change stands in the tenant's trail; the worker does the rest (provisioning/reconcile.ts).
import type { StaffActor } from "#app/platform/actor.ts";
import type { StaffTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { isUuid } from "#app/platform/ids.ts";
import { enqueue } from "#app/platform/jobs.ts";
import { recordStaffAudit } from "../audit/audit.ts";
import { STEP_LABELS, type StepName, type StepStatus } from "../provisioning/plan.ts";
import { Reconcile } from "../provisioning/provisioning.jobs.ts";
import { pageOf, readCursor } from "./cursor.ts";
import type { RunFilter, RunStatus, SkipStep } from "./tenants.schema.ts";
import { noTenant } from "./tenants.ts";

export interface RunRow {
  id: string;
  tenantId: string;
  tenantName: string;
  host: string | null;
  status: RunStatus;
  createdAt: Date;
  finishedAt: Date | null;
  /** The step it is at, in words, and why; null where all are settled. */
  step: string | null;
  reason: string | null;
}

const PAGE = 25;

/** The runs in this state, or in any: first those that failed, then those under way, each newest first. */
export async function listRuns(
  tx: StaffTx,
  { status, cursor: given }: RunFilter,
): Promise<{ runs: RunRow[]; nextCursor: string | null }> {
  const cursor = readCursor(given);
  const found = await tx<(Omit<RunRow, "step"> & { step: StepName | null; at: string; rank: number })[]>`
    select * from (select r.id, r.tenant_id, t.name as tenant_name, d.host, r.status, r.created_at, r.finished_at, s.name as step, s.reason,
      r.created_at::text as at,
      case r.status when 'failed' then 2 when 'running' then 1 when 'cancelling' then 1 else 0 end as rank
    from provisioning_runs r
    join tenants t on t.id = r.tenant_id
    left join lateral (
      select host from domains where tenant_id = r.tenant_id and kind = 'subdomain' order by created_at desc limit 1
    ) d on true
    left join lateral (
      select name, reason from provisioning_steps where tenant_id = r.tenant_id and run_id = r.id
        and status in ('pending', 'running', 'waiting', 'failed') order by position limit 1
    ) s on r.status in ('running', 'failed', 'cancelling')
    where ${status ? tx`r.status = ${status}` : tx`true`}) as run
    ${
      cursor
        ? tx`where (rank, created_at, id) < (${cursor.rank}::integer, ${cursor.at}::text::timestamptz, ${cursor.id}::uuid)`
        : tx``
    }
    order by rank desc, created_at desc, id desc limit ${PAGE + 1}`;
  const { rows, nextCursor } = pageOf(found, PAGE);
  return { runs: rows.map((row) => ({ ...row, step: row.step && labelOf(row.step) })), nextCursor };
}

/** How many set-ups are in each state that needs somebody or something. */
export async function countRuns(tx: StaffTx): Promise<Record<"failed" | "running" | "cancelling", number>> {
  const rows = await tx<{ status: "failed" | "running" | "cancelling"; runs: number }[]>`
    select status, count(*)::int as runs from provisioning_runs where status in ('failed', 'running', 'cancelling') group by 1`;
  return {
    failed: 0,
    running: 0,
    cancelling: 0,
    ...Object.fromEntries(rows.map(({ status, runs }) => [status, runs])),
  };
}

export interface StepView {
  id: string;
  label: string;
  status: StepStatus;
  reason: string | null;
  attempts: number;
  startedAt: Date | null;
  finishedAt: Date | null;
  nextAttemptAt: Date | null;
  skippable: boolean;
}

export interface RunView {
  id: string;
  status: RunStatus;
  createdAt: Date;
  finishedAt: Date | null;
  steps: StepView[];
}

/** The tenant's latest run with its steps in order; null where nothing was begun. */
export async function runOfTenant(tx: StaffTx, tenantId: string): Promise<RunView | null> {
  if (!isUuid(tenantId)) throw noTenant();
  const [run] = await tx<Omit<RunView, "steps">[]>`
    select id, status, created_at, finished_at from provisioning_runs
    where tenant_id = ${tenantId} order by created_at desc limit 1`;
  if (!run) return null;
  const steps = await tx<(Omit<StepView, "label" | "skippable"> & { name: StepName })[]>`
    select id, name, status, reason, attempts, started_at, finished_at, next_attempt_at from provisioning_steps
    where tenant_id = ${tenantId} and run_id = ${run.id} order by position`;
  const open = run.status !== "cancelling" && run.status !== "cancelled";
  return {
    ...run,
    steps: steps.map(({ name, ...step }) => ({
      ...step,
      label: labelOf(name),
      skippable: open && isSkippable(name, step.status),
    })),
  };
}

const labelOf = (name: StepName): string => STEP_LABELS[name] ?? name;

/** Steps without which there is nothing to open. */
const ESSENTIAL: readonly StepName[] = ["subdomain", "host"];

function isSkippable(name: StepName, status: StepStatus): boolean {
  return !ESSENTIAL.includes(name) && ["pending", "running", "waiting", "failed"].includes(status);
}

/**
 * Gives what is stuck another round at once, also a step that others went on without.
 * @throws AppError not_found; conflict where nothing is left to try
 */
export async function retryRunAsStaff(tx: StaffTx, actor: StaffActor, tenantId: string): Promise<void> {
  const run = await lockRun(tx, tenantId, ["running", "failed", "done"]);
  const woken = await tx`
    update provisioning_steps set status = 'pending', attempts = 0, next_attempt_at = null, reason = null
    where tenant_id = ${tenantId} and run_id = ${run.id} and status in ('failed', 'waiting') returning id`;
  if (run.status === "done" && woken.length === 0) throw new AppError("conflict", "This set-up is over.");
  await goOn(tx, tenantId, run.id);
  await recordStaffAudit(tx, actor, tenantId, "provisioning.retried", run.id);
}

/**
 * Goes on without a step. The tenant's people read the reason.
 * @throws AppError not_found; conflict where the step is settled or nothing goes on without it
 */
export async function skipStep(tx: StaffTx, actor: StaffActor, tenantId: string, input: SkipStep): Promise<void> {
  const run = await lockRun(tx, tenantId, ["running", "failed", "done"]);
  const [step] = await tx<{ name: StepName; status: StepStatus }[]>`
    select name, status from provisioning_steps
    where tenant_id = ${tenantId} and run_id = ${run.id} and id = ${input.stepId} for update`;
  if (!step) throw new AppError("not_found", "This set-up has no such step.");
  if (!isSkippable(step.name, step.status)) throw new AppError("conflict", "This step can't be skipped any more.");
  await tx`
    update provisioning_steps set status = 'skipped', reason = ${`Skipped by our staff: ${input.reason}`},
      finished_at = now(), next_attempt_at = null
    where tenant_id = ${tenantId} and id = ${input.stepId}`;
  await goOn(tx, tenantId, run.id);
  await recordStaffAudit(tx, actor, tenantId, "provisioning.step_skipped", run.id, {
    step: step.name,
    reason: input.reason,
  });
}

/**
 * Ends the set-up: what was made for it is taken back, the last step first.
 * @throws AppError not_found; conflict where the run is over
 */
export async function cancelRunAsStaff(tx: StaffTx, actor: StaffActor, tenantId: string): Promise<void> {
  const run = await lockRun(tx, tenantId, ["running", "failed"]);
  await tx`update provisioning_runs set status = 'cancelling' where tenant_id = ${tenantId} and id = ${run.id}`;
  await enqueue(tx, Reconcile, { tenantId, runId: run.id });
  await recordStaffAudit(tx, actor, tenantId, "provisioning.cancelled", run.id);
}

/** Locks the latest run before its steps, as the worker does. */
async function lockRun(
  tx: StaffTx,
  tenantId: string,
  allowed: readonly RunStatus[],
): Promise<{ id: string; status: RunStatus }> {
  if (!isUuid(tenantId)) throw noTenant();
  const [run] = await tx<{ id: string; status: RunStatus }[]>`
    select id, status from provisioning_runs where tenant_id = ${tenantId} order by created_at desc limit 1 for update`;
  if (!run) throw new AppError("not_found", "This organisation has no set-up.");
  if (!allowed.includes(run.status)) throw new AppError("conflict", "This set-up is over.");
  return run;
}

async function goOn(tx: StaffTx, tenantId: string, runId: string): Promise<void> {
  await tx`
    update provisioning_runs set status = 'running', finished_at = null
    where tenant_id = ${tenantId} and id = ${runId} and status = 'failed'`;
  await enqueue(tx, Reconcile, { tenantId, runId });
}
