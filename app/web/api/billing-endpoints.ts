// The endpoints of what an organisation has bought: its subscription, as it is and as it is wanted.
import { z } from "zod";
import type { BoughtPlan, Subscription } from "#app/domain/billing/accounts.ts";
import type { Operation } from "#app/domain/billing/operations.ts";
import type { Changed, SubscriptionState } from "#app/domain/billing/requests.ts";
import { declare, type Refusal } from "./declare.ts";
import { Cents, Currency, Id, Period, PlanName, period, TenantStatus, Time, time } from "./wire.ts";

const Plan = z
  .object({
    id: PlanName,
    name: z.string(),
    monthly_cents: Cents.nullable().describe("Null: agreed by contract."),
    currency: Currency,
  })
  .meta({ id: "Plan" });
const Change = z
  .object({
    id: Id,
    kind: z.enum(["change_plan", "cancel", "cancel_now", "reactivate", "pay_invoice", "refund"]),
    status: z.enum(["pending", "done", "failed"]),
    error: z.object({ code: z.string(), detail: z.string() }).nullable(),
    requested_at: Time,
    finished_at: Time.nullable(),
  })
  .meta({ id: "Change", description: "A change of what was bought." });
const Bought = z
  .object({
    tenant_id: Id,
    status: TenantStatus,
    plan: Plan,
    contract: z.boolean().describe("Agreed with the operator; nothing of it changes here."),
    trial_ends_at: Time.nullable(),
    past_due_since: Time.nullable(),
    suspends_at: Time.nullable().describe("When nothing works any more unless the open invoice is paid."),
    suspension: z.enum(["trial_ended", "payment", "staff"]).nullable(),
    subscription: z
      .object({
        id: Id,
        status: z.enum([
          "incomplete",
          "incomplete_expired",
          "trialing",
          "active",
          "past_due",
          "canceled",
          "unpaid",
          "paused",
        ]),
        plan: Plan,
        current_period: Period,
        trial_ends_at: Time.nullable(),
        ends_at: Time.nullable().describe("Cancelled: works until then."),
        ended_at: Time.nullable(),
        next_plan: z
          .object({ ...Plan.shape, starts_at: Time })
          .nullable()
          .describe("A smaller plan that begins later."),
        awaits_payment: z.boolean().describe("A larger plan waits for its payment to be made or confirmed."),
        coupon: z.string().nullable(),
        started_at: Time,
      })
      .nullable()
      .describe("Null: nothing was ever bought."),
    payment_method: z
      .object({ brand: z.string(), last4: z.string(), exp_month: z.int(), exp_year: z.int() })
      .nullable(),
    latest_change: Change.nullable().describe("The change that is under way or came last."),
  })
  .meta({ id: "Subscription", description: "What the organisation has bought." });

const TENANT = "01980d4e-6f3a-7c21-9a55-0d5f3b8f2c11";
const BASIC = { id: "basic", name: "Basic", monthly_cents: 149700, currency: "usd" };
const example = {
  tenant_id: TENANT,
  status: "active",
  plan: BASIC,
  ...{ contract: false, trial_ends_at: null, past_due_since: null, suspends_at: null, suspension: null },
  subscription: {
    id: "01980d50-2b1c-7a44-8d0e-6c7f8a9b0c1d",
    status: "active",
    plan: BASIC,
    current_period: { start: "2026-11-01T09:30:00.000Z", end: "2026-12-01T09:30:00.000Z" },
    ...{ trial_ends_at: null, ends_at: null, ended_at: null, next_plan: null, awaits_payment: false, coupon: null },
    started_at: "2026-09-01T09:30:00.000Z",
  },
  payment_method: { brand: "visa", last4: "4242", exp_month: 4, exp_year: 2030 },
  latest_change: null,
};
const settled = { description: "As it is now.", schema: Bought, example };
const underWay = {
  description: "The change is under way: `latest_change` is pending. Ask for the subscription again in a few seconds.",
  schema: Bought,
  example: {
    ...example,
    latest_change: {
      ...{ id: "01980d51-0d1a-7f3b-9c2e-1a2b3c4d5e6f", kind: "change_plan", status: "pending", error: null },
      ...{ requested_at: "2026-11-21T10:00:00.000Z", finished_at: null },
    },
  },
};
const conflictOf = (codes: string): Refusal => ({
  code: "conflict",
  description: `\`conflict\`: another change is under way. \`sandbox\`: test mode is on. ${codes}`,
});
const read = { by: "tenant", scope: "billing:read", permission: "billing:read", whileSuspended: true } as const;
const write = { by: "tenant", scope: "billing:write", permission: "billing:write", whileSuspended: true } as const;
const tag = "Billing";

