// What programs ask of billing: they state what they want and learn what came of it, within seconds or as under way.
import type { TenantActor } from "#app/platform/actor.ts";
import type { InTenantTx, TenantTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { type BillingAccount, billingAccount, currentSubscription, isLiving, type Subscription } from "./accounts.ts";
import { conflict } from "./changes.ts";
import { type CheckoutServices, openCheckout, openPortal } from "./checkout.ts";
import { type Entitlements, entitlements } from "./entitlements.ts";
import { findInvoice, type Invoice, openInvoice } from "./invoices.ts";
import {
  awaitOperation,
  latestOperation,
  type Operation,
  requestCancel,
  requestChange,
  requestPayment,
  requestReactivate,
} from "./operations.ts";
import type { PlanId } from "./plans.ts";
import { upgradeUrl } from "./refusals.ts";

export interface SubscriptionState {
  account: BillingAccount;
  subscription: Subscription | null;
  entitlements: Entitlements;
  /** The change that is under way or came last. */
  operation: Operation | null;
}

/** What the tenant has bought, and what goes on with it. */
export async function subscriptionState(tx: TenantTx): Promise<SubscriptionState> {
  const [account, subscription, it, operation] = await Promise.all([
    billingAccount(tx),
    currentSubscription(tx),
    entitlements(tx),
    latestOperation(tx),
  ]);
  return { account, subscription, entitlements: it, operation };
}

/** A change that was asked for, and whether it has been made. */
export interface Changed {
  underWay: boolean;
  state: SubscriptionState;
}

/**
 * Wants the tenant on this plan. Where it is, or will be, nothing happens; where a smaller one is planned instead,
 * that is taken back.
 * @throws AppError as requestChange; payment_required where the payment failed
 */
export function wantPlan(services: CheckoutServices, actor: TenantActor, plan: PlanId): Promise<Changed> {
  return change(services, actor, async (tx) => {
    const subscription = await currentSubscription(tx);
    if (isLiving(subscription) && !subscription.endsAt) {
      const { next } = subscription;
      if (next ? next.plan === plan : subscription.plan.plan === plan) return null;
      if (subscription.plan.plan === plan) return (await requestReactivate(tx, actor)).id;
    }
    return (await requestChange(tx, actor, { plan })).id;
  });
}

/** Cancels at the end of the period that is paid for. @throws AppError as requestCancel */
export function cancelAtPeriodEnd(services: CheckoutServices, actor: TenantActor): Promise<Changed> {
  return change(services, actor, async (tx) => (await requestCancel(tx, actor)).id);
}

/** Takes a cancellation or a planned change back. @throws AppError as requestReactivate */
export function takeBack(services: CheckoutServices, actor: TenantActor): Promise<Changed> {
  return change(services, actor, async (tx) => (await requestReactivate(tx, actor)).id);
}

async function change(
  { db }: CheckoutServices,
  actor: TenantActor,
  request: (tx: TenantTx) => Promise<string | null>,
): Promise<Changed> {
  assertForReal(actor);
  const id = await db.asTenant(actor, request);
  const operation = id === null ? null : await awaitOperation(db, actor, id);
  if (operation?.status === "failed") {
    const open = await db.asTenant(actor, openInvoice, { readOnly: true });
    throw failureOf(operation, open);
  }
  const state = await db.asTenant(actor, subscriptionState, { readOnly: true });
  return { underWay: operation?.status === "pending", state };
}

/** A program that works on test data spends no money; people in test mode know what they click. */
function assertForReal(actor: TenantActor): void {
  if (actor.kind !== "api_key" || !actor.sandbox) return;
  throw conflict(
    "Test mode is on: programs neither buy nor pay in it. Switch it off, or do this under Billing.",
    "sandbox",
  );
}

/** What a failed operation says to whoever asked for it. */
function failureOf({ error, errorCode }: Operation, open: Invoice | null): AppError {
  const words = error ?? "That could not be done.";
  const reason = errorCode ?? "failed";
  const isPayment = reason.startsWith("payment_");
  if (!isPayment) return new AppError("conflict", words, { reason });
  const help = { invoice_id: open?.id ?? null, invoice_url: open?.hostedUrl ?? null };
  return new AppError("payment_required", words, { reason, help });
}

/** What a request to pay came to. */
export type Payment =
  | { outcome: "paid" | "processing"; invoice: Invoice }
  | { outcome: "nothing_due" }
  /** Somebody must do something at `url`: choose a plan, buy it, leave a card, confirm the payment to their bank. */
  | { outcome: "action_required"; action: PaymentAction; url: string; invoice: Invoice | null };
export type PaymentAction = "choose_plan" | "checkout" | "add_card" | "confirm";

/**
 * Pays what is due by the card that Stripe knows; where something is missing for that, says where it is given.
 * @param invoiceId left out: the oldest that waits
 * @param plan what is bought where there is no subscription; left out: the one that the tenant had
 * @throws AppError not_found for an invoice that isn't the tenant's; payment_required where the card fails; conflict
 * where a change is under way
 */
export async function payWhatIsDue(
  services: CheckoutServices,
  actor: TenantActor,
  { invoiceId, plan }: { invoiceId?: string | undefined; plan?: PlanId | undefined },
): Promise<Payment> {
  assertForReal(actor);
  const { db } = services;
  const read = async (tx: InTenantTx) => ({
    due: invoiceId ? await findInvoice(tx, invoiceId) : await openInvoice(tx),
    account: await billingAccount(tx),
    subscription: await currentSubscription(tx),
  });
  const { due, account, subscription } = await db.asTenant(actor, read, { readOnly: true });
  if (invoiceId && !due) throw new AppError("not_found", "There is no such invoice.");
  if (due && due.status !== "open")
    return due.status === "paid" ? { outcome: "paid", invoice: due } : { outcome: "nothing_due" };
  if (!due) {
    const had = subscription?.plan.plan;
    if (isLiving(subscription) || account.contract) return { outcome: "nothing_due" };
    return purchase(services, actor, plan ?? had);
  }
  if (due.needsAction && due.hostedUrl) {
    return { outcome: "action_required", action: "confirm", url: due.hostedUrl, invoice: due };
  }
  if (!account.paymentMethod) {
    const { url } = await openPortal(services, actor, { flow: "payment_method" });
    return { outcome: "action_required", action: "add_card", url, invoice: due };
  }
  const { id } = await db.asTenant(actor, (tx) => requestPayment(tx, actor, { invoiceId: due.id }));
  const operation = await awaitOperation(db, actor, id);
  const now = (await db.asTenant(actor, (tx) => findInvoice(tx, due.id), { readOnly: true })) ?? due;
  if (operation?.status === "pending") return { outcome: "processing", invoice: now };
  if (operation?.status !== "failed") return { outcome: "paid", invoice: now };
  if (operation.errorCode === "payment_action_needed" && now.hostedUrl) {
    return { outcome: "action_required", action: "confirm", url: now.hostedUrl, invoice: now };
  }
  throw failureOf(operation, now);
}

async function purchase(services: CheckoutServices, actor: TenantActor, plan: PlanId | undefined): Promise<Payment> {
  if (!plan) {
    const url = upgradeUrl(null, services.env);
    return { outcome: "action_required", action: "choose_plan", url, invoice: null };
  }
  const { url } = await openCheckout(services, actor, { plan, origin: "billing" });
  return { outcome: "action_required", action: "checkout", url, invoice: null };
}
