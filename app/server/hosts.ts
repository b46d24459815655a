// What each kind of host may serve. A tenant's host shows the public page and what its agent needs, nothing of the app.
import type { Site } from "#app/domain/tenants/sites.ts";

export interface Placement {
  /** The path that Remix gets. */
  path: string;
  /** Set when the answer is this status whatever the route says. */
  status?: number;
}

/** The public page's routes, as Remix matches them: any case, with the `.data` of single fetch. */
const PUBLIC_PAGE = /^\/site(\.data)?(\/|$)/i;
const NOT_FOUND = "/site/not-found";
/** An event stream as single-fetch data: Remix would read it to an end that never comes. */
const ENDLESS = /^(?:\/admin)?\/events\/?\.data$/i;

/**
 * Where a page request on this host goes. On the app host everything but the public page is a route; elsewhere `/`
 * is the public page and everything outside of it is missing.
 * @param path decoded path
 */
export function placePage(site: Site, path: string): Placement {
  const isPublicPage = PUBLIC_PAGE.test(path);
  if (site.kind === "app") {
    return isPublicPage || ENDLESS.test(path) ? { path: "/not-found", status: 404 } : { path };
  }
  if (path === "/") return { path: "/site", ...(site.kind === "unknown" && { status: 404 }) };
  if (site.kind === "tenant" && isPublicPage) return { path };
  return { path: NOT_FOUND, status: 404 };
}

/** Whether the host may call this function: tenants' hosts talk to the agent, only the app host to all. */
export function mayCallFunction(site: Site, path: string): boolean {
  if (site.kind === "app") return true;
  return site.kind === "tenant" && /^\/functions\/v1\/chat\/?$/.test(path);
}

/** What crawlers may read: the landing page and tenants' public pages; a host that is nobody's not at all. */
export function robotsFor(site: Site): string {
  const rules =
    site.kind === "unknown"
      ? "Disallow: /"
      : site.kind === "tenant"
        ? "Disallow: /functions/"
        : "Allow: /$\nDisallow: /";
  return `User-agent: *\n${rules}\n`;
}
