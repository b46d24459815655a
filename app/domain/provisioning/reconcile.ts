// The reconciler: brings a run's steps to their desired state one after another, one worker at a time per run,
// and says at each point what is pending and why.
import type { Db, SystemTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import type { Logger } from "#app/platform/log.ts";
import { emit } from "../events/events.ts";
import {
  maxAttempts,
  nextMove,
  nextUndo,
  OPTIONAL_STEPS,
  retryDelaySeconds,
  type StepName,
  type StepState,
} from "./plan.ts";
import { ProvisioningCancelled, ProvisioningFailed } from "./provisioning.events.ts";
import { startProvisioning, wake } from "./runs.ts";
import { type Outcome, STEPS, type StepContext, UNDO } from "./steps.ts";

export interface ReconcileServices extends Omit<StepContext, "tenantId"> {
  log: Logger;
}

type Move =
  | { kind: "run" | "undo"; step: StepName }
  /** There is nothing to do now. */
  | { kind: "rest" };

/**
 * Moves a run as far as it goes now: on, or back where it was cancelled. Killed at any point, the next call goes on: what
 * was done is recorded, what was under way is looked at again.
 */
export async function reconcile(services: ReconcileServices, tenantId: string, runId: string): Promise<void> {
  const context: StepContext = { ...services, tenantId };
  for (;;) {
    const run: Run = { runId, tenantId, now: services.now() };
    const move = await inTenant(services.db, tenantId, (tx) => decide(tx, run));
    if (move.kind === "rest") return;
    const outcome = await attempt(services.log, move, context);
    const done: Run = { runId, tenantId, now: services.now() };
    await inTenant(services.db, tenantId, (tx) =>
      move.kind === "undo" ? recordUndo(tx, done, move.step, outcome) : record(tx, done, move.step, outcome),
    );
    // Taking back that doesn't work now waits for its time, as a job of its own.
    if (move.kind === "undo" && outcome.kind !== "done") return;
  }
}

interface Run {
  runId: string;
  tenantId: string;
  now: Date;
}

const inTenant = <T>(db: Db, tenantId: string, fn: (tx: SystemTx) => Promise<T>): Promise<T> =>
  db.asSystem({ reason: "provisioning", tenantId }, fn);

/** A job's clock may be before ours. */
const EARLY_MS = 1_000;

/** Locks the run, reads its steps, notes what comes next. The lock orders workers that arrive at the same time. */
async function decide(tx: SystemTx, run: Run): Promise<Move> {
  const { runId, now } = run;
  const [found] = await tx<{ status: string }[]>`select status from provisioning_runs where id = ${runId} for update`;
  const status = found?.status ?? "";
  if (!["running", "done", "cancelling"].includes(status)) return { kind: "rest" };
  const steps = await tx<StepState[]>`
    select name, status, attempts, next_attempt_at from provisioning_steps where run_id = ${runId} order by position`;
  if (status === "cancelling") return decideUndo(tx, run, steps);
  const move = nextMove(steps, now);
  if (move.kind === "run") {
    await begin(tx, run, move.step);
    return move;
  }
  if (move.kind === "finish" && status === "running") await finish(tx, run, move.status);
  // Whoever let the step wait has ordered to be woken. Only a call that comes a moment early sees to that again.
  const until = move.kind === "wait" ? move.until : move.again;
  if (until && until.getTime() - now.getTime() < EARLY_MS) await wakeAt(tx, run, until);
  return { kind: "rest" };
}

async function decideUndo(tx: SystemTx, run: Run, steps: readonly StepState[]): Promise<Move> {
  const step = nextUndo(steps);
  if (step) {
    await begin(tx, run, step);
    return { kind: "undo", step };
  }
  const [ended] = await tx<{ beginAnew: boolean }[]>`
    update provisioning_runs set status = 'cancelled', finished_at = ${run.now} where id = ${run.runId} returning begin_anew`;
  await emit(tx, run.tenantId, ProvisioningCancelled, { runId: run.runId });
  await tx`select app.announce('provisioning', ${run.runId})`;
  // Somebody came back meanwhile.
  const { tenantId } = run;
  if (ended?.beginAnew) await startProvisioning(tx, { kind: "system", reason: "provisioning.anew", tenantId });
  return { kind: "rest" };
}

async function begin(tx: SystemTx, { runId, now }: Run, step: StepName): Promise<void> {
  await tx`
    update provisioning_steps set status = 'running', attempts = attempts + 1, started_at = coalesce(started_at, ${now}),
      next_attempt_at = null
    where run_id = ${runId} and name = ${step}`;
  await tx`select app.announce('provisioning', ${runId})`;
}

/** A run that ends is told once: this is the transaction that ends it. */
async function finish(tx: SystemTx, { runId, tenantId, now }: Run, status: "done" | "failed"): Promise<void> {
  await tx`update provisioning_runs set status = ${status}, finished_at = ${now} where id = ${runId}`;
  await tx`select app.announce('provisioning', ${runId})`;
  if (status === "done") return;
  const [step] = await tx<{ name: string; attempts: number }[]>`
    select name, attempts from provisioning_steps where run_id = ${runId} and status = 'failed'
      and name <> all(${[...OPTIONAL_STEPS]}::text[]) order by position limit 1`;
  if (step) await emit(tx, tenantId, ProvisioningFailed, { runId, step: step.name, attempts: step.attempts });
}

const wakeAt = (tx: SystemTx, { tenantId, runId, now }: Run, until: Date): Promise<void> =>
  wake(tx, tenantId, runId, Math.max(0.2, (until.getTime() - now.getTime()) / 1000));

async function attempt(
  log: Logger,
  { kind, step }: Exclude<Move, { kind: "rest" }>,
  context: StepContext,
): Promise<Outcome> {
  try {
    const work = kind === "undo" ? UNDO[step] : STEPS[step];
    return work ? await work(context) : { kind: "done" };
  } catch (error) {
    log.warn("provisioning.step_failed", { step, tenant_id: context.tenantId, error });
    const seconds = error instanceof AppError ? error.retryAfter : undefined;
    const reason = "This didn't work on our side. We try again by ourselves.";
    return { kind: "failed", reason, ...(seconds !== undefined && { seconds }) };
  }
}

async function record(tx: SystemTx, run: Run, step: StepName, outcome: Outcome): Promise<void> {
  const { runId, now } = run;
  const [state] = await tx<{ attempts: number }[]>`
    select attempts from provisioning_steps where run_id = ${runId} and name = ${step} and status = 'running' for update`;
  if (!state) return;
  if (outcome.kind === "done" || outcome.kind === "skipped") {
    await tx`
      update provisioning_steps set status = ${outcome.kind}, reason = ${outcome.reason ?? null}, finished_at = ${now}
      where run_id = ${runId} and name = ${step}`;
  } else if (outcome.kind === "waiting") {
    await tx`
      update provisioning_steps set status = 'waiting', reason = ${outcome.reason}, attempts = 0,
        next_attempt_at = ${later(now, outcome.seconds)}
      where run_id = ${runId} and name = ${step}`;
    await wakeAt(tx, run, later(now, outcome.seconds));
  } else {
    const exhausted = outcome.final === true || state.attempts >= maxAttempts(step);
    const seconds = Math.max(outcome.seconds ?? 0, retryDelaySeconds(state.attempts, step));
    await tx`
      update provisioning_steps set status = ${exhausted ? "failed" : "waiting"}, reason = ${outcome.reason},
        next_attempt_at = ${exhausted ? null : later(now, seconds)}
      where run_id = ${runId} and name = ${step}`;
    if (!exhausted) await wakeAt(tx, run, later(now, seconds));
  }
  await tx`select app.announce('provisioning', ${runId})`;
}

/** Taking back is never given up: what was made for a tenant mustn't stay behind. */
async function recordUndo(tx: SystemTx, run: Run, step: StepName, outcome: Outcome): Promise<void> {
  const { runId, now } = run;
  const [state] = await tx<{ attempts: number }[]>`
    select attempts from provisioning_steps where run_id = ${runId} and name = ${step} for update`;
  if (outcome.kind === "done") {
    await tx`
      update provisioning_steps set status = 'cancelled', reason = null, finished_at = ${now}, next_attempt_at = null
      where run_id = ${runId} and name = ${step}`;
  } else {
    const wished = "seconds" in outcome ? (outcome.seconds ?? 0) : 0;
    const next = later(now, Math.max(wished, retryDelaySeconds(state?.attempts ?? 1, step)));
    await tx`
      update provisioning_steps set status = 'waiting', reason = ${outcome.reason ?? null}, next_attempt_at = ${next}
      where run_id = ${runId} and name = ${step}`;
    await wakeAt(tx, run, next);
  }
  await tx`select app.announce('provisioning', ${runId})`;
}

const later = (now: Date, seconds: number): Date => new Date(now.getTime() + seconds * 1000);

/** Wakes the runs that nobody has moved for a while, for instance because a queue was lost. */
export async function sweepRuns(db: Db): Promise<number> {
  return db.asSystem({ reason: "provisioning.sweep" }, async (tx) => {
    const rows = await tx<{ tenantId: string; runId: string }[]>`
      select r.tenant_id, r.id as run_id from provisioning_runs r
      where (r.status in ('running', 'cancelling') or r.status = 'done' and exists (
          select from provisioning_steps o where o.tenant_id = r.tenant_id and o.run_id = r.id
            and o.name = any(${[...OPTIONAL_STEPS]}::text[]) and o.status in ('waiting', 'running')))
        and r.created_at < now() - interval '2 minutes'
        and not exists (
          select from provisioning_steps s where s.tenant_id = r.tenant_id and s.run_id = r.id
            and (s.next_attempt_at > now() or s.started_at > now() - interval '2 minutes'))
      limit 500`;
    for (const { tenantId, runId } of rows) await wake(tx, tenantId, runId);
    return rows.length;
  });
}
