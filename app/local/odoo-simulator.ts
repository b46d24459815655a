// The Odoo of local mode: a small CRM that speaks both of its protocols, with its records in the data folder.
// Usage: node app/local/odoo-simulator.ts <state file>
import { startOdooSimulator } from "#app/integrations/odoo/simulator.ts";
import { loadEnv } from "#app/platform/env.ts";

const env = loadEnv();
const [file] = process.argv.slice(2);
if (!file || !env.odoo?.database)
  throw new Error("Usage: ODOO_URL=… ODOO_API_KEY=… ODOO_DB=… node app/local/odoo-simulator.ts <state file>");
const { apiKey, database } = env.odoo;
const simulator = await startOdooSimulator({ port: env.odooPort, apiKey, database, file });
console.log(JSON.stringify({ time: new Date().toISOString(), level: "info", event: "ready", service: "odoo" }));
const end = (): void => void simulator.close().then(() => process.exit(0));
process.once("SIGTERM", end).once("SIGINT", end);
