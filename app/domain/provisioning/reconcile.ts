// The reconciler: brings a run's steps to their desired state one after another, one worker at a time per run,
// and says at each point what is pending and why.
import type { Db, SystemTx } from "#app/platform/db.ts";
import type { Logger } from "#app/platform/log.ts";
import { MAX_ATTEMPTS, nextMove, retryDelaySeconds, type StepName, type StepState } from "./plan.ts";
import { wake } from "./runs.ts";
import { type Outcome, STEPS, type StepContext } from "./steps.ts";

export interface ReconcileServices extends Omit<StepContext, "tenantId"> {
  log: Logger;
  now(): Date;
}

/**
 * Moves a run as far as it goes now. Killed at any point, the next call goes on: what was done is recorded, what was
 * under way is looked at again.
 */
export async function reconcile(services: ReconcileServices, tenantId: string, runId: string): Promise<void> {
  const context: StepContext = { ...services, tenantId };
  for (;;) {
    const move = await inTenant(services.db, tenantId, (tx) => decide(tx, runId, tenantId, services.now()));
    if (move.kind !== "run") return;
    const outcome = await attempt(services.log, move.step, context);
    await inTenant(services.db, tenantId, (tx) => record(tx, runId, move.step, outcome, services.now()));
  }
}

const inTenant = <T>(db: Db, tenantId: string, fn: (tx: SystemTx) => Promise<T>): Promise<T> =>
  db.asSystem({ reason: "provisioning", tenantId }, fn);

/** Locks the run, reads its steps, notes what comes next. The lock orders workers that arrive at the same time. */
async function decide(tx: SystemTx, runId: string, tenantId: string, now: Date) {
  const [run] = await tx<{ status: string }[]>`select status from provisioning_runs where id = ${runId} for update`;
  if (run?.status !== "running") return { kind: "finish" as const, status: "done" as const };
  const steps = await tx<StepState[]>`
    select name, status, attempts, next_attempt_at from provisioning_steps where run_id = ${runId} order by position`;
  const move = nextMove(steps, now);
  if (move.kind === "finish") {
    await tx`update provisioning_runs set status = ${move.status}, finished_at = ${now} where id = ${runId}`;
    await tx`select app.announce('provisioning', ${runId})`;
  }
  if (move.kind === "wait")
    await wake(tx, tenantId, runId, Math.max(0.2, (move.until.getTime() - now.getTime()) / 1000));
  if (move.kind === "run") {
    await tx`
      update provisioning_steps set status = 'running', attempts = attempts + 1, started_at = coalesce(started_at, ${now}),
        next_attempt_at = null
      where run_id = ${runId} and name = ${move.step}`;
    await tx`select app.announce('provisioning', ${runId})`;
  }
  return move;
}

async function attempt(log: Logger, step: StepName, context: StepContext): Promise<Outcome> {
  try {
    return await STEPS[step](context);
  } catch (error) {
    log.warn("provisioning.step_failed", { step, tenant_id: context.tenantId, error });
    return { kind: "failed", reason: "This didn't work on our side. We try again by ourselves." };
  }
}

async function record(tx: SystemTx, runId: string, step: StepName, outcome: Outcome, now: Date): Promise<void> {
  const [state] = await tx<{ attempts: number }[]>`
    select attempts from provisioning_steps where run_id = ${runId} and name = ${step} and status = 'running' for update`;
  if (!state) return;
  const at = (seconds: number) => new Date(now.getTime() + seconds * 1000);
  if (outcome.kind === "done") {
    await tx`
      update provisioning_steps set status = 'done', reason = ${outcome.reason ?? null}, finished_at = ${now}
      where run_id = ${runId} and name = ${step}`;
  } else if (outcome.kind === "waiting") {
    await tx`
      update provisioning_steps set status = 'waiting', reason = ${outcome.reason}, attempts = 0, next_attempt_at = ${at(outcome.seconds)}
      where run_id = ${runId} and name = ${step}`;
  } else {
    const exhausted = state.attempts >= MAX_ATTEMPTS;
    await tx`
      update provisioning_steps set status = ${exhausted ? "failed" : "waiting"}, reason = ${outcome.reason},
        next_attempt_at = ${exhausted ? null : at(retryDelaySeconds(state.attempts))}
      where run_id = ${runId} and name = ${step}`;
  }
  await tx`select app.announce('provisioning', ${runId})`;
}

/** Wakes the runs that nobody has moved for a while, for instance because a queue was lost. */
export async function sweepRuns(db: Db): Promise<number> {
  return db.asSystem({ reason: "provisioning.sweep" }, async (tx) => {
    const rows = await tx<{ tenantId: string; runId: string }[]>`
      select r.tenant_id, r.id as run_id from provisioning_runs r
      where r.status = 'running' and not exists (
        select from provisioning_steps s where s.tenant_id = r.tenant_id and s.run_id = r.id
          and (s.next_attempt_at > now() or s.started_at > now() - interval '2 minutes'))
      limit 500`;
    for (const { tenantId, runId } of rows) await wake(tx, tenantId, runId);
    return rows.length;
  });
}
