// The Stripe of local mode: the simulator with its state in the data folder, and its webhooks to our own function.
// Usage: node app/local/stripe.ts <state file>
import { hostedPages } from "#app/integrations/stripe/simulator/pages/pages.ts";
import { serveStripeSimulator } from "#app/integrations/stripe/simulator/server.ts";
import { loadEnv } from "#app/platform/env.ts";
import { LOOPBACK } from "./ports.ts";
import { stripeUrl } from "./stripe-keys.ts";

const env = loadEnv();
const [stateFile] = process.argv.slice(2);
if (!stateFile || !env.stripe || !env.stripeWebhookSecret)
  throw new Error("Usage: STRIPE_SECRET_KEY=… STRIPE_WEBHOOK_SECRET=… node app/local/stripe.ts <state file>");
const simulator = await serveStripeSimulator({
  host: LOOPBACK,
  port: env.stripePort,
  apiKey: env.stripe.apiKey,
  webhookSecret: env.stripeWebhookSecret,
  webhookUrl: `${env.functionsUrl}/stripe-webhook`,
  publicUrl: stripeUrl(env),
  stateFile,
  pages: hostedPages,
});
console.log(JSON.stringify({ time: new Date().toISOString(), level: "info", event: "ready", service: "stripe" }));
const end = (): void => void simulator.close().then(() => process.exit(0));
process.once("SIGTERM", end).once("SIGINT", end);
