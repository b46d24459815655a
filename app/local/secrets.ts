// The random passwords of the local database and keys of the local services, kept in <dataDir>/secrets.json (0600) from the first start on.
import { createHmac, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

const password = z.string().min(16);
const Stored = z.object({
  clusterId: z.string().regex(/^[0-9a-f]{16}$/),
  superuser: password,
  logins: z.object({ migrator: password, web: password, worker: password, functions: password, staff: password }),
  /** Of the Stripe simulator. Files of before it have none: theirs follow from what they have. */
  stripe: z
    .object({ apiKey: z.string().startsWith("sk_test_"), webhookSecret: z.string().startsWith("whsec_") })
    .optional(),
});
export const Secrets = Stored.transform((stored) => ({
  ...stored,
  stripe: stored.stripe ?? stripeKeys(stored.superuser),
  /** Of the simulator of a DNS provider, as IONOS writes its keys. */
  dnsApiKey: `local.${derived(stored.superuser, "dns key")}`,
  odooApiKey: derived(stored.superuser, "odoo key"),
  /** What the mailbox signs with, when it tells that somebody replied. */
  mailInbound: `whsec_${derived(stored.superuser, "mails that come in")}`,
  deployments: {
    token: derived(stored.superuser, "deployments token"),
    orders: `whsec_${derived(stored.superuser, "deployment orders")}`,
    callbacks: `whsec_${derived(stored.superuser, "deployment callbacks")}`,
  },
}));
export type Secrets = z.infer<typeof Secrets>;

function stripeKeys(seed: string): { apiKey: string; webhookSecret: string } {
  return {
    apiKey: `sk_test_${derived(seed, "stripe key")}`,
    webhookSecret: `whsec_${derived(seed, "stripe webhooks")}`,
  };
}

function derived(seed: string, name: string): string {
  return createHmac("sha256", seed).update(name).digest("hex").slice(0, 40);
}

/** The logins of the product, as `npm run db:url` names them. */
export type Login = keyof Secrets["logins"];

/** Reads the secrets of this data folder, or null before the first start. */
export function readSecrets(dataDir: string): Secrets | null {
  const file = join(dataDir, "secrets.json");
  return existsSync(file) ? Secrets.parse(JSON.parse(readFileSync(file, "utf8"))) : null;
}

/** Reads the secrets, or makes and keeps new ones. */
export function ensureSecrets(dataDir: string): Secrets {
  const known = readSecrets(dataDir);
  if (known) return known;
  const fresh = (): string => randomBytes(24).toString("base64url");
  const secrets = Secrets.parse({
    clusterId: randomBytes(8).toString("hex"),
    superuser: fresh(),
    logins: { migrator: fresh(), web: fresh(), worker: fresh(), functions: fresh(), staff: fresh() },
    stripe: stripeKeys(fresh()),
  });
  mkdirSync(dataDir, { recursive: true });
  const half = join(dataDir, `secrets.json.${process.pid}`);
  writeFileSync(half, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  renameSync(half, join(dataDir, "secrets.json"));
  return secrets;
}
