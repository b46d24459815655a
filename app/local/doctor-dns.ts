// What the doctor says of the DNS: whether the provider takes our key and has our zone, and whether the name servers answer.
import { resolve } from "node:path";
import { createDnsResolver } from "#app/integrations/dns/resolver.ts";
import { createIonosDns } from "#app/integrations/ionos/client.ts";
import { createPowerDns } from "#app/integrations/powerdns/client.ts";
import type { Env } from "#app/platform/env.ts";
import { dnsApiUrl, dnsServer, isDnsSimulated } from "./dns-keys.ts";
import type { Finding } from "./doctor.ts";
import { readSecrets } from "./secrets.ts";

const WAIT_MS = 4_000;

/** Findings on the DNS; none of the checks changes anything. */
export function checkDns(env: Env): Promise<Finding>[] {
  if (isDnsSimulated(env)) {
    const apiKey = readSecrets(resolve(env.dataDir))?.dnsApiKey ?? "";
    const todo = "npm start brings a simulator; or set DNS_PROVIDER.";
    const baseUrl = `${dnsApiUrl(env)}/dns/v1`;
    const provider = createIonosDns({ apiKey, baseUrl, timeoutMs: WAIT_MS, pause: noPause });
    return [
      checkZone(provider, env.appDomain, `simulator, zone ${env.appDomain}`, todo),
      checkServer(dnsServer(env), env, todo),
    ];
  }
  const { provider, resolvers, target, mode } = env.dns;
  const servers = resolvers.map((server) =>
    checkServer(server, env, "Check DNS_RESOLVERS, and that port 53 isn't blocked."),
  );
  if (!provider) {
    const say = `No provider: a record *.${env.appDomain} of your own has to lead here.`;
    return [Promise.resolve({ what: "DNS", ok: true, say }), ...servers];
  }
  const dns =
    provider.kind === "ionos"
      ? createIonosDns({
          apiKey: provider.apiKey,
          baseUrl: provider.apiBase ?? undefined,
          timeoutMs: WAIT_MS,
          pause: noPause,
        })
      : createPowerDns({ baseUrl: provider.url, apiKey: provider.apiKey, timeoutMs: WAIT_MS, pause: noPause });
  const todo =
    provider.kind === "ionos" ? "Check IONOS_API_KEY and IONOS_API_BASE." : "Check POWERDNS_URL and POWERDNS_API_KEY.";
  const found =
    mode === "record" ? `addresses lead to ${target}` : "one wildcard record of yours leads all addresses here";
  return [checkZone(dns, env.appDomain, found, todo), ...servers];
}

const noPause = async (): Promise<void> => {};

async function checkZone(
  dns: { name: string; findZone(name: string): Promise<{ name: string } | null> },
  domain: string,
  found: string,
  todo: string,
): Promise<Finding> {
  const what = "DNS provider";
  try {
    const zone = await dns.findZone(domain);
    if (zone) return { what, ok: true, say: `${dns.name}: ${found}` };
    return { what, ok: false, say: `${dns.name} has no zone for ${domain}. Add it there, or check APP_DOMAIN.` };
  } catch (error) {
    return { what, ok: false, say: `${error instanceof Error ? error.message : String(error)} ${todo}` };
  }
}

/** Any answer will do: it is there. */
async function checkServer(server: string, { appDomain }: Env, todo: string): Promise<Finding> {
  const what = `name server ${server}`;
  try {
    const resolver = createDnsResolver({ server, timeoutMs: WAIT_MS / 2, tries: 1 });
    const verdict = await resolver.ask({ name: appDomain, type: "A" });
    if (verdict.kind === "timeout") return { what, ok: false, say: `It doesn't answer. ${todo}` };
    if (verdict.kind === "servfail") return { what, ok: false, say: `It answers ${verdict.rcode}. ${todo}` };
    return { what, ok: true, say: "answers" };
  } catch (error) {
    return { what, ok: false, say: `${error instanceof Error ? error.message : String(error)} ${todo}` };
  }
}
