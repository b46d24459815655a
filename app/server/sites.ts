// Which site a host stands for, remembered for a moment so that a busy host costs no query per request.
import type { Site } from "#app/domain/tenants/sites.ts";

interface Entry {
  site: Promise<Site>;
  until: number;
}

/** Short, because a suspension and a new host must be seen at once; long enough to take the queries off a busy host. */
const KNOWN_MS = 1_000;
const UNKNOWN_MS = 250;
const MOST_ENTRIES = 5_000;

/** Wraps a resolver with a cache; requests for the same host at the same time share one query. Failures aren't kept. */
export function rememberSites(
  resolve: (host: string) => Promise<Site>,
  now: () => number = Date.now,
): (host: string) => Promise<Site> {
  const entries = new Map<string, Entry>();
  return (host) => {
    const known = entries.get(host);
    if (known && known.until > now()) return known.site;
    const entry: Entry = { site: resolve(host), until: Number.POSITIVE_INFINITY };
    entries.delete(host);
    entries.set(host, entry);
    for (const oldest of entries.keys()) {
      if (entries.size <= MOST_ENTRIES) break;
      entries.delete(oldest);
    }
    entry.site.then(
      (site) => {
        entry.until = now() + (site.kind === "unknown" ? UNKNOWN_MS : KNOWN_MS);
      },
      () => entries.get(host) === entry && entries.delete(host),
    );
    return entry.site;
  };
}
