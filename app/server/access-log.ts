// One log line per request: method, path without query and without identifiers of people, status, time.
import type { Logger } from "#app/platform/log.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The path as a pattern: ids become `:id`, long random texts `:token`, anything else that isn't plain `:text`. */
export function pathPattern(path: string): string {
  const isFile = path.startsWith("/assets/");
  const segments = path.split("/", 10).map((given) => {
    // A page's data carries the same secrets as the page.
    const segment = given.replace(/\.data$/, "");
    if (UUID.test(segment)) return ":id";
    if (!/^[A-Za-z0-9_.-]*$/.test(segment)) return ":text";
    return segment.length > 24 && !isFile ? ":token" : given.slice(0, 60);
  });
  return segments.join("/") || "/";
}

export function logAccess(
  log: Logger,
  request: { method: string; path: string; status: number; ms: number; requestId: string; tenantId: string | null },
): void {
  const { path, ms, tenantId, ...rest } = request;
  log.info("request", {
    ...rest,
    path: pathPattern(path),
    ms: Math.round(ms * 10) / 10,
    ...(tenantId && { tenantId }),
  });
}
