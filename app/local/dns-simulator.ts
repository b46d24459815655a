// The DNS of local mode: a provider that speaks IONOS's protocol, with its records in the data folder, and a name server
// that answers from them. Usage: node app/local/dns-simulator.ts <state file>
// Beside the provider's own control: GET and PUT /_simulator/dns {"silent": boolean, "propagationMs": number}.
import { z } from "zod";
import { startDnsSimulator } from "#app/integrations/dns/simulator.ts";
import { createZoneBook } from "#app/integrations/dns/simulator-zones.ts";
import { startIonosSimulator } from "#app/integrations/ionos/simulator.ts";
import { loadEnv } from "#app/platform/env.ts";

const env = loadEnv();
const [file] = process.argv.slice(2);
const { provider } = env.dns;
if (!file || provider?.kind !== "ionos")
  throw new Error(
    "Usage: DNS_PROVIDER=ionos IONOS_API_KEY=… DNS_TARGET=… node app/local/dns-simulator.ts <state file>",
  );

/** How long a name server remembers that a name is missing: short, as somebody watches. */
const NEGATIVE_SECONDS = 2;
const Weather = z.object({ silent: z.boolean().default(false), propagationMs: z.number().int().min(0).default(0) });
let weather = Weather.parse({});

const book = createZoneBook();
book.add(env.appDomain, { minimum: NEGATIVE_SECONDS, since: 0 });
const server = await startDnsSimulator({ zones: book, port: env.dns.port });
const api = await startIonosSimulator({
  port: env.dns.apiPort,
  apiKey: provider.apiKey,
  zones: [env.appDomain],
  file,
  book,
  control({ method, path, body }) {
    if (path !== "/_simulator/dns") return null;
    if (method === "GET") return { status: 200, body: weather };
    const wished = Weather.safeParse(body);
    if (!wished.success) return { status: 422, body: z.treeifyError(wished.error) };
    weather = wished.data;
    server.reset();
    server.delay(weather.propagationMs);
    if (weather.silent) server.fail({ effect: "drop" });
    return { status: 200, body: weather };
  },
});
console.log(JSON.stringify({ time: new Date().toISOString(), level: "info", event: "ready", service: "dns" }));
const end = (): void => void Promise.all([api.close(), server.close()]).then(() => process.exit(0));
process.once("SIGTERM", end).once("SIGINT", end);
