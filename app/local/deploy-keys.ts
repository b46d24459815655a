// Which service runs tenants' hosts: the configured one, or on this machine alone, where webhooks are chosen and nobody is
// named, the simulator.
import type { Env } from "#app/platform/env.ts";
import { LOOPBACK } from "./ports.ts";
import { ensureSecrets } from "./secrets.ts";

/** Where webhooks are wanted without a service, and nobody else can reach us, the simulator stands in for one. */
export function isDeploySimulated({ deployments, appDomain }: Pick<Env, "deployments" | "appDomain">): boolean {
  return deployments.provider === "webhook" && deployments.webhook === null && appDomain === "localhost";
}

/** Origin of the simulator. */
export const deployUrl = ({ deployments }: Pick<Env, "deployments">): string =>
  `http://${LOOPBACK}:${deployments.port}`;

type Settings = Record<string, string | undefined>;

/** The settings of the worker, which alone gives orders, and of the door that takes callbacks. */
export function deploySettingsFor(env: Env, dataDir: string): { worker: Settings; functions: Settings } {
  if (isDeploySimulated(env)) {
    const { token, orders, callbacks } = ensureSecrets(dataDir).deployments;
    return {
      worker: {
        DEPLOY_WEBHOOK_URL: `${deployUrl(env)}/orders`,
        DEPLOY_API_BASE: deployUrl(env),
        DEPLOY_TOKEN: token,
        DEPLOY_WEBHOOK_SECRET: orders,
      },
      functions: { DEPLOY_CALLBACK_SECRET: callbacks },
    };
  }
  const { webhook, callbackSecrets } = env.deployments;
  return {
    worker: {
      DEPLOY_WEBHOOK_URL: webhook?.triggerUrl,
      DEPLOY_API_BASE: webhook?.apiBase,
      DEPLOY_TOKEN: webhook?.token,
      DEPLOY_WEBHOOK_SECRET: webhook?.secrets.join(","),
    },
    functions: { DEPLOY_CALLBACK_SECRET: callbackSecrets.join(",") || undefined },
  };
}
