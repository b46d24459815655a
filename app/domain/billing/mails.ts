// Which mail follows which event, and the facts that its letter is written from when it goes out.
import { z } from "zod";
import { paths } from "#app/paths.ts";
import type { Db, SystemTx } from "#app/platform/db.ts";
import type { Env } from "#app/platform/env.ts";
import type { StoredEvent } from "../events/events.ts";
import type { Letter } from "../mail/letter.ts";
import { type LetterWriter, mailOwners } from "../mail/outbox.ts";
import * as events from "./billing.events.ts";
import { ENDING_MAILS, ENDING_WRITERS, endingState } from "./ending-mails.ts";
import * as letters from "./letters.ts";

/** Templates by the event that they follow. */
const BY_EVENT: Readonly<Record<string, string>> = {
  [events.TenantActivated.name]: "plan_active",
  [events.PaymentFailed.name]: "payment_failed",
  [events.PaymentActionNeeded.name]: "payment_action",
  [events.InvoicePaid.name]: "payment_received",
  [events.TenantSuspended.name]: "suspended",
  [events.PlanChanged.name]: "plan_changed",
  [events.PlanChangeScheduled.name]: "plan_change_scheduled",
  [events.CancellationScheduled.name]: "cancel_scheduled",
  [events.SubscriptionResumed.name]: "resumed",
  ...ENDING_MAILS,
};

/** Events that billing writes to the owners about. */
export const MAILED_EVENTS: readonly string[] = Object.keys(BY_EVENT);

/** Queues the mail that belongs to an event: once, however often it is called. */
export async function mailAboutEvent({ db }: { db: Db }, event: StoredEvent): Promise<void> {
  const { id, tenantId, type } = event;
  const template = BY_EVENT[type];
  if (!template) return;
  await db.asSystem({ reason: "billing.mail", tenantId }, (tx) =>
    mailOwners(tx, tenantId, { template, data: { eventId: id }, key: `${template}:${id}` }),
  );
}

interface Writing {
  tx: SystemTx;
  env: Env;
  tenantId: string;
  facts: letters.LetterFacts;
  data: Record<string, unknown>;
}
type Write = (writing: Writing) => Promise<Letter | null> | Letter | null;

const Invoiced = z.object({ invoiceId: z.uuid() });

const WRITERS: Readonly<Record<string, Write>> = {
  ...Object.fromEntries(
    Object.entries(ENDING_WRITERS).map(([template, write]): [string, Write] => [
      template,
      async ({ tx, env, tenantId, facts, data }) => {
        const state = await endingState(tx, tenantId);
        return state && write({ ...facts, ...state, restoreUrl: env.appUrl + paths.deletedTenant(tenantId) }, data);
      },
    ]),
  ),
  plan_active: async ({ tx, facts }) => letters.planActive(facts, await newestPaid(tx)),
  payment_failed: async ({ tx, facts, data }) => {
    const invoice = await invoiceOf(tx, data);
    // Somebody who buys or changes a plan sees on the page what became of the payment.
    if (!invoice || invoice.reason === "subscription_create" || invoice.reason === "subscription_update") return null;
    return letters.paymentFailed(facts, invoice, await suspensionDate(tx));
  },
  payment_action: async ({ tx, facts, data }) => {
    const invoice = await invoiceOf(tx, data);
    return invoice && invoice.reason !== "subscription_create" ? letters.actionNeeded(facts, invoice) : null;
  },
  payment_received: async ({ tx, facts, data }) => {
    const invoice = await invoiceOf(tx, data);
    // The first one is in the letter that says that the plan is active.
    return invoice && invoice.reason !== "subscription_create" ? letters.paymentReceived(facts, invoice) : null;
  },
  suspended: async ({ tx, facts, data }) => {
    const { why } = events.TenantSuspended.schema.parse(data);
    if (why === "trial_ended") return letters.trialOver(facts);
    return why === "payment" ? letters.suspended(facts, await oldestOpen(tx)) : letters.stoppedByStaff(facts);
  },
  plan_changed: async ({ tx, facts, data }) =>
    letters.planChanged(facts, await planName(tx, events.PlanChanged.schema.parse(data).from)),
  plan_change_scheduled: async ({ tx, facts, data }) => {
    const { to, at } = events.PlanChangeScheduled.schema.parse(data);
    return letters.changeScheduled(facts, await planName(tx, to), new Date(at));
  },
  cancel_scheduled: ({ facts, data }) =>
    letters.cancellationScheduled(facts, new Date(events.CancellationScheduled.schema.parse(data).endsAt)),
  resumed: ({ facts }) => letters.resumed(facts),
  trial_ending: ({ facts, data }) =>
    letters.trialEnding(facts, new Date(z.object({ endsAt: z.string() }).parse(data).endsAt)),
};

