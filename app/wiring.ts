// Which adapter stands behind each port: the only file that chooses. Adapters that need Node are loaded only by the
// processes that use them, so that the edge functions can use this file too.

import { createBuiltinModel } from "./domain/agent/builtin-model.ts";
import type { Model } from "./domain/agent/model.ts";
import type { BillingProvider } from "./domain/billing/ports.ts";
import type { StripeNotice } from "./domain/billing/stripe-events.ts";
import type { CrmProvider } from "./domain/crm/ports.ts";
import type { Embedder } from "./domain/knowledge/embeddings.ts";
import type { DeploymentNotice, DeploymentProvider } from "./domain/provisioning/deployment-ports.ts";
import type { CertificateCheck, DnsProvider, DnsResolver, HostProbe, LeadKeeper } from "./domain/provisioning/ports.ts";
import type { IdentityProvider } from "./domain/team/ports.ts";
import { resolveSite, type Site } from "./domain/tenants/sites.ts";
import { createDb, type Db } from "./platform/db.ts";
import type { Env } from "./platform/env.ts";
import type { DnsSettings } from "./platform/env-dns.ts";
import type { SafeFetch } from "./platform/http.ts";
import { createLogger, type Logger } from "./platform/log.ts";
import type { Mailer } from "./platform/mail.ts";
import { verifySigned } from "./platform/standard-webhooks.ts";
import type { Changes } from "./web/changes.ts";

export interface CoreServices {
  env: Env;
  db: Db;
  log: Logger;
  now(): Date;
  model: Model;
  embedder: Embedder | null;
  close(): Promise<void>;
}

export interface WebServices extends CoreServices {
  /** The staff's login; null where this process has none. */
  staff: Db | null;
  /** Null: nothing can be bought. */
  billing: BillingProvider | null;
  identity: IdentityProvider;
  changes: Changes;
  sites: { resolve(host: string): Promise<Site> };
}

export interface WorkerServices extends CoreServices {
  /** Null: nothing can be bought. */
  billing: BillingProvider | null;
  /** Null: the operator has no CRM. */
  crm: CrmProvider | null;
  mailer: Mailer;
  fetch: SafeFetch;
  probe: HostProbe;
  dns: { provider: DnsProvider | null; resolvers: readonly DnsResolver[] };
  deployments: DeploymentProvider;
  /** Null: nobody looks at certificates. */
  certificates: CertificateCheck | null;
  /** Null: there is no CRM. */
  leads: LeadKeeper | null;
}

async function createCore(env: Env, part: "web" | "worker" | "functions"): Promise<CoreServices> {
  const url = env.databaseUrls[part];
  if (!url)
    throw new Error(`DATABASE_URL_${part.toUpperCase()} is not set. 'npm start' sets it for the embedded database.`);
  const log = createLogger(part, env.logLevel);
  const db = createDb({ url, size: env.poolSize, applicationName: `foyer-${part}` });
  const builtin = createBuiltinModel();
  const openai = env.openai ? (await import("./integrations/openai/client.ts")).createOpenAi(env.openai) : null;
  return {
    env,
    db,
    log,
    now: () => new Date(),
    model: openai?.model ?? builtin,
    embedder: openai?.embedder ?? null,
    close: () => db.close(),
  };
}

/** What the web process works with. */
export async function createWebServices(env: Env): Promise<WebServices> {
  const core = await createCore(env, "web");
  const [{ createChanges }, identity] = await Promise.all([import("./web/changes.ts"), chooseIdentity(env, core.db)]);
  const appHosts = [new URL(env.appUrl).hostname, "127.0.0.1"];
  const staffUrl = env.databaseUrls.staff;
  const staff = staffUrl ? createDb({ url: staffUrl, size: 2, applicationName: "foyer-staff" }) : null;
  return {
    ...core,
    billing: chooseBilling(env),
    identity,
    changes: await createChanges(core.db, core.log),
    sites: { resolve: (host) => resolveSite(core.db, host, appHosts) },
    staff,
    async close() {
      await staff?.close();
      await core.close();
    },
  };
}

async function chooseIdentity(env: Env, db: Db): Promise<IdentityProvider> {
  if (env.supabase)
    return (await import("./integrations/supabase/identity.ts")).supabaseIdentity(env.supabase, env.appUrl, db);
  return (await import("./domain/team/embedded-identity.ts")).embeddedIdentity(db);
}

function chooseBilling({ stripe }: Env): BillingProvider | null {
  if (!stripe) return null;
  let loaded: Promise<BillingProvider> | null = null;
  const load = (): Promise<BillingProvider> => {
    loaded ??= import("./integrations/stripe/client.ts").then(({ createStripeBilling }) => createStripeBilling(stripe));
    return loaded;
  };
  // Stripe's SDK takes 36 MB: a process that never sells anything never loads it. All of the port is asynchronous.
  return new Proxy({} as BillingProvider, {
    get: (_, name: keyof BillingProvider | "then") =>
      name === "then" ? undefined : async (...args: never[]) => Reflect.apply((await load())[name], undefined, args),
  });
}

async function chooseCrm({ odoo }: Env): Promise<CrmProvider | null> {
  return odoo && (await import("./integrations/odoo/client.ts")).createOdooCrm(odoo);
}

async function chooseCertificates({ appUrl, edgeAddress: address }: Env): Promise<CertificateCheck | null> {
  if (!appUrl.startsWith("https:")) return null;
  const { createCertificateCheck } = await import("./integrations/tls/handshake.ts");
  return createCertificateCheck({ ...(address && { address }) });
}

