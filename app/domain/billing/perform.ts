// Carries recorded operations out: the vendor is called outside of any transaction, under the operation's id, so that
// whoever is killed half-way is followed by one who gets the same answer.
import { z } from "zod";
import type { SystemTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { recordAudit } from "../audit/audit.ts";
import { notForSale } from "./changes.ts";
import type { OperationInput } from "./operations.ts";
import { pricesOf } from "./plans.ts";
import type { BillingProvider, ProviderPrice } from "./ports.ts";
import { type BillingServices, requestSync, syncBilling } from "./sync.ts";

const Input = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("change_plan"),
    planVersionId: z.uuid(),
    when: z.enum(["now", "period_end"]),
    at: z.iso.datetime(),
    subscriptionId: z.string(),
  }),
  z.object({ kind: z.enum(["cancel", "cancel_now"]), subscriptionId: z.string() }),
  z.object({
    kind: z.literal("reactivate"),
    subscriptionId: z.string(),
    what: z.enum(["cancellation", "planned_change"]),
  }),
  z.object({ kind: z.literal("pay_invoice"), invoiceId: z.string() }),
  z.object({ kind: z.literal("refund"), invoiceId: z.string(), amountCents: z.number().int().nullable() }),
]) satisfies z.ZodType<OperationInput>;

interface Outcome {
  status: "done" | "failed";
  error: string | null;
  code: string | null;
}
const DONE: Outcome = { status: "done", error: null, code: null };

/**
 * Carries an operation out. One that has ended is left alone; twice at once is the same as once.
 * @throws what a later try may overcome: Stripe can't be reached, our own failures
 */
export async function performOperation(
  services: BillingServices,
  { tenantId, operationId }: { tenantId: string; operationId: string },
): Promise<void> {
  const inTenant = <T>(fn: (tx: SystemTx) => Promise<T>): Promise<T> =>
    services.db.asSystem({ reason: "billing.perform", tenantId }, fn);
  const task = await inTenant((tx) => read(tx, tenantId, operationId));
  if (!task) return;
  let outcome = await attempt(services.billing, operationId, task);
  // What Stripe made of it is to stand in the pages when the operation's end is seen.
  const synced = await syncBilling(services, tenantId).then(
    () => true,
    () => false,
  );
  await inTenant(async (tx) => {
    outcome = await lookAgain(tx, tenantId, task.input, outcome);
    await finish(tx, tenantId, operationId, task.input, outcome);
    if (!synced) await requestSync(tx, tenantId);
  });
}

interface Task {
  input: OperationInput;
  prices: ProviderPrice[] | null;
}

async function read(tx: SystemTx, tenantId: string, operationId: string): Promise<Task | null> {
  const [row] = await tx<{ kind: string; input: Record<string, unknown> }[]>`
    select kind, input from billing_operations
    where tenant_id = ${tenantId} and id = ${operationId} and status = 'pending'`;
  if (!row) return null;
  const input = Input.parse({ ...row.input, kind: row.kind });
  return { input, prices: input.kind === "change_plan" ? await pricesOf(tx, input.planVersionId) : null };
}

async function attempt(billing: BillingProvider | null, key: string, task: Task): Promise<Outcome> {
  try {
    if (!billing) throw new AppError("conflict", "Payments aren't set up here yet.", { reason: "billing_not_set_up" });
    await call(billing, key, task);
    return DONE;
  } catch (error) {
    if (!(error instanceof AppError) || isPassing(error)) throw error;
    return { status: "failed", error: error.message, code: error.reason ?? error.code };
  }
}

const isPassing = ({ code }: AppError): boolean => ["unavailable", "timeout", "rate_limited"].includes(code);

function call(billing: BillingProvider, key: string, { input, prices }: Task): Promise<void> {
  switch (input.kind) {
    case "change_plan": {
      if (!prices) throw notForSale();
      const change = { subscriptionId: input.subscriptionId, prices };
      return input.when === "now"
        ? billing.changeNow({ ...change, at: new Date(input.at) }, key)
        : billing.changeAtPeriodEnd(change, key);
    }
    case "cancel":
      return billing.setCancelAtPeriodEnd(input.subscriptionId, true, key);
    case "cancel_now":
      return billing.cancelNow(input.subscriptionId, key);
    case "reactivate":
      return input.what === "cancellation"
        ? billing.setCancelAtPeriodEnd(input.subscriptionId, false, key)
        : billing.dropPlannedChange(input.subscriptionId, key);
    case "pay_invoice":
      return billing.payInvoice(input.invoiceId, key);
    case "refund":
      return billing.refundInvoice({ invoiceId: input.invoiceId, amountCents: input.amountCents }, key);
  }
}

const CONFIRM = "Your bank wants you to confirm this payment. Open the invoice to do so";

/** What Stripe's answer alone doesn't say, seen in what was copied since. */
async function lookAgain(tx: SystemTx, tenantId: string, input: OperationInput, outcome: Outcome): Promise<Outcome> {
  if (input.kind === "change_plan" && outcome.status === "done") return afterChange(tx, tenantId, input);
  if (input.kind !== "pay_invoice" || outcome.code !== "payment_failed") return outcome;
  const [invoice] = await tx<{ needsAction: boolean }[]>`
    select needs_action from invoices where tenant_id = ${tenantId} and stripe_invoice_id = ${input.invoiceId}`;
  return invoice?.needsAction ? { status: "failed", error: `${CONFIRM}.`, code: "payment_action_needed" } : outcome;
}

/** An upgrade whose payment didn't go through waits at Stripe: the plan hasn't changed. */
async function afterChange(
  tx: SystemTx,
  tenantId: string,
  { subscriptionId }: { subscriptionId: string },
): Promise<Outcome> {
  const [waiting] = await tx<{ needsAction: boolean | null; failure: string | null }[]>`
    select i.needs_action, i.failure from subscriptions s
    left join lateral (
      select needs_action, failure from invoices i
      where i.tenant_id = s.tenant_id and i.stripe_subscription_id = s.stripe_subscription_id and i.status = 'open'
      order by i.issued_at desc limit 1) i on true
    where s.tenant_id = ${tenantId} and s.stripe_subscription_id = ${subscriptionId} and s.pending_update`;
  if (!waiting) return DONE;
  return waiting.needsAction
    ? {
        status: "failed",
        error:
          "Your bank wants you to confirm this payment. Open the invoice to do so; the plan changes once it is paid.",
        code: "payment_action_needed",
      }
    : {
        status: "failed",
        error: `The payment didn't go through${waiting.failure ? `: ${waiting.failure}` : "."} Your plan stays as it is until the invoice is paid.`,
        code: "payment_failed",
      };
}

async function finish(
  tx: SystemTx,
  tenantId: string,
  operationId: string,
  { kind }: OperationInput,
  { status, error, code }: Outcome,
): Promise<void> {
  const [ended] = await tx<{ id: string }[]>`
    update billing_operations set status = ${status}, error = ${error}, error_code = ${code}, finished_at = now()
    where tenant_id = ${tenantId} and id = ${operationId} and status = 'pending' returning id`;
  if (!ended) return;
  await recordAudit(tx, { kind: "system", reason: "billing" }, `billing.${kind}_${status}`, operationId);
  await tx`select app.announce('billing', ${operationId})`;
}
