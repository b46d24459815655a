// Typed configuration: the only file that reads the environment. Every key is described in .env.example.
import { z } from "zod";
import { type DeploySettings, DeploySource, deploySettings } from "./env-deployments.ts";
import { type DnsSettings, DnsSource, dnsSettings } from "./env-dns.ts";
import { type OdooSettings, OdooSource, odooSettings } from "./env-odoo.ts";
import type { LogLevel } from "./log.ts";

const flag = z
  .enum(["0", "1", "true", "false", ""])
  .optional()
  .transform((value) => value === "1" || value === "true");
const port = z.coerce.number().int().min(1).max(65_535);
const url = z.string().url();

const Source = z.object({
  NODE_ENV: z.enum(["development", "production", "test"]).default("development"),
  PORT: port.default(3000),
  APP_DOMAIN: z.string().min(1).default("localhost"),
  APP_URL: url.optional(),
  FUNCTIONS_URL: url.optional(),
  FUNCTIONS_PORT: port.optional(),
  MAILBOX_PORT: port.optional(),
  SMTP_PORT: port.optional(),
  SMTP_URL: z.string().optional(),
  MAIL_FROM: z.string().default("Foyer <hello@foyer.invalid>"),
  MAIL_POSTAL_ADDRESS: z
    .string()
    .trim()
    .min(1, "An address in one line.")
    .max(200, "200 characters at most.")
    .regex(/^[^\p{Cc}\u2028\u2029]*$/u, "One line.")
    .optional(),
  MAIL_REPLY_DOMAIN: z
    .string()
    .regex(/^[a-z0-9.-]+\.?[a-z0-9-]+$/i)
    .optional(),
  MAIL_INBOUND_SECRET: z.string().optional(),
  FOYER_DATA_DIR: z.string().min(1).default(".data"),
  POSTGRES_PORT: port.default(54_329),
  DATABASE_URL: z.string().optional(),
  DATABASE_URL_WEB: z.string().optional(),
  DATABASE_URL_WORKER: z.string().optional(),
  DATABASE_URL_FUNCTIONS: z.string().optional(),
  DATABASE_URL_STAFF: z.string().optional(),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(100).default(10),
  OPENAI_API_KEY: z.string().optional(),
  OPENAI_BASE_URL: url.optional(),
  OPENAI_MODEL: z.string().default("gpt-4o-mini"),
  SUPABASE_URL: url.optional(),
  SUPABASE_ANON_KEY: z.string().optional(),
  STRIPE_SECRET_KEY: z.string().optional(),
  STRIPE_WEBHOOK_SECRET: z.string().optional(),
  STRIPE_API_BASE: url.optional(),
  STRIPE_PORT: port.optional(),
  STRIPE_TEST_CLOCKS: flag,
  ...DnsSource,
  ...OdooSource,
  ...DeploySource,
  CRAWL_ALLOW_LOOPBACK: flag,
  DEMO_DATA: flag,
  LOG_LEVEL: z.enum(["debug", "info", "warn", "error", "silent"]).default("info"),
  TRUST_PROXY: flag,
  EDGE_ADDRESS: z.union([z.ipv4(), z.ipv6()], "An IP address.").optional(),
  INSIDE_TOKEN: z.string().min(32, "At least 32 characters.").optional(),
  BUILD_ID: z.string().default("dev"),
});

export interface Env {
  nodeEnv: "development" | "production" | "test";
  port: number;
  /** Domain under which tenants get their subdomains, without scheme and port. */
  appDomain: string;
  /** Origin of the app host, without a trailing slash. */
  appUrl: string;
  functionsUrl: string;
  functionsPort: number;
  mailboxPort: number;
  smtpPort: number;
  smtpUrl: string;
  mailFrom: string;
  /** The operator's, under the mails of its sequences; null: none stands there. */
  mailPostalAddress: string | null;
  /** Where replies to sequences are heard of: mails to this domain come in as signed messages. Null: people say so. */
  mailReplies: { domain: string } | null;
  /** What the mail provider signs them with; several by commas while one is replaced. */
  mailInboundSecret: string | null;
  dataDir: string;
  postgresPort: number;
  databaseUrls: {
    migrator: string | null;
    web: string | null;
    worker: string | null;
    functions: string | null;
    staff: string | null;
  };
  poolSize: number;
  openai: { apiKey: string; baseUrl: string | undefined; model: string } | null;
  supabase: { url: string; anonKey: string } | null;
  /** Null: nothing can be bought. */
  stripe: { apiKey: string; apiBase: string | null; testClocks: boolean } | null;
  /** What Stripe signs its webhooks with. */
  stripeWebhookSecret: string | null;
  /** Of the local Stripe simulator. */
  stripePort: number;
  dns: DnsSettings;
  deployments: DeploySettings;
  /** Null: the operator has no CRM. */
  odoo: OdooSettings | null;
  /** Of the local Odoo simulator. */
  odooPort: number;
  crawl: { allowLoopback: boolean };
  demoData: boolean;
  logLevel: LogLevel;
  trustProxy: boolean;
  /** Where certificates are looked at; null: wherever a host's name leads in the public internet. */
  edgeAddress: string | null;
  /** Opens what is for the machine itself to those who call from elsewhere; null: to nobody. */
  insideToken: string | null;
  buildId: string;
}