async function chooseDeployments(
  { deployments, insideToken, appUrl }: Env,
  probe: HostProbe,
): Promise<DeploymentProvider> {
  const { provider, webhook, version, webUrls } = deployments;
  if (provider === "webhook") {
    if (!webhook)
      throw new Error("DEPLOY_WEBHOOK_URL is missing for DEPLOY_PROVIDER=webhook. On localhost, npm start sets it.");
    const { triggerUrl, apiBase, token, secrets } = webhook;
    const { createWebhookDeployments } = await import("./integrations/deployments/webhook-client.ts");
    return createWebhookDeployments({ triggerUrl, baseUrl: apiBase, token, secrets });
  }
  const [{ createSharedDeployments }, { createUsageReader }] = await Promise.all([
    import("./integrations/deployments/shared-app.ts"),
    import("./integrations/deployments/web-usage.ts"),
  ]);
  const { protocol, port } = new URL(appUrl);
  return createSharedDeployments({
    probe,
    originOf: (host) => `${protocol}//${host}${port ? `:${port}` : ""}`,
    version,
    usage: createUsageReader({ urls: webUrls, token: insideToken }),
  });
}

async function chooseDns({ provider, resolvers }: DnsSettings): Promise<WorkerServices["dns"]> {
  const { createDnsResolver } = await import("./integrations/dns/resolver.ts");
  const asked = resolvers.map((server) => createDnsResolver({ server }));
  if (provider?.kind === "ionos") {
    const { createIonosDns } = await import("./integrations/ionos/client.ts");
    const { apiKey, apiBase } = provider;
    return { provider: createIonosDns({ apiKey, baseUrl: apiBase ?? undefined }), resolvers: asked };
  }
  if (provider?.kind !== "powerdns") return { provider: null, resolvers: asked };
  const { createPowerDns } = await import("./integrations/powerdns/client.ts");
  return { provider: createPowerDns({ baseUrl: provider.url, apiKey: provider.apiKey }), resolvers: asked };
}

/** What the worker works with. */
export async function createWorkerServices(env: Env): Promise<WorkerServices> {
  const core = await createCore(env, "worker");
  const [{ createSmtpMailer }, { createSafeFetch }, { probeHost }] = await Promise.all([
    import("./integrations/smtp/client.ts"),
    import("./platform/http.ts"),
    import("./integrations/host-probe/client.ts"),
  ]);
  const [crm, { leadKeeper }] = await Promise.all([chooseCrm(env), import("./domain/crm/sync.ts")]);
  const mailer = createSmtpMailer(env.smtpUrl, env.mailFrom);
  return {
    ...core,
    billing: chooseBilling(env),
    crm,
    mailer,
    fetch: createSafeFetch({ allowLoopback: env.crawl.allowLoopback, userAgent: `FoyerBot/1.0 (+${env.appUrl})` }),
    probe: probeHost,
    dns: await chooseDns(env.dns),
    deployments: await chooseDeployments(env, probeHost),
    certificates: await chooseCertificates(env),
    leads: leadKeeper({ ...core, crm }),
    async close() {
      mailer.close();
      await core.close();
    },
  };
}

/** What the edge functions work with. */
export function createFunctionServices(env: Env): Promise<CoreServices> {
  return createCore(env, "functions");
}

export interface StripeWebhookServices extends CoreServices {
  /** Null: no secret is configured by which a delivery could be told to be Stripe's. */
  verify: ((body: Uint8Array, signature: string | null) => Promise<StripeNotice>) | null;
}

/** What the door of Stripe's webhooks works with. */
export async function createStripeWebhookServices(env: Env): Promise<StripeWebhookServices> {
  const core = await createCore(env, "functions");
  const { secretsFrom, verifyStripeEvent } = await import("./integrations/stripe/webhook.ts");
  const secrets = secretsFrom(env.stripeWebhookSecret);
  const verify: StripeWebhookServices["verify"] = (body, signature) =>
    verifyStripeEvent(body, signature, secrets, core.now());
  return { ...core, verify: secrets.length > 0 ? verify : null };
}

export interface MailInboundServices extends CoreServices {
  /** Null: no secret is configured by which a notice could be told to be the mail provider's. Gives the message's id. */
  verify: ((body: Uint8Array, headers: Headers) => Promise<string>) | null;
}

/** What the door of mails that come in works with. */
export async function createMailInboundServices(env: Env): Promise<MailInboundServices> {
  const core = await createCore(env, "functions");
  const secrets = env.mailInboundSecret?.split(",").map((secret) => secret.trim()) ?? [];
  const verify: MailInboundServices["verify"] = (body, headers) => verifySigned(body, headers, secrets, core.now());
  return { ...core, verify: secrets.length > 0 ? verify : null };
}

export interface DeploymentCallbackServices extends CoreServices {
  /** Null: no secret is configured by which a callback could be told to be the provider's. */
  verify: ((body: Uint8Array, headers: Headers) => Promise<DeploymentNotice>) | null;
}

/** What the door of deployments' callbacks works with. */
export async function createDeploymentCallbackServices(env: Env): Promise<DeploymentCallbackServices> {
  const core = await createCore(env, "functions");
  const { verifyDeploymentCallback } = await import("./integrations/deployments/callback.ts");
  const { callbackSecrets: secrets } = env.deployments;
  const verify: DeploymentCallbackServices["verify"] = (body, headers) =>
    verifyDeploymentCallback(body, headers, secrets, core.now());
  return { ...core, verify: secrets.length > 0 ? verify : null };
}
