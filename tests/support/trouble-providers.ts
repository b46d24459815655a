// Everything outside that a registration needs, for proofs of survival: a DNS provider with its name servers, Stripe, Odoo,
// somebody who runs hosts, an edge that speaks https, a mail server. All can be put into trouble, by a course of chances that is the same each time.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SMTPServer } from "smtp-server";
import Stripe from "stripe";
import type { DeploymentNotice } from "#app/domain/provisioning/deployment-ports.ts";
import type { DeploymentSimulator } from "#app/integrations/deployments/simulator.ts";
import { type DnsSimulator, startDnsSimulator } from "#app/integrations/dns/simulator.ts";
import type { ApiSimulator } from "#app/integrations/dns/simulator-api.ts";
import { createZoneBook } from "#app/integrations/dns/simulator-zones.ts";
import { type IonosSimulator, startIonosSimulator } from "#app/integrations/ionos/simulator.ts";
import { type OdooSimulator, startOdooSimulator } from "#app/integrations/odoo/simulator.ts";
import { type StripeServer, serveStripeSimulator } from "#app/integrations/stripe/simulator/server.ts";
import { newAuthority, newCertificate } from "./certificates.ts";
import { CALLBACK_SECRET, SECRET, startDeploymentWorld, TOKEN } from "./deployments.ts";

/** Not `localhost` itself: a certificate for all that lies below a top-level name is taken by nobody. */
export const DOMAIN = "foyer.localhost";
const LOOPBACK = "127.0.0.1";
const [DNS_KEY, STRIPE_KEY, ODOO_KEY, ODOO_DB] = ["prefix.secret", "sk_test_trouble", "odoo-key-4711", "operator"];
/** How long name servers remember that a name is missing. */
const NEGATIVE_SECONDS = 1;
/** When each of the name servers hears of a change. */
const PROPAGATION_MS = [0, 50, 400];

export interface Providers {
  ionos: IonosSimulator;
  odoo: OdooSimulator;
  deployments: DeploymentSimulator;
  stripe: StripeServer;
  stripeSdk: Stripe;
  /** Message ids of mails as they arrived, one for each arrival. */
  mails: string[];
  /** Whose page the edge shows, by host. */
  pages: Map<string, string>;
  /** What a worker has to know of all this. */
  env: Record<string, string>;
  /** The authority that the edge's certificate is from, as PEM. */
  ca: string;
  /** From now on this share of all calls meets each kind of fault. @param slowMs more than clients wait */
  trouble(share: number, slowMs: number): Promise<void>;
  calm(): Promise<void>;
  close(): Promise<void>;
}

/** The same course of chances each time. */
export function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

/**
 * @param take receives what is told of deployments, verified
 * @param stepMs from one step of a deployment to the next
 */
