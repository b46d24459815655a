// Handlers of the inbound webhooks. Each provider registers its effect here.
import { TraceEvent } from "#app/domain/billing/billing.jobs.ts";
import { applyStripeEvent, traceStripeEvent } from "#app/domain/billing/stripe-events.ts";
import { applyDeploymentNotice, DELIVERIES } from "#app/domain/provisioning/deployment-reports.ts";
import { applyReply, INBOUND_MAIL } from "#app/domain/sequences/replies.ts";
import { type DeliveryEffect, processDelivery } from "#app/domain/webhooks/inbox.ts";
import { ProcessWebhook } from "#app/domain/webhooks/webhooks.jobs.ts";
import { handle } from "./handler.ts";

/** Effects by provider; a provider's issue adds its own. */
export const deliveryEffects: Record<string, DeliveryEffect> = {
  stripe: applyStripeEvent,
  [DELIVERIES]: applyDeploymentNotice,
  [INBOUND_MAIL]: applyReply,
};

export const webhookHandlers = [
  handle(ProcessWebhook, (services, { inboxId }) => processDelivery(services.db, inboxId, deliveryEffects), {
    concurrency: 4,
  }),
  handle(TraceEvent, async ({ db, billing }, { inboxId }) => {
    if (billing) await traceStripeEvent(db, billing, inboxId);
  }),
];
