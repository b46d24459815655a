// What the clients of DNS providers begin with: their calls, and the list of zones that their keys open.
import { z } from "zod";
import { plainName } from "#app/domain/provisioning/dns-records.ts";
import { createProviderHttp, type ProviderHttp } from "./provider-http.ts";
import { createZoneCache, type ZoneCache } from "./zone-cache.ts";

/** What tests change. */
export interface ProviderTiming {
  /** Of one request, in milliseconds. */
  timeoutMs?: number;
  pause?: (ms: number) => Promise<void>;
  /** Milliseconds. */
  now?: () => number;
}

interface Provider {
  /** What people call it. */
  name: string;
  baseUrl: string;
  apiKey: string;
}

const Zones = z.array(z.object({ id: z.string().min(1), name: z.string().min(1) }));

/** Connects to a provider that takes its key as X-API-Key and lists its zones under `/zones`. */
export function connectProvider(
  { name, baseUrl, apiKey }: Provider,
  { timeoutMs, pause, now = Date.now }: ProviderTiming,
): { http: ProviderHttp; zones: ZoneCache } {
  const http = createProviderHttp({
    name,
    baseUrl,
    headers: { "x-api-key": apiKey },
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(pause && { pause }),
  });
  const zones = createZoneCache(async () => {
    const found = http.read(Zones, await http.send("GET", "/zones"));
    return found.map(({ id, name: of }) => ({ id, name: plainName(of) }));
  }, now);
  return { http, zones };
}