export async function startProviders(
  seed: number,
  take: (notice: DeploymentNotice) => Promise<unknown>,
  stepMs = 20,
): Promise<Providers> {
  const book = createZoneBook();
  book.add(DOMAIN, { minimum: NEGATIVE_SECONDS, since: 0 });
  const servers = await Promise.all(
    PROPAGATION_MS.map((propagationMs, at) =>
      startDnsSimulator({ zones: book, propagationMs, caches: true, chance: dice(seed + at) }),
    ),
  );
  const ionos = await startIonosSimulator({ apiKey: DNS_KEY, zones: [DOMAIN], book, chance: dice(seed + 10) });
  const odoo = await startOdooSimulator({ apiKey: ODOO_KEY, database: ODOO_DB, chance: dice(seed + 20) });
  const hosts = await startDeploymentWorld({ stepMs, chance: dice(seed + 50) }, take);
  const deployments = hosts.simulator;
  const stripe = await serveStripeSimulator({
    ...{ apiKey: STRIPE_KEY, webhookSecret: "whsec_trouble", webhookUrl: null, publicUrl: "http://pay.test" },
    ...{ host: LOOPBACK, port: 0, chance: dice(seed + 30) },
  });
  const stripeSdk = new Stripe(STRIPE_KEY, { host: LOOPBACK, port: stripe.port, protocol: "http" });
  const pages = new Map<string, string>();
  const edge = await startEdge(pages);
  const mails: string[] = [];
  const smtp = await startMail(mails);
  const folder = mkdtempSync(join(tmpdir(), "foyer-trouble-"));
  writeFileSync(join(folder, "ca.pem"), edge.ca);

  const apis: ApiSimulator[] = [ionos, odoo, deployments];
  return {
    ...{ ionos, odoo, deployments, stripe, stripeSdk, mails, pages, ca: edge.ca },
    env: {
      NODE_EXTRA_CA_CERTS: join(folder, "ca.pem"),
      APP_DOMAIN: DOMAIN,
      APP_URL: `https://app.${DOMAIN}:${edge.port}`,
      DNS_PROVIDER: "ionos",
      IONOS_API_KEY: DNS_KEY,
      IONOS_API_BASE: ionos.baseUrl,
      DNS_TARGET: LOOPBACK,
      DNS_RESOLVERS: servers.map(({ address }) => address).join(","),
      STRIPE_SECRET_KEY: STRIPE_KEY,
      STRIPE_API_BASE: stripe.url,
      ODOO_URL: odoo.origin,
      ODOO_API_KEY: ODOO_KEY,
      ODOO_DB,
      DEPLOY_PROVIDER: "webhook",
      DEPLOY_WEBHOOK_URL: deployments.triggerUrl,
      DEPLOY_API_BASE: deployments.baseUrl,
      DEPLOY_TOKEN: TOKEN,
      DEPLOY_WEBHOOK_SECRET: SECRET,
      DEPLOY_CALLBACK_SECRET: CALLBACK_SECRET,
      DEPLOY_VERSION: "v1",
      SMTP_URL: `smtp://${LOOPBACK}:${smtp.port}`,
    },
    async trouble(share, slowMs) {
      for (const api of apis) api.fail(...apiFaults(share, slowMs));
      for (const server of servers) troubleResolver(server, share);
      for (const effect of ["duplicate", "reorder", "delay", "lose"] as const)
        deployments.failCallbacks({ effect, probability: share, ms: slowMs });
      await setStripeFaults(stripe, stripeFaults(share, slowMs));
    },
    async calm() {
      for (const api of apis) api.mend();
      for (const server of servers) server.reset();
      await setStripeFaults(stripe, []);
      await Promise.all(apis.map((api) => api.settled()));
    },
    async close() {
      await Promise.all([ionos, odoo, hosts, ...servers, stripe, edge, smtp].map((part) => part.close()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What each API does: says that there is too much of it, breaks before and after the work, is too slow, talks nonsense. */
const apiFaults = (probability: number, ms: number) =>
  [
    { effect: "rate_limit", retryAfter: 1, probability },
    { effect: "error_500", probability },
    { effect: "error_503", retryAfter: 1, probability },
    { effect: "reset_before", probability },
    { effect: "reset_after", probability },
    { effect: "delay", ms, probability },
    { effect: "garbage", probability },
  ] as const;

const stripeFaults = (probability: number, ms: number): object[] =>
  [...apiFaults(probability, ms), { effect: "error_500_after", probability }].map((fault) => ({ match: {}, ...fault }));

function troubleResolver(server: DnsSimulator, probability: number): void {
  for (const effect of ["servfail", "drop", "garbage", "truncate", "forge"] as const)
    server.fail({ effect, probability });
}

async function setStripeFaults({ url }: StripeServer, faults: object[]): Promise<void> {
  const response = await fetch(`${url}/_simulator/faults`, { method: "POST", body: JSON.stringify(faults) });
  if (!response.ok) throw new Error(`Stripe's simulator answers ${response.status}: ${await response.text()}`);
}

/** What stands in front of the web process: it has a certificate for each host, and says whose page it shows. */
async function startEdge(pages: ReadonlyMap<string, string>) {
  const authority = await newAuthority();
  const { key, cert } = await newCertificate(authority, [`*.${DOMAIN}`]);
  const server = createServer({ key, cert }, (request, response) => {
    const tenantId = pages.get(request.headers.host?.replace(/:\d+$/, "") ?? "");
    response.writeHead(tenantId ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify(tenantId ? { tenant_id: tenantId } : {}));
  });
  await new Promise<void>((done) => server.listen(0, LOOPBACK, done));
  return {
    ca: authority.cert,
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((done) => server.close(() => done()));
    },
  };
}

async function startMail(mails: string[]) {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    logger: false,
    onData(stream, _session, callback) {
      const parts: Buffer[] = [];
      stream.on("data", (part: Buffer) => parts.push(part));
      stream.once("end", () => {
        mails.push(/^message-id:\s*(<[^>]+>)/im.exec(Buffer.concat(parts).toString("utf8"))?.[1] ?? "");
        callback();
      });
    },
  });
  server.on("error", () => {});
  await new Promise<void>((done) => server.listen(0, LOOPBACK, () => done()));
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise<void>((done) => server.close(() => done())),
  };
}
