// The processes of a local start as data: which program, with what environment, and how one sees that it is ready.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Env, environmentWith } from "#app/platform/env.ts";
import { deploySettingsFor, deployUrl, isDeploySimulated } from "./deploy-keys.ts";
import { dnsApiUrl, dnsSettingsFor, isDnsSimulated } from "./dns-keys.ts";
import { functionsCommand } from "./functions-command.ts";
import { mailSettingsFor } from "./mail-keys.ts";
import { isOdooSimulated, odooSettingsFor, odooUrl } from "./odoo-keys.ts";
import { LOOPBACK } from "./ports.ts";
import type { ProcessSpec } from "./processes.ts";
import { type StripeKeys, stripeUrl } from "./stripe-keys.ts";

export interface PartsOptions {
  root: string;
  dataDir: string;
  env: Env;
  /** Connection strings per login; every process gets only its own. */
  urls: { web: string; worker: string; functions: string; staff: string };
  /** Left out or null: nothing can be bought. Every process gets only the key that it uses. */
  stripe?: StripeKeys | null;
  buildId: string;
  development: boolean;
}

const NO_SECRETS = {
  DATABASE_URL: undefined,
  DATABASE_URL_WEB: undefined,
  DATABASE_URL_WORKER: undefined,
  DATABASE_URL_FUNCTIONS: undefined,
  DATABASE_URL_STAFF: undefined,
  STRIPE_SECRET_KEY: undefined,
  STRIPE_WEBHOOK_SECRET: undefined,
  MAIL_REPLY_DOMAIN: undefined,
  MAIL_INBOUND_SECRET: undefined,
  DNS_PROVIDER: undefined,
  IONOS_API_KEY: undefined,
  POWERDNS_API_KEY: undefined,
  ODOO_URL: undefined,
  ODOO_API_KEY: undefined,
  DEPLOY_WEBHOOK_URL: undefined,
  DEPLOY_API_BASE: undefined,
  DEPLOY_TOKEN: undefined,
  DEPLOY_WEBHOOK_SECRET: undefined,
  DEPLOY_CALLBACK_SECRET: undefined,
};
/** The web process lives within 310 MiB: V8's own choice of heap is several times that, at no gain in speed. */
const WEB_HEAP = ["--max-old-space-size=256", "--max-semi-space-size=16"];
/** The worker within 200 MiB: what its jobs leave behind soon is collected soon; a large file may still take half a GiB. */
const WORKER_HEAP = ["--max-old-space-size=512", "--max-semi-space-size=4"];