export const getSubscription = declare({
  id: "getSubscription",
  method: "GET",
  path: "/api/v1/tenant/{id}/subscription",
  tag,
  summary: "What the organisation has bought",
  auth: read,
  replies: { 200: settled },
});

export const changeSubscription = declare({
  id: "changeSubscription",
  method: "PUT",
  path: "/api/v1/tenant/{id}/subscription",
  tag,
  summary: "Go over to another plan",
  description:
    "A larger plan begins at once: the rest of the period is charged, what was paid for the smaller one credited. A " +
    "smaller one begins at the end of the period. Naming the plan that one has takes a planned smaller one back. Where " +
    "nothing was bought yet, use the payment address.",
  auth: write,
  body: { schema: z.strictObject({ plan: PlanName }), example: { plan: "premium" } },
  replies: { 200: settled, 202: underWay },
  refusals: [
    {
      code: "payment_required",
      description:
        "`payment_failed`; `payment_action_needed`: the bank wants a confirmation, at `invoice_url`. The plan stays as it is.",
    },
    conflictOf(
      "`no_subscription`, `payment_due` (an invoice is open), `cancelled` (reactivate first), `not_sold`, `contract`.",
    ),
  ],
});

export const cancelSubscription = declare({
  id: "cancelSubscription",
  method: "POST",
  path: "/api/v1/tenant/{id}/subscription/cancel",
  tag,
  summary: "Cancel at the end of the period",
  description: "Everything works until then, and it can be taken back.",
  auth: write,
  replies: { 200: settled, 202: underWay },
  refusals: [conflictOf("`no_subscription`, `cancelled`.")],
});

export const reactivateSubscription = declare({
  id: "reactivateSubscription",
  method: "POST",
  path: "/api/v1/tenant/{id}/subscription/reactivate",
  tag,
  summary: "Take a cancellation or a planned smaller plan back",
  auth: write,
  replies: { 200: settled, 202: underWay },
  refusals: [conflictOf("`ended` (choose a plan anew), `unchanged` (nothing to take back).")],
});

/** What was bought, as the API sends it. */
export function boughtWire({
  account,
  subscription,
  entitlements: it,
  operation,
}: SubscriptionState): z.input<typeof Bought> {
  const card = account.paymentMethod;
  return {
    tenant_id: it.tenantId,
    status: it.effectiveStatus as z.input<typeof TenantStatus>,
    ...{ plan: planWire(account.plan), contract: account.contract, suspension: account.suspension },
    trial_ends_at: time(it.trialEndsAt),
    past_due_since: time(it.pastDueSince),
    suspends_at: time(it.suspendsAt),
    subscription: subscription && subscriptionWire(subscription),
    payment_method: card && { brand: card.brand, last4: card.last4, exp_month: card.expMonth, exp_year: card.expYear },
    latest_change: operation && changeWire(operation),
  };
}

/** What became of a change, as the API answers it. */
export function changedWire({ underWay: pending, state }: Changed) {
  return { status: pending ? 202 : 200, body: boughtWire(state) } as const;
}

const planWire = ({ plan, name, monthlyCents, currency }: BoughtPlan) => ({
  ...{ id: plan, name, monthly_cents: monthlyCents, currency },
});

function subscriptionWire(it: Subscription) {
  return {
    ...{ id: it.id, status: it.status, plan: planWire(it.plan), coupon: it.coupon },
    current_period: period({ start: it.periodStart, end: it.periodEnd }),
    trial_ends_at: time(it.trialEnd),
    ends_at: time(it.endsAt),
    ended_at: time(it.endedAt),
    next_plan: it.next && { ...planWire(it.next), starts_at: time(it.next.at) },
    awaits_payment: it.pendingUpdate,
    started_at: time(it.startedAt),
  };
}

function changeWire({ id, kind, status, error, errorCode, createdAt, finishedAt }: Operation) {
  const failure = error === null ? null : { code: errorCode ?? "failed", detail: error };
  return { id, kind, status, error: failure, requested_at: time(createdAt), finished_at: time(finishedAt) };
}
