// The forms that change what is bought, by the name of the button that sent them.
import type { SubmissionResult } from "@conform-to/react";
import { data, redirect } from "@remix-run/node";
import type { z } from "zod";
import { BuyPlan, ChangePlan, Nothing, PayInvoice } from "#app/domain/billing/billing.schema.ts";
import { openCheckout } from "#app/domain/billing/checkout.ts";
import {
  awaitOperation,
  requestCancel,
  requestChange,
  requestPayment,
  requestReactivate,
} from "#app/domain/billing/operations.ts";
import { paths } from "#app/paths.ts";
import type { TenantTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import type { WebServices } from "#app/wiring.ts";
import { intentOf, submitForm } from "./forms.ts";
import type { MemberContext } from "./guards.ts";

export interface BillingReply {
  /** Which form it answers. */
  intent: string;
  result: SubmissionResult<string[]>;
}

type Handler = (context: MemberContext, form: FormData) => ReturnType<typeof submitForm<z.ZodType, unknown>>;

/** Where payments aren't set up nothing can be bought: no outage, but how things are. @throws AppError conflict */
export function assertSells({ billing }: Pick<WebServices, "billing">): void {
  if (!billing) throw new AppError("conflict", "Payments aren't set up here yet.", { reason: "billing_not_set_up" });
}

/** A form that asks for an operation and waits a while for its end; afterwards billing shows what has become of it. */
function operation<S extends z.ZodType>(
  schema: S,
  request: (tx: TenantTx, context: MemberContext, value: z.output<S>) => Promise<{ id: string }>,
): Handler {
  return (context, form) =>
    submitForm(form, schema, async (value) => {
      const { db } = context.services;
      const { id } = await db.asTenant(context.actor, (tx) => request(tx, context, value));
      const ended = await awaitOperation(db, context.actor, id);
      // What waits for the customer's bank is shown with the way to its page.
      if (ended?.status === "failed" && ended.errorCode !== "payment_action_needed")
        throw new AppError("conflict", ended.error ?? "That didn't work. Please try again.");
      throw redirect(paths.billing());
    });
}

const HANDLERS: Record<string, Handler> = {
  buy: (context, form) =>
    submitForm(form, BuyPlan, async (choice) => {
      assertSells(context.services);
      const { url } = await openCheckout(context.services, context.actor, { ...choice, origin: "billing" });
      throw redirect(url);
    }),
  confirm: operation(ChangePlan, (tx, { actor }, { plan, at }) =>
    requestChange(tx, actor, { plan, ...(at && { prorationDate: at }) }),
  ),
  cancel: operation(Nothing, (tx, { actor }) => requestCancel(tx, actor)),
  reactivate: operation(Nothing, (tx, { actor }) => requestReactivate(tx, actor)),
  pay: operation(PayInvoice, (tx, { actor }, { invoiceId }) => requestPayment(tx, actor, { invoiceId })),
};

/** Runs the form that was sent. @throws AppError invalid for a form that billing doesn't have */
export async function handleBilling(context: MemberContext, form: FormData) {
  const intent = intentOf(form);
  const handler = Object.hasOwn(HANDLERS, intent) ? HANDLERS[intent] : undefined;
  if (!handler) throw new AppError("invalid", "This form is not known here.");
  const reply = await handler(context, form);
  return data<BillingReply>({ intent, result: reply.data.result }, reply.init ?? undefined);
}
