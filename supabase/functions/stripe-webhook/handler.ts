// Where Stripe's webhooks come in: verified, stored once, acknowledged. What they cause happens later, in the worker.
import { webhookDoor } from "#app/domain/webhooks/door.ts";
import { receiveDelivery } from "#app/domain/webhooks/inbox.ts";
import type { StripeWebhookServices } from "#app/wiring.ts";

/** An event with its object in full; the largest known are some hundred KiB. */
const MAX_BYTES = 1024 * 1024;

/** Makes the handler. Answers 2xx when the event is stored, or was; anything else makes Stripe send it again. */
export function stripeWebhookHandler({
  db,
  log,
  verify,
}: Pick<StripeWebhookServices, "db" | "log" | "verify">): (request: Request) => Promise<Response> {
  return webhookDoor({
    name: "stripe_webhook",
    log,
    maxBytes: MAX_BYTES,
    take:
      verify &&
      (async (body, headers) => {
        const notice = await verify(body, headers.get("stripe-signature"));
        await receiveDelivery(db, "stripe", notice.id, notice);
      }),
  });
}
