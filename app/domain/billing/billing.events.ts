// What billing tells the other topics.
import { z } from "zod";
import { defineEvent } from "../events/events.ts";

const Plan = z.object({ plan: z.string() });

/** A plan was paid for: for the first time, or again after it had been suspended or cancelled. */
export const TenantActivated = defineEvent("tenant.activated", Plan);
/** A payment failed; everything still works until `suspendsAt`. */
export const TenantPastDue = defineEvent("tenant.past_due", z.object({ suspendsAt: z.string() }));
/** Nothing works any more until somebody pays. */
export const TenantSuspended = defineEvent(
  "tenant.suspended",
  z.object({ why: z.enum(["trial_ended", "payment", "staff"]) }),
);
/** The subscription has ended. */
export const TenantCancelled = defineEvent("tenant.cancelled", z.object({}));
/** It was deleted, by an owner, by staff, or as nobody came back to a plan that had ended; erased at `eraseAt`. */
export const TenantDeleted = defineEvent(
  "tenant.deleted",
  z.object({ by: z.enum(["member", "staff", "system"]), eraseAt: z.string() }),
);
/** It was brought back from being deleted. */
export const TenantRestored = defineEvent("tenant.restored", z.object({}));
/** Staff has ended its pause. */
export const TenantResumed = defineEvent("tenant.resumed", z.object({}));
export const PlanChanged = defineEvent("plan.changed", z.object({ from: z.string(), to: z.string() }));
export const PaymentFailed = defineEvent(
  "payment.failed",
  z.object({ invoiceId: z.string(), amountCents: z.number() }),
);
/** The bank wants the customer to confirm a payment. */
export const PaymentActionNeeded = defineEvent("payment.action_needed", z.object({ invoiceId: z.string() }));
export const InvoicePaid = defineEvent("invoice.paid", z.object({ invoiceId: z.string(), amountCents: z.number() }));
/** A smaller plan begins at `at`. */
export const PlanChangeScheduled = defineEvent("plan.change_scheduled", z.object({ to: z.string(), at: z.string() }));
/** The subscription ends at `endsAt`, unless that is taken back. */
export const CancellationScheduled = defineEvent("subscription.cancel_scheduled", z.object({ endsAt: z.string() }));
/** What was cancelled or planned goes on as it is. */
export const SubscriptionResumed = defineEvent("subscription.resumed", z.object({ plan: z.string() }));
/** A threshold of a limit was reached. */
export const UsageThreshold = defineEvent(
  "usage.threshold",
  z.object({ metric: z.string(), threshold: z.number(), used: z.number(), included: z.number() }),
);
