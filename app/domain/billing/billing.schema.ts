// The forms of billing. May reach the browser.
import { z } from "zod";

const PlanKey = z.enum(["trial", "basic", "premium", "enterprise"], { error: "Choose a plan." });

/** Buys a plan; with `keepTrial` the first payment waits for the end of the free trial. */
export const BuyPlan = z.object({ plan: PlanKey, keepTrial: z.boolean().default(false) });
export type BuyPlan = z.infer<typeof BuyPlan>;

/** Changes the plan; `at` is the moment to which the preview was prorated, ISO 8601. */
export const ChangePlan = z.object({
  plan: PlanKey,
  at: z.iso
    .datetime()
    .transform((at) => new Date(at))
    .optional()
    .catch(undefined),
});
export type ChangePlan = z.infer<typeof ChangePlan>;

export const PayInvoice = z.object({ invoiceId: z.uuid({ error: "This invoice is gone." }) });
export const Nothing = z.object({});

/** With what Stripe's portal opens: its overview, or the card. */
export const OpenPortal = z.object({ flow: z.enum(["payment_method"]).optional().catch(undefined) });
