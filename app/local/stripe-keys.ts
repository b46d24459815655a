// Which Stripe this installation talks to: the configured account, else on this machine alone the simulator.
import type { Env } from "#app/platform/env.ts";
import { LOOPBACK } from "./ports.ts";
import { ensureSecrets } from "./secrets.ts";

export interface StripeKeys {
  apiKey: string;
  /** Null: Stripe's own servers. */
  apiBase: string | null;
  webhookSecret: string | null;
  simulated: boolean;
}

/** Test cards pay at the simulator, so it stands in for Stripe only where nobody else can reach it. */
export function isSimulated(env: Pick<Env, "stripe" | "appDomain">): boolean {
  return env.stripe === null && env.appDomain === "localhost";
}

/** Origin of the simulator: of its API and of its pages. */
export function stripeUrl(env: Pick<Env, "stripePort">): string {
  return `http://${LOOPBACK}:${env.stripePort}`;
}

/** Null: nothing can be bought here. */
export function stripeFor(env: Env, dataDir: string): StripeKeys | null {
  if (env.stripe) return { ...env.stripe, webhookSecret: env.stripeWebhookSecret, simulated: false };
  if (!isSimulated(env)) return null;
  return { ...ensureSecrets(dataDir).stripe, apiBase: stripeUrl(env), simulated: true };
}
