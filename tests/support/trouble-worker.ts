// A worker of its own for proofs of survival: the real runner, all real handlers and clients, impatient enough that a slow
// provider is given up. It says on standard output when a provider has just made something that nobody here has noted yet.
// Usage: node tests/support/trouble-worker.ts '{"timeoutMs": 300, "ca": "…"}'
import { setTimeout as pause } from "node:timers/promises";
import { z } from "zod";
import { leadKeeper } from "#app/domain/crm/sync.ts";
import { createWebhookDeployments } from "#app/integrations/deployments/webhook-client.ts";
import { createDnsResolver } from "#app/integrations/dns/resolver.ts";
import { createIonosDns } from "#app/integrations/ionos/client.ts";
import { createOdooCrm } from "#app/integrations/odoo/client.ts";
import { createStripeBilling } from "#app/integrations/stripe/client.ts";
import { createCertificateCheck } from "#app/integrations/tls/handshake.ts";
import { loadEnv } from "#app/platform/env.ts";
import { createWorkerServices, type WorkerServices } from "#app/wiring.ts";
import { handlers } from "../../jobs/registry.ts";
import { runWorker } from "../../jobs/run.ts";
import { blindBilling, blindCrm, blindDeployments, blindDns } from "./blind-ports.ts";

/** Most of their time they wait for somebody who is in trouble. */
const CONCURRENCY: Record<string, number> = {
  "provisioning.reconcile": 24,
  "billing.sync": 8,
  "crm.push": 8,
  "deployment.advance": 8,
};

const Settings = z.object({
  /** Of the edge's certificate, as PEM. */
  ca: z.string(),
  /** Of a call to a provider. */
  timeoutMs: z.number(),
  /** Between what a provider has made and its being noted here: long enough to be killed in. */
  middleMs: z.number().default(0),
  /** More at once than a worker does otherwise. */
  busy: z.boolean().default(false),
  /** Ports that don't look before they create. */
  blind: z.boolean().default(false),
});
export type WorkerSettings = z.input<typeof Settings>;
const { timeoutMs, ca, middleMs, busy, blind } = Settings.parse(JSON.parse(process.argv[2] ?? "{}"));
const env = loadEnv();
const { stripe, odoo } = env;
const { provider } = env.dns;
const { webhook } = env.deployments;
if (!stripe || !odoo || !webhook || provider?.kind !== "ionos")
  throw new Error("Stripe, IONOS, Odoo and deployments by webhook have to be configured.");

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** The port, telling of each call of one of its methods that went well. */
function telling<T extends object>(port: T, method: keyof T, what: string): T {
  const call = port[method];
  if (typeof call !== "function") throw new Error(`There is no ${String(method)}.`);
  const told = async (...args: unknown[]): Promise<unknown> => {
    const made: unknown = await Reflect.apply(call, port, args);
    say(`made ${what}`);
    if (middleMs > 0) await pause(middleMs);
    return made;
  };
  return { ...port, [method]: told };
}

const dns = createIonosDns({ apiKey: provider.apiKey, baseUrl: provider.apiBase ?? undefined, timeoutMs });
const billing = createStripeBilling({ ...stripe, timeoutMs });
const crm = telling(blind ? blindCrm(odoo) : createOdooCrm({ ...odoo, timeoutMs }), "createLead", "lead");
const deployments = createWebhookDeployments({ ...webhook, baseUrl: webhook.apiBase, timeoutMs });
const core = await createWorkerServices(env);
const services: WorkerServices = {
  ...core,
  billing: telling(blind ? blindBilling(billing, stripe) : billing, "createCustomer", "customer"),
  crm,
  leads: leadKeeper({ ...core, crm }),
  dns: {
    provider: telling(blind ? blindDns(dns, provider) : dns, "create", "record"),
    resolvers: env.dns.resolvers.map((server) => createDnsResolver({ server, timeoutMs: timeoutMs / 5 })),
  },
  deployments: telling(blind ? blindDeployments(deployments) : deployments, "trigger", "deployment"),
  certificates: createCertificateCheck({ address: "127.0.0.1", ca }),
};
// Recurring jobs are set going by the proof, which lets time pass as it wants.
await runWorker(
  services,
  handlers.map((handler) => ({
    ...handler,
    concurrency: (busy && CONCURRENCY[handler.job.name]) || handler.concurrency,
  })),
  [],
);
// Whoever started it may be killed, too: then nobody would end it.
process.stdin.once("end", () => process.exit(0)).resume();
say("ready");
