// The part of the configuration that says how tenants' addresses get into the DNS. env.ts reads the environment.
import { z } from "zod";

const port = z.coerce.number().int().min(1).max(65_535);
const url = z.string().url();

/** Its keys. */
export const DnsSource = {
  DNS_PROVIDER: z.enum(["none", "ionos", "powerdns"]).optional(),
  DNS_MODE: z.enum(["wildcard", "record"]).optional(),
  DNS_TARGET: z.string().optional(),
  DNS_RESOLVERS: z.string().optional(),
  DNS_DRIFT: z.enum(["mend", "report"]).default("mend"),
  DNS_API_PORT: port.optional(),
  DNS_PORT: port.optional(),
  IONOS_API_KEY: z.string().optional(),
  IONOS_API_BASE: url.optional(),
  POWERDNS_URL: url.optional(),
  POWERDNS_API_KEY: z.string().optional(),
};

/** How tenants' addresses get into the DNS. */
export interface DnsSettings {
  /** Null: no record is made by us. */
  provider:
    | { kind: "ionos"; apiKey: string; apiBase: string | null }
    | { kind: "powerdns"; url: string; apiKey: string }
    | null;
  /** Nobody has said whether there is a provider: a local start brings a simulator. */
  unset: boolean;
  /** `wildcard`: one record of the operator's leads all addresses here. `record`: each gets one of its own. */
  mode: "wildcard" | "record";
  /** Where tenants' addresses lead: an IP address, or a name. Null: nobody has said. */
  target: string | null;
  /** Name servers that are asked what the world sees: `192.0.2.1` or `192.0.2.1:53`. */
  resolvers: string[];
  /** What happens to a record that somebody else has changed or deleted. */
  drift: "mend" | "report";
  /** Of the local simulator: its API, and its name server. */
  apiPort: number;
  port: number;
}

const Shape = z.object(DnsSource);
type Source = z.infer<typeof Shape>;
const PUBLIC_RESOLVERS = ["1.1.1.1", "8.8.8.8", "9.9.9.9"];

/** @throws Error naming the key that is missing */
export function dnsSettings(env: Source, basePort: number): DnsSettings {
  const lacks = (key: string): never => {
    throw new Error(`The configuration is not valid:\n  ${key} is missing for DNS_PROVIDER=${env.DNS_PROVIDER}.`);
  };
  const provider = (): DnsSettings["provider"] => {
    if (env.DNS_PROVIDER === "ionos")
      return {
        kind: "ionos",
        apiKey: env.IONOS_API_KEY ?? lacks("IONOS_API_KEY"),
        apiBase: env.IONOS_API_BASE ?? null,
      };
    if (env.DNS_PROVIDER !== "powerdns") return null;
    const url = env.POWERDNS_URL ?? lacks("POWERDNS_URL");
    return { kind: "powerdns", url, apiKey: env.POWERDNS_API_KEY ?? lacks("POWERDNS_API_KEY") };
  };
  const chosen = provider();
  const mode = env.DNS_MODE ?? (chosen ? "record" : "wildcard");
  if (chosen && mode === "record" && !env.DNS_TARGET) lacks("DNS_TARGET");
  const named = env.DNS_RESOLVERS?.split(",").map((server) => server.trim());
  return {
    provider: chosen,
    unset: env.DNS_PROVIDER === undefined,
    mode,
    target: env.DNS_TARGET ?? null,
    resolvers: named?.filter((server) => server !== "") ?? (chosen ? PUBLIC_RESOLVERS : []),
    drift: env.DNS_DRIFT,
    apiPort: env.DNS_API_PORT ?? basePort + 5,
    port: env.DNS_PORT ?? basePort + 6,
  };
}