/** Writers of billing's letters, for the outbox. */
export const billingWriters: Readonly<Record<string, LetterWriter>> = Object.fromEntries(
  Object.entries(WRITERS).map(([template, write]): [string, LetterWriter] => [
    template,
    ({ db, env }, { tenantId, data }) =>
      db.asSystem(
        { reason: "billing.mail", tenantId },
        async (tx) => {
          const facts = await factsOf(tx, env, tenantId);
          return facts && write({ tx, env, tenantId, facts, data: await dataOf(tx, data) });
        },
        { readOnly: true },
      ),
  ]),
);

/** What stands in the mail's own data, or in the event that it names. */
async function dataOf(tx: SystemTx, data: unknown): Promise<Record<string, unknown>> {
  const own = z.record(z.string(), z.unknown()).parse(data);
  if (typeof own.eventId !== "string") return own;
  const [event] = await tx<
    { data: Record<string, unknown> }[]
  >`select data from tenant_events where id = ${own.eventId}`;
  return event?.data ?? {};
}

async function factsOf(tx: SystemTx, env: Env, tenantId: string): Promise<letters.LetterFacts | null> {
  const [row] = await tx<
    { tenantName: string; timeZone: string; planName: string; monthlyCents: string | null; currency: string }[]
  >`
    select t.name as tenant_name, t.time_zone, v.name as plan_name, v.monthly_cents, v.currency
    from tenants t join billing_accounts b on b.tenant_id = t.id join plan_versions v on v.id = b.plan_version_id
    where t.id = ${tenantId}`;
  if (!row) return null;
  return {
    ...row,
    monthlyCents: row.monthlyCents === null ? null : Number(row.monthlyCents),
    billingUrl: env.appUrl + paths.billing(),
    plansUrl: env.appUrl + paths.billingPlans(),
    homeUrl: env.appUrl + paths.home(),
  };
}

type InvoiceRow = Omit<letters.LetterInvoice, "totalCents" | "remainingCents"> & {
  totalCents: string;
  remainingCents: string;
};
const invoiceFrom = (row: InvoiceRow | undefined): letters.LetterInvoice | null =>
  row ? { ...row, totalCents: Number(row.totalCents), remainingCents: Number(row.remainingCents) } : null;

async function invoiceOf(tx: SystemTx, data: Record<string, unknown>): Promise<letters.LetterInvoice | null> {
  const { invoiceId } = Invoiced.parse(data);
  const [row] = await tx<InvoiceRow[]>`
    select number, reason, total_cents, remaining_cents, currency, failure, next_attempt_at, hosted_url, paid_at
    from invoices where id = ${invoiceId}`;
  return invoiceFrom(row);
}

async function newestPaid(tx: SystemTx): Promise<letters.LetterInvoice | null> {
  const [row] = await tx<InvoiceRow[]>`
    select number, reason, total_cents, remaining_cents, currency, failure, next_attempt_at, hosted_url, paid_at
    from invoices where status = 'paid' and total_cents > 0 order by paid_at desc nulls last limit 1`;
  return invoiceFrom(row);
}

async function oldestOpen(tx: SystemTx): Promise<letters.LetterInvoice | null> {
  const [row] = await tx<InvoiceRow[]>`
    select number, reason, total_cents, remaining_cents, currency, failure, next_attempt_at, hosted_url, paid_at
    from invoices where status = 'open' and remaining_cents > 0 order by issued_at limit 1`;
  return invoiceFrom(row);
}

/** When everything stops, where that is still to come. */
async function suspensionDate(tx: SystemTx): Promise<Date | null> {
  const [row] = await tx<{ at: Date | null }[]>`
    select b.past_due_since + make_interval(days => v.grace_days) as at
    from billing_accounts b join plan_versions v on v.id = b.plan_version_id
    where b.past_due_since + make_interval(days => v.grace_days) > coalesce(b.clock_at, now())`;
  return row?.at ?? null;
}

async function planName(tx: SystemTx, plan: string): Promise<string> {
  const [row] = await tx<{ name: string }[]>`
    select name from plan_versions where plan = ${plan} order by retired_at nulls first limit 1`;
  return row?.name ?? plan;
}
