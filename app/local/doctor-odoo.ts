// What the doctor says of the operator's CRM: whether Odoo takes our key, has a CRM, and can keep what we tell it.
import { resolve } from "node:path";
import { createOdooCrm, type OdooCrmConfig } from "#app/integrations/odoo/client.ts";
import type { Env } from "#app/platform/env.ts";
import type { Finding } from "./doctor.ts";
import { isOdooSimulated, ODOO_DATABASE, odooUrl } from "./odoo-keys.ts";
import { readSecrets } from "./secrets.ts";

const WAIT_MS = 4_000;

const WITHOUT =
  "No CRM: leads are scored, given away and followed up under /admin/leads alone. Set ODOO_URL and ODOO_API_KEY to have them in Odoo.";

/** Findings on Odoo; none of the checks changes anything. Without a CRM all is well, too. */
export function checkOdoo(env: Env): Promise<Finding>[] {
  if (isOdooSimulated(env)) {
    const apiKey = readSecrets(resolve(env.dataDir))?.odooApiKey ?? "";
    const config = { url: odooUrl(env), apiKey, protocol: "json2" as const, database: ODOO_DATABASE };
    return [askOdoo(config, "npm start brings a simulator; or set ODOO_URL and ODOO_API_KEY.")];
  }
  if (!env.odoo) return [Promise.resolve({ what: "Odoo", ok: true, say: WITHOUT })];
  return [askOdoo(env.odoo, "Check ODOO_URL, ODOO_API_KEY, ODOO_DB and ODOO_PROTOCOL.")];
}

async function askOdoo(config: OdooCrmConfig, todo: string): Promise<Finding> {
  const what = "Odoo";
  try {
    const crm = createOdooCrm({ ...config, timeoutMs: WAIT_MS, pause: async () => {} });
    const { version, missingFacts } = await crm.check();
    const lacking = missingFacts.length > 0 ? `, leads lack the fields ${missingFacts.join(", ")}` : "";
    return { what, ok: true, say: `version ${version} at ${new URL(config.url).origin}${lacking}` };
  } catch (error) {
    return { what, ok: false, say: `${error instanceof Error ? error.message : String(error)} ${todo}` };
  }
}
