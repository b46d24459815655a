// Which Odoo this installation talks to: the configured one, else on this machine alone the simulator.
import type { Env } from "#app/platform/env.ts";
import { LOOPBACK } from "./ports.ts";
import { ensureSecrets } from "./secrets.ts";

/** The simulator's only database. */
export const ODOO_DATABASE = "foyer";

/** Where nobody has named an Odoo and nobody else can reach us, the simulator stands in for one. */
export function isOdooSimulated(env: Pick<Env, "odoo" | "appDomain">): boolean {
  return env.odoo === null && env.appDomain === "localhost";
}

/** Origin of the simulator. */
export const odooUrl = ({ odooPort }: Pick<Env, "odooPort">): string => `http://${LOOPBACK}:${odooPort}`;

/** The settings of the worker, which alone talks to Odoo. */
export function odooSettingsFor(env: Env, dataDir: string): Record<string, string | undefined> {
  if (isOdooSimulated(env))
    return {
      ODOO_URL: odooUrl(env),
      ODOO_API_KEY: ensureSecrets(dataDir).odooApiKey,
      ODOO_DB: ODOO_DATABASE,
      ODOO_PROTOCOL: "json2",
    };
  return { ODOO_URL: env.odoo?.url, ODOO_API_KEY: env.odoo?.apiKey };
}
