// Which DNS provider this installation talks to: the configured one, else on this machine alone the simulator.
import type { Env } from "#app/platform/env.ts";
import { LOOPBACK } from "./ports.ts";
import { ensureSecrets } from "./secrets.ts";

/** Where nobody has named a provider and nobody else can reach us, the simulator stands in for one. */
export function isDnsSimulated(env: Pick<Env, "dns" | "appDomain">): boolean {
  return env.dns.unset && env.appDomain === "localhost";
}

/** Origin of the simulator's API. */
export const dnsApiUrl = ({ dns }: Pick<Env, "dns">): string => `http://${LOOPBACK}:${dns.apiPort}`;
/** The simulator's name server. */
export const dnsServer = ({ dns }: Pick<Env, "dns">): string => `${LOOPBACK}:${dns.port}`;

/** The settings of the worker, which alone talks to the provider. */
export function dnsSettingsFor(env: Env, dataDir: string): Record<string, string | undefined> {
  if (isDnsSimulated(env))
    return {
      DNS_PROVIDER: "ionos",
      DNS_MODE: "record",
      DNS_TARGET: LOOPBACK,
      DNS_RESOLVERS: dnsServer(env),
      IONOS_API_KEY: ensureSecrets(dataDir).dnsApiKey,
      IONOS_API_BASE: `${dnsApiUrl(env)}/dns/v1`,
    };
  const { provider } = env.dns;
  return {
    DNS_PROVIDER: provider?.kind ?? "none",
    IONOS_API_KEY: provider?.kind === "ionos" ? provider.apiKey : undefined,
    POWERDNS_API_KEY: provider?.kind === "powerdns" ? provider.apiKey : undefined,
  };
}
