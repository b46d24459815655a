// Changes of what is bought: recorded first, under an id that is Stripe's idempotency key, then carried out by a job.
import type { StaffActor, TenantActor } from "#app/platform/actor.ts";
import type { Db, StaffTx, TenantTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { enqueue } from "#app/platform/jobs.ts";
import { recordAudit } from "../audit/audit.ts";
import { currentSubscription, isLiving } from "./accounts.ts";
import { PerformOperation } from "./billing.jobs.ts";
import { conflict, decideChange, noSubscription, wholeSecond } from "./changes.ts";
import type { PlanId } from "./plans.ts";
import { upgradeUrl } from "./refusals.ts";

export type OperationKind = "change_plan" | "cancel" | "cancel_now" | "reactivate" | "pay_invoice" | "refund";

export interface Operation {
  id: string;
  kind: OperationKind;
  status: "pending" | "done" | "failed";
  /** In words for whoever asked; null where it is done or under way. */
  error: string | null;
  /** `payment_failed`, `payment_action_needed` (pay at the open invoice's page), or another reason. */
  errorCode: string | null;
  createdAt: Date;
  finishedAt: Date | null;
}

/** What is kept with each kind; the worker reads it back. */
export type OperationInput =
  | { kind: "change_plan"; planVersionId: string; when: "now" | "period_end"; at: string; subscriptionId: string }
  | { kind: "cancel" | "cancel_now"; subscriptionId: string }
  | { kind: "reactivate"; subscriptionId: string; what: "cancellation" | "planned_change" }
  | { kind: "pay_invoice"; invoiceId: string }
  | { kind: "refund"; invoiceId: string; amountCents: number | null };

/**
 * Asks for another plan: a larger one at once, prorated to `prorationDate`; a smaller one at the end of the period.
 * @param prorationDate the preview's `at`; left out or not of the last hour: now
 * @throws AppError conflict as decideChange, and where another change is under way
 */
export async function requestChange(
  tx: TenantTx,
  actor: TenantActor,
  { plan, prorationDate }: { plan: PlanId; prorationDate?: Date | null },
): Promise<{ id: string; when: "now" | "period_end"; at: Date }> {
  const { subscription, to, when, now } = await decideChange(tx, plan);
  const at = when === "period_end" ? subscription.periodEnd : proration(prorationDate, now, subscription.periodStart);
  const id = await record(tx, actor, {
    ...{ kind: "change_plan", planVersionId: to.id, when },
    ...{ at: at.toISOString(), subscriptionId: subscription.stripeId },
  });
  return { id, when, at };
}

const HOUR_MS = 3_600_000;

function proration(asked: Date | null | undefined, now: Date, periodStart: Date): Date {
  const fits = asked && +asked <= +now && +now - +asked < HOUR_MS && asked >= periodStart;
  return wholeSecond(fits ? asked : now);
}

/** Cancels at the end of the period that is paid for. @throws AppError conflict where there is nothing to cancel */
export async function requestCancel(tx: TenantTx, actor: TenantActor): Promise<{ id: string; endsAt: Date }> {
  const subscription = await currentSubscription(tx);
  if (!isLiving(subscription)) throw noSubscription();
  if (subscription.endsAt) throw conflict("It is cancelled already.", "cancelled");
  const id = await record(tx, actor, { kind: "cancel", subscriptionId: subscription.stripeId });
  return { id, endsAt: subscription.periodEnd };
}

/** Takes a cancellation or a planned change back. @throws AppError conflict where it is too late or there is none */
export async function requestReactivate(tx: TenantTx, actor: TenantActor): Promise<{ id: string }> {
  const subscription = await currentSubscription(tx);
  if (!isLiving(subscription)) {
    throw new AppError("conflict", "Your subscription has ended. Choose a plan to begin again.", {
      reason: "ended",
      help: { upgrade_url: upgradeUrl(null) },
    });
  }
  if (!subscription.endsAt && !subscription.next) throw conflict("Your subscription goes on as it is.", "unchanged");
  const what = subscription.endsAt ? "cancellation" : "planned_change";
  return { id: await record(tx, actor, { kind: "reactivate", subscriptionId: subscription.stripeId, what }) };
}

/**
 * Pays an open invoice by the card that Stripe knows.
 * @param invoiceId ours; left out: the oldest that waits
 */
export async function requestPayment(
  tx: TenantTx,
  actor: TenantActor,
  { invoiceId = null }: { invoiceId?: string | null } = {},
): Promise<{ id: string; invoiceId: string }> {
  const [invoice] = await tx<{ id: string; stripeId: string }[]>`
    select id, stripe_invoice_id as stripe_id from invoices
    where tenant_id = app.tenant_id() and status = 'open' and remaining_cents > 0
      and (${invoiceId}::uuid is null or id = ${invoiceId}::uuid)
    order by issued_at, id limit 1`;
  if (!invoice) throw conflict("There is no invoice to pay.", "nothing_due");
  const id = await record(tx, actor, { kind: "pay_invoice", invoiceId: invoice.stripeId });
  return { id, invoiceId: invoice.id };
}

/**
 * Gives a paid invoice's money back, all or in part. For the operator's staff.
 * @param amountCents null: all that is left
 */
export async function requestRefund(
  tx: StaffTx,
  actor: StaffActor,
  { tenantId, invoiceId, amountCents }: { tenantId: string; invoiceId: string; amountCents: number | null },
): Promise<{ id: string }> {
  const [invoice] = await tx<{ stripeId: string; left: string }[]>`
    select stripe_invoice_id as stripe_id, paid_cents - refunded_cents as left from invoices
    where tenant_id = ${tenantId} and id = ${invoiceId} and status = 'paid'`;
  if (!invoice) throw new AppError("not_found", "There is no such paid invoice.");
  if ((amountCents ?? 1) <= 0 || (amountCents ?? 1) > Number(invoice.left)) {
    throw new AppError("invalid", "That is more than what is left of it.", { reason: "amount" });
  }
  const input = { invoiceId: invoice.stripeId, amountCents };
  const [row] = await tx<{ id: string }[]>`
    insert into billing_operations (tenant_id, kind, input, requested_by)
    values (${tenantId}, 'refund', ${tx.json(input)}, ${actor.userId}) returning id`;
  if (!row) throw new AppError("internal", "The refund could not be recorded.");
  await enqueue(tx, PerformOperation, { tenantId, operationId: row.id }, { key: row.id });
  return row;
}

async function record(tx: TenantTx, actor: TenantActor, { kind, ...input }: OperationInput): Promise<string> {
  const by = actor.kind === "member" ? actor.userId : actor.keyId;
  const [row] = await tx<{ id: string }[]>`
    insert into billing_operations (tenant_id, kind, input, requested_by)
    values (${actor.tenantId}, ${kind}, ${tx.json(input)}, ${by}) returning id`;
  if (!row) throw new AppError("internal", "The change could not be recorded.");
  await recordAudit(tx, actor, `billing.${kind}_requested`, row.id);
  await enqueue(tx, PerformOperation, { tenantId: actor.tenantId, operationId: row.id }, { key: row.id });
  await tx`select app.announce('billing', ${row.id})`;
  return row.id;
}

const POLL_MS = 150;

/**
 * Waits for an operation's end.
 * @returns null where there is no such operation; one still `pending` where the time was up
 */
export async function awaitOperation(db: Db, actor: TenantActor, id: string, ms = 8_000): Promise<Operation | null> {
  const until = performance.now() + ms;
  for (;;) {
    const operation = await db.asTenant(actor, (tx) => readOperation(tx, id), { readOnly: true });
    if (operation?.status !== "pending" || performance.now() >= until) return operation;
    await new Promise((resume) => setTimeout(resume, POLL_MS));
  }
}

async function readOperation(tx: TenantTx, id: string): Promise<Operation | null> {
  const [row] = await tx<Operation[]>`
    select id, kind, status, error, error_code, created_at, finished_at from billing_operations
    where tenant_id = app.tenant_id() and id = ${id}`;
  return row ?? null;
}

/** The change that is under way or came last, for pages; refunds are the operator's own. */
export async function latestOperation(tx: TenantTx): Promise<Operation | null> {
  const [row] = await tx<Operation[]>`
    select id, kind, status, error, error_code, created_at, finished_at from billing_operations
    where tenant_id = app.tenant_id() and kind <> 'refund' order by (status = 'pending') desc, created_at desc limit 1`;
  return row ?? null;
}
