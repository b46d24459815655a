// On which pages a tenant's widget may speak.

/**
 * Whether a page of this origin may use the widget key.
 * @param origin the Origin header; null where the client sent none and so is no page of another origin
 * @param allowed exact origins, `https://*.example.com` for all subdomains, `*` for any page
 * @param own origins that are always allowed: the tenant's own host, the app's preview
 */
export function isOriginAllowed(origin: string | null, allowed: readonly string[], own: readonly string[]): boolean {
  if (origin === null || allowed.includes("*")) return true;
  const wanted = origin.toLowerCase();
  if (!/^https?:\/\/[^/\s]+$/.test(wanted)) return false;
  return own.includes(wanted) || allowed.some((entry) => matches(wanted, entry.toLowerCase()));
}

function matches(origin: string, entry: string): boolean {
  const star = entry.indexOf("://*.");
  if (star < 0) return origin === entry;
  const scheme = entry.slice(0, star + 3);
  const suffix = entry.slice(star + 4);
  const host = origin.slice(scheme.length);
  return (
    origin.startsWith(scheme) && host.length > suffix.length && host.endsWith(suffix) && !/[^a-z0-9.:-]/.test(host)
  );
}
