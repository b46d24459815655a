// What the web processes say of their use of resources: read over HTTP, as they run elsewhere than who follows deployments.
import type { DeploymentSample } from "#app/domain/provisioning/deployment-ports.ts";
import { SamplesAnswer } from "./wire.ts";

/** Samples of a tenant from that time on, oldest first; none where not all processes can be asked. */
export type UsageReader = (tenantId: string, since: Date) => Promise<DeploymentSample[]>;

export interface WebUsageConfig {
  /** Origins of all web processes. */
  urls: readonly string[];
  /** Opens their inside to callers from other machines; null: they run on this one. */
  token: string | null;
  timeoutMs?: number;
  now?: () => number;
}

const TIMEOUT_MS = 2_000;
/** After a failure nobody is asked for a while: figures of some alone would be wrong. */
const REST_MS = 10_000;

export function createUsageReader({
  urls,
  token,
  timeoutMs = TIMEOUT_MS,
  now = Date.now,
}: WebUsageConfig): UsageReader {
  let restUntil = 0;

  async function ask(url: string, tenantId: string, since: Date): Promise<DeploymentSample[]> {
    const query = new URLSearchParams({ tenant: tenantId, since: since.toISOString() });
    const response = await fetch(`${url.replace(/\/+$/, "")}/inside/usage?${query}`, {
      headers: { accept: "application/json", ...(token && { authorization: `Bearer ${token}` }) },
      redirect: "error",
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) throw new Error(`${url} answered ${response.status}`);
    return SamplesAnswer.parse(await response.json()).samples;
  }

  return async (tenantId, since) => {
    if (now() < restUntil) return [];
    try {
      const all = await Promise.all(urls.map((url) => ask(url, tenantId, since)));
      return added(all);
    } catch {
      restUntil = now() + REST_MS;
      return [];
    }
  };
}

/** Samples of the same moment are one; a moment that not all of them know yet is left for the next time. */
function added(all: readonly DeploymentSample[][]): DeploymentSample[] {
  const moments = Map.groupBy(all.flat(), ({ at }) => at.getTime());
  return [...moments.values()]
    .filter((samples) => samples.length === all.length)
    .map((samples) =>
      samples.reduce((sum, { cpuPercent, memoryBytes, requestsPerMinute }) => ({
        at: sum.at,
        cpuPercent: sum.cpuPercent + cpuPercent,
        memoryBytes: sum.memoryBytes + memoryBytes,
        requestsPerMinute: (sum.requestsPerMinute ?? 0) + (requestsPerMinute ?? 0),
      })),
    )
    .sort((a, b) => a.at.getTime() - b.at.getTime());
}
