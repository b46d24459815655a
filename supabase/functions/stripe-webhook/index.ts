import { loadEnv } from "#app/platform/env.ts";
import { createStripeWebhookServices } from "#app/wiring.ts";
import { stripeWebhookHandler } from "./handler.ts";

declare const Deno: { serve(handler: (request: Request) => Promise<Response>): unknown };
Deno.serve(stripeWebhookHandler(await createStripeWebhookServices(loadEnv())));
