// What the doctor says of who runs tenants' hosts: whether the service takes our token, or the app says what it uses.
import { resolve } from "node:path";
import { createWebhookDeployments } from "#app/integrations/deployments/webhook-client.ts";
import type { Env } from "#app/platform/env.ts";
import { AppError } from "#app/platform/errors.ts";
import { deployUrl, isDeploySimulated } from "./deploy-keys.ts";
import type { Finding } from "./doctor.ts";
import { readSecrets } from "./secrets.ts";

const WAIT_MS = 4_000;
const WHAT = "deployments";
const NOBODY = "00000000-0000-0000-0000-000000000000";

/** Findings on deployments; none of the checks changes anything. */
export function checkDeployments(env: Env): Promise<Finding>[] {
  const { provider, webhook, callbackSecrets, webUrls } = env.deployments;
  if (provider === "shared") return webUrls.map((url) => askWeb(url, env.insideToken));
  if (isDeploySimulated(env)) {
    const token = readSecrets(resolve(env.dataDir))?.deployments.token ?? "";
    return [askService(deployUrl(env), token, "npm start brings a simulator; or set DEPLOY_WEBHOOK_URL.")];
  }
  if (!webhook) {
    const say =
      "Set DEPLOY_WEBHOOK_URL, DEPLOY_API_BASE, DEPLOY_TOKEN and DEPLOY_WEBHOOK_SECRET, or DEPLOY_PROVIDER=shared.";
    return [Promise.resolve({ what: WHAT, ok: false, say })];
  }
  const note =
    callbackSecrets.length > 0 ? "" : ", without callbacks: set DEPLOY_CALLBACK_SECRET to hear of changes at once";
  return [askService(webhook.apiBase, webhook.token, "Check DEPLOY_API_BASE and DEPLOY_TOKEN.", note)];
}

/** That it doesn't know a deployment of nobody's is the answer that a token gets. */
async function askService(baseUrl: string, token: string, todo: string, note = ""): Promise<Finding> {
  const config = { triggerUrl: baseUrl, baseUrl, token, secrets: [], timeoutMs: WAIT_MS, pause: async () => {} };
  const error = await createWebhookDeployments(config)
    .status(NOBODY)
    .then(
      () => null,
      (thrown: unknown) => thrown,
    );
  if (error === null || (error instanceof AppError && error.code === "not_found"))
    return { what: WHAT, ok: true, say: `service at ${new URL(baseUrl).origin}${note}` };
  return { what: WHAT, ok: false, say: `${error instanceof Error ? error.message : String(error)} ${todo}` };
}

async function askWeb(url: string, token: string | null): Promise<Finding> {
  const query = new URLSearchParams({ tenant: NOBODY, since: new Date().toISOString() });
  try {
    const response = await fetch(`${url.replace(/\/+$/, "")}/inside/usage?${query}`, {
      headers: token ? { authorization: `Bearer ${token}` } : {},
      redirect: "error",
      signal: AbortSignal.timeout(WAIT_MS),
    });
    if (response.ok) return { what: WHAT, ok: true, say: `this app serves all tenants; ${url} says what that takes` };
    const say = `${url} doesn't say what serving tenants takes (${response.status}). Give it and the worker the same INSIDE_TOKEN.`;
    return { what: WHAT, ok: false, say };
  } catch {
    const say = `${url} can't be reached: there are no figures of what serving tenants takes. Start it, or set WEB_URLS.`;
    return { what: WHAT, ok: false, say };
  }
}
