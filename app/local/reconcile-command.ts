// `npm run billing:reconcile [-- --tenant <subdomain>]`: proves that what was used, counted, told to Stripe and invoiced
// is the same to the unit. Exit code 1 where it isn't.
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Reconciled, reconcile } from "#app/domain/billing/reconciliation.ts";
import { loadEnv } from "#app/platform/env.ts";
import { createWorkerServices } from "#app/wiring.ts";
import { stripeFor } from "./stripe-keys.ts";
import { databaseUrl } from "./urls.ts";

const { values } = parseArgs({ args: process.argv.slice(3), options: { tenant: { type: "string" } } });
const env = loadEnv();
const worker = await databaseUrl(env, "worker");
const stripe = stripeFor(env, resolve(env.dataDir));
const services = await createWorkerServices({
  ...env,
  databaseUrls: { ...env.databaseUrls, worker },
  stripe: stripe && { ...stripe, testClocks: false },
  logLevel: "warn",
});
try {
  const rows = await reconcile(services, values.tenant);
  if (values.tenant && rows.length === 0) throw new Error(`There is nothing of a tenant at ${values.tenant}.`);
  const wrong = rows.filter(({ differences }) => differences.length > 0);
  console.table(rows.map(line));
  for (const row of wrong) {
    const { slug, tenantId, metric, periodStart, differences } = row;
    console.error(`${slug ?? tenantId}, ${metric} since ${periodStart.toISOString()}: ${differences.join("; ")}`);
  }
  console.log(
    wrong.length === 0 ? `${rows.length} figures agree to the unit.` : `${wrong.length} of ${rows.length} don't agree.`,
  );
  process.exitCode = wrong.length === 0 ? 0 : 1;
} finally {
  await services.close();
}

function line(row: Reconciled): Record<string, unknown> {
  const { slug, tenantId, metric, periodStart, sandbox, ledger, counter, sent, open, meter, invoiced, differences } =
    row;
  const since = periodStart.getTime() === 0 ? "held" : periodStart.toISOString().slice(0, 16);
  return {
    ...{ tenant: slug ?? tenantId, metric: sandbox ? `${metric} (test)` : metric, since, ledger, counter, sent, open },
    ...{ meter: meter ?? "", invoiced: invoiced ?? "", agrees: differences.length === 0 },
  };
}
