// The part of the configuration that says who runs tenants' hosts. env.ts reads the environment.
import { z } from "zod";

const port = z.coerce.number().int().min(1).max(65_535);
const url = z.string().url();
const list = (text: string | undefined): string[] =>
  (text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
/** As Standard Webhooks writes secrets: the prefix and base64. */
const secrets = z
  .string()
  .optional()
  .transform(list)
  .refine((given) => given.every((secret) => /^whsec_[A-Za-z0-9+/]{16,}={0,2}$/.test(secret)), {
    message: "Each is whsec_ and base64; several are separated by commas.",
  });

/** Its keys. */
export const DeploySource = {
  DEPLOY_PROVIDER: z.enum(["shared", "webhook"]).default("shared"),
  DEPLOY_WEBHOOK_URL: url.optional(),
  DEPLOY_API_BASE: url.optional(),
  DEPLOY_TOKEN: z.string().optional(),
  DEPLOY_WEBHOOK_SECRET: secrets,
  DEPLOY_CALLBACK_SECRET: secrets,
  DEPLOY_VERSION: z.string().max(200).optional(),
  DEPLOY_PORT: port.optional(),
  WEB_URLS: z
    .string()
    .optional()
    .transform(list)
    .refine((urls) => urls.every((one) => URL.canParse(one)), { message: "Addresses, separated by commas." }),
};
const Shape = z.object(DeploySource);

/** Who runs tenants' hosts, and what is known of their resources. */
export interface DeploySettings {
  /** `shared`: this app serves all of them. `webhook`: a service of the operator's is told to. */
  provider: "shared" | "webhook";
  /** How the service is spoken to; null in processes that don't. */
  webhook: { triggerUrl: string; apiBase: string; token: string; secrets: string[] } | null;
  /** By which the service's callbacks are told to be its own; several while one is replaced by another. */
  callbackSecrets: string[];
  /** What a new deployment runs. */
  version: string;
  /** Origins of the web processes, as others of ours reach them: who serves tenants says what that takes. */
  webUrls: string[];
  /** Of the local simulator. */
  port: number;
}

/** @throws Error naming the keys that are missing, or of no use */
export function deploySettings(env: z.infer<typeof Shape>, basePort: number, buildId: string): DeploySettings {
  const wanted = {
    DEPLOY_WEBHOOK_URL: env.DEPLOY_WEBHOOK_URL,
    DEPLOY_API_BASE: env.DEPLOY_API_BASE,
    DEPLOY_TOKEN: env.DEPLOY_TOKEN,
    DEPLOY_WEBHOOK_SECRET: env.DEPLOY_WEBHOOK_SECRET.join(),
  };
  const given = Object.entries(wanted).filter(([, value]) => value);
  const lacking = Object.entries(wanted).filter(([, value]) => !value);
  const invalid = (keys: [string, unknown][], words: string): never => {
    throw new Error(
      `The configuration is not valid:\n${keys.map(([key]) => `  ${key} ${words} DEPLOY_PROVIDER=${env.DEPLOY_PROVIDER}.`).join("\n")}`,
    );
  };
  if (env.DEPLOY_PROVIDER === "shared" && given.length > 0) invalid(given, "is of no use with");
  if (given.length > 0 && lacking.length > 0) invalid(lacking, "is missing for");
  const { DEPLOY_WEBHOOK_URL: triggerUrl, DEPLOY_API_BASE: apiBase, DEPLOY_TOKEN: token } = env;
  return {
    provider: env.DEPLOY_PROVIDER,
    webhook: triggerUrl && apiBase && token ? { triggerUrl, apiBase, token, secrets: env.DEPLOY_WEBHOOK_SECRET } : null,
    callbackSecrets: env.DEPLOY_CALLBACK_SECRET,
    version: (env.DEPLOY_PROVIDER === "webhook" && env.DEPLOY_VERSION) || buildId,
    webUrls: env.WEB_URLS.length > 0 ? env.WEB_URLS : [`http://127.0.0.1:${basePort}`],
    port: env.DEPLOY_PORT ?? basePort + 8,
  };
}
