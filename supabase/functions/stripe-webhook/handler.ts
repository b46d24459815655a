// Where Stripe's webhooks come in: verified, stored once, acknowledged. What they cause happens later, in the worker.
import { receiveDelivery } from "#app/domain/webhooks/inbox.ts";
import { AppError, problem } from "#app/platform/errors.ts";
import { readBytes } from "#app/platform/json-body.ts";
import type { StripeWebhookServices } from "#app/wiring.ts";

/** An event with its object in full; the largest known are some hundred KiB. */
const MAX_BYTES = 1024 * 1024;
const HEADERS = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

/** Makes the handler. Answers 2xx when the event is stored, or was; anything else makes Stripe send it again. */
export function stripeWebhookHandler(
  services: Pick<StripeWebhookServices, "db" | "log" | "verify">,
): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      await take(services, request);
      return Response.json({ received: true }, { headers: HEADERS });
    } catch (error) {
      if (!(error instanceof AppError)) services.log.error("stripe_webhook.failed", { error });
      else if (error.code !== "method_not_allowed")
        services.log.warn("stripe_webhook.refused", { code: error.reason ?? error.code });
      const response = problem(error);
      for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value);
      if (request.method !== "POST") response.headers.set("allow", "POST");
      return response;
    }
  };
}

async function take({ db, verify }: Pick<StripeWebhookServices, "db" | "verify">, request: Request): Promise<void> {
  if (request.method !== "POST") throw new AppError("method_not_allowed", "This address takes POST.");
  if (!verify) throw new AppError("unavailable", "Stripe's webhooks aren't set up here.", { retryAfter: 60 });
  const body = await readBytes(request, MAX_BYTES);
  const notice = await verify(body, request.headers.get("stripe-signature"));
  await receiveDelivery(db, "stripe", notice.id, notice);
}