/** In the order of their start. */
export function partsOf({ root, dataDir, env, urls, stripe, buildId, development }: PartsOptions): ProcessSpec[] {
  const preload = ["dns.ts", "child.ts"].map((file) => `--import=${new URL(file, import.meta.url).href}`);
  const node = (script: string, args: string[] = []): Pick<ProcessSpec, "command" | "args"> => ({
    command: process.execPath,
    args: ["--disable-warning=ExperimentalWarning", ...preload, ...args, join(root, script)],
  });
  const environment = (keys: Record<string, string | undefined>): NodeJS.ProcessEnv =>
    environmentWith({
      ...NO_SECRETS,
      NODE_ENV: development ? "development" : "production",
      FOYER_DATA_DIR: dataDir,
      BUILD_ID: buildId,
      NODE_COMPILE_CACHE: join(root, "node_modules/.cache/compile"),
      ...keys,
    });
  const stripeKey = { STRIPE_SECRET_KEY: stripe?.apiKey, STRIPE_API_BASE: stripe?.apiBase ?? undefined };
  const stripeSecret = { STRIPE_WEBHOOK_SECRET: stripe?.webhookSecret ?? undefined };
  const watch = development ? ["--watch"] : [];
  const answers = (url: string) => async (): Promise<boolean> =>
    fetch(url, { signal: AbortSignal.timeout(2_000) }).then(
      (response) => response.ok,
      () => false,
    );

  const mailSettings = mailSettingsFor(env, dataDir);
  const mailbox: ProcessSpec = {
    name: "mailbox",
    ...node("app/local/mailbox.ts"),
    cwd: root,
    env: environment(mailSettings.inbound),
    ready: answers(`http://${LOOPBACK}:${env.mailboxPort}/healthz`),
  };
  mailbox.args.push(join(dataDir, "mailbox"), String(env.mailboxPort), String(env.smtpPort));
  const simulator: ProcessSpec = {
    name: "stripe",
    ...node("app/local/stripe.ts"),
    cwd: root,
    env: environment({ ...stripeKey, ...stripeSecret }),
    ready: answers(`${stripeUrl(env)}/healthz`),
  };
  simulator.args.push(join(dataDir, "stripe.jsonl"));
  const dnsSettings = dnsSettingsFor(env, dataDir);
  const dns: ProcessSpec = {
    name: "dns",
    ...node("app/local/dns-simulator.ts"),
    cwd: root,
    env: environment(dnsSettings),
    ready: answers(`${dnsApiUrl(env)}/_simulator/faults`),
  };
  dns.args.push(join(dataDir, "dns.json"));
  const odooSettings = odooSettingsFor(env, dataDir);
  const odoo: ProcessSpec = {
    name: "odoo",
    ...node("app/local/odoo-simulator.ts"),
    cwd: root,
    env: environment(odooSettings),
    ready: answers(`${odooUrl(env)}/_simulator/faults`),
  };
  odoo.args.push(join(dataDir, "odoo.json"));
  const deploySettings = deploySettingsFor(env, dataDir);
  const deployments: ProcessSpec = {
    name: "deployments",
    ...node("app/local/deploy-simulator.ts"),
    cwd: root,
    env: environment({ ...deploySettings.worker, ...deploySettings.functions }),
    ready: answers(`${deployUrl(env)}/_simulator/faults`),
  };
  deployments.args.push(join(dataDir, "deployments.json"));
  const functions: ProcessSpec = {
    name: "functions",
    ...functionsCommand({
      root,
      host: LOOPBACK,
      port: env.functionsPort,
      env,
      databaseUrl: urls.functions,
      watch: development,
    }),
    cwd: root,
    env: environment({
      DATABASE_URL_FUNCTIONS: urls.functions,
      ...stripeSecret,
      ...deploySettings.functions,
      ...mailSettings.inbound,
      DENO_DIR: join(dataDir, "deno"),
      NO_COLOR: "1",
    }),
    ready: answers(`http://${LOOPBACK}:${env.functionsPort}/healthz`),
    // Deno's watcher outlives its program and would wait for the next change of a file.
    ...(development && { graceMs: 1_000 }),
  };
  functions.args.push("--supervised");
  const worker: ProcessSpec = {
    name: "worker",
    ...node("jobs/worker.ts", [...watch, ...WORKER_HEAP]),
    cwd: root,
    env: environment({
      DATABASE_URL_WORKER: urls.worker,
      ...stripeKey,
      ...dnsSettings,
      ...odooSettings,
      ...deploySettings.worker,
      ...mailSettings.worker,
    }),
    ready: "message",
    graceMs: 20_000,
  };
  const web: ProcessSpec = {
    name: "web",
    ...node(development ? "app/local/dev-web.ts" : "app/server.ts", WEB_HEAP.slice(0, development ? 0 : 2)),
    cwd: root,
    env: environment({ DATABASE_URL_WEB: urls.web, DATABASE_URL_STAFF: urls.staff, ...stripeKey }),
    ready: answers(`http://${LOOPBACK}:${env.port}/readyz`),
  };
  const hasFunctions = existsSync(join(root, "supabase/functions"));
  const simulators = [
    ...(stripe?.simulated ? [simulator] : []),
    ...(isDnsSimulated(env) ? [dns] : []),
    ...(isOdooSimulated(env) ? [odoo] : []),
    ...(isDeploySimulated(env) ? [deployments] : []),
  ];
  return [mailbox, ...simulators, ...(hasFunctions ? [functions] : []), worker, web];
}