declare const Deno: { env: { toObject(): Record<string, string> } } | undefined;

function surroundings(): Record<string, string | undefined> {
  return typeof Deno !== "undefined" ? Deno.env.toObject() : process.env;
}

/**
 * Reads and checks the configuration.
 * @throws Error naming every key that is wrong, never its value.
 */
export function loadEnv(source: Record<string, string | undefined> = surroundings()): Env {
  const present = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = Source.safeParse(present);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `  ${issue.path.join(".")}: ${issue.message}`);
    throw new Error(`The configuration is not valid:\n${lines.join("\n")}`);
  }
  const env = parsed.data;
  const local = env.APP_DOMAIN === "localhost";
  const functionsPort = env.FUNCTIONS_PORT ?? env.PORT + 1;
  const smtpPort = env.SMTP_PORT ?? env.PORT + 3;
  if ((env.SUPABASE_URL === undefined) !== (env.SUPABASE_ANON_KEY === undefined)) {
    throw new Error("The configuration is not valid:\n  SUPABASE_URL and SUPABASE_ANON_KEY go together.");
  }
  return {
    nodeEnv: env.NODE_ENV,
    port: env.PORT,
    appDomain: env.APP_DOMAIN.toLowerCase(),
    appUrl: (env.APP_URL ?? (local ? `http://localhost:${env.PORT}` : `https://app.${env.APP_DOMAIN}`)).replace(
      /\/$/,
      "",
    ),
    functionsUrl: (env.FUNCTIONS_URL ?? `http://127.0.0.1:${functionsPort}/functions/v1`).replace(/\/$/, ""),
    functionsPort,
    mailboxPort: env.MAILBOX_PORT ?? env.PORT + 2,
    smtpPort,
    smtpUrl: env.SMTP_URL ?? `smtp://127.0.0.1:${smtpPort}`,
    mailFrom: env.MAIL_FROM,
    mailPostalAddress: env.MAIL_POSTAL_ADDRESS ?? null,
    mailReplies: env.MAIL_REPLY_DOMAIN ? { domain: env.MAIL_REPLY_DOMAIN.toLowerCase() } : null,
    mailInboundSecret: env.MAIL_INBOUND_SECRET || null,
    dataDir: env.FOYER_DATA_DIR,
    postgresPort: env.POSTGRES_PORT,
    databaseUrls: {
      migrator: env.DATABASE_URL ?? null,
      web: env.DATABASE_URL_WEB ?? null,
      worker: env.DATABASE_URL_WORKER ?? null,
      functions: env.DATABASE_URL_FUNCTIONS ?? null,
      staff: env.DATABASE_URL_STAFF ?? null,
    },
    poolSize: env.DATABASE_POOL_SIZE,
    openai: env.OPENAI_API_KEY
      ? { apiKey: env.OPENAI_API_KEY, baseUrl: env.OPENAI_BASE_URL, model: env.OPENAI_MODEL }
      : null,
    supabase:
      env.SUPABASE_URL && env.SUPABASE_ANON_KEY ? { url: env.SUPABASE_URL, anonKey: env.SUPABASE_ANON_KEY } : null,
    stripe: env.STRIPE_SECRET_KEY
      ? { apiKey: env.STRIPE_SECRET_KEY, apiBase: env.STRIPE_API_BASE ?? null, testClocks: env.STRIPE_TEST_CLOCKS }
      : null,
    stripeWebhookSecret: env.STRIPE_WEBHOOK_SECRET ?? null,
    stripePort: env.STRIPE_PORT ?? env.PORT + 4,
    dns: dnsSettings(env, env.PORT),
    deployments: deploySettings(env, env.PORT, env.BUILD_ID),
    odoo: odooSettings(env),
    odooPort: env.ODOO_PORT ?? env.PORT + 7,
    crawl: { allowLoopback: env.CRAWL_ALLOW_LOOPBACK },
    demoData: env.DEMO_DATA,
    logLevel: env.LOG_LEVEL,
    trustProxy: env.TRUST_PROXY,
    edgeAddress: env.EDGE_ADDRESS ?? null,
    insideToken: env.INSIDE_TOKEN ?? null,
    buildId: env.BUILD_ID,
  };
}

/**
 * Origin of a tenant's own host: the app's scheme and port under the tenant's name.
 */
export function tenantOrigin(env: Pick<Env, "appUrl" | "appDomain">, slug: string): string {
  const app = new URL(env.appUrl);
  return `${app.protocol}//${slug}.${env.appDomain}${app.port ? `:${app.port}` : ""}`;
}

/** The environment for a process that we start: ours, with these keys set, or taken out where undefined. */
export function environmentWith(changes: Record<string, string | undefined>): NodeJS.ProcessEnv {
  const merged = Object.entries({ ...surroundings(), ...changes }).filter(([, value]) => value !== undefined);
  return { NODE_ENV: "development", ...Object.fromEntries(merged) };
}
