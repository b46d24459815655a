// `npm run billing:clock -- <subdomain> "<interval>"`: moves a tenant's billing time on, by Stripe's test clocks.
import { resolve } from "node:path";
import { advanceTime } from "#app/domain/billing/test-clock.ts";
import { loadEnv } from "#app/platform/env.ts";
import { createWorkerServices } from "#app/wiring.ts";
import { stripeFor } from "./stripe-keys.ts";
import { databaseUrl } from "./urls.ts";

const [slug, span] = process.argv.slice(3);
if (!slug || !span) throw new Error('Usage: npm run billing:clock -- acme "1 month"');
const env = loadEnv();
const worker = await databaseUrl(env, "worker");
const keys = stripeFor(env, resolve(env.dataDir));
const services = await createWorkerServices({
  ...env,
  databaseUrls: { ...env.databaseUrls, worker },
  stripe: keys && { ...keys, testClocks: true },
  logLevel: "warn",
});
try {
  console.log(`${slug} lives at ${(await advanceTime(services, slug, span)).toISOString()}`);
} finally {
  await services.close();
}
