// Cross-site request forgery: a request that may change something must come from a page of the very same origin.
import { AppError } from "#app/platform/errors.ts";

const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);
/** Doors that no cookie opens: they take keys or signatures, and other origins are meant to call them. */
const KEYED = ["/api/", "/functions/v1/"];

/**
 * Accepts an Origin equal to the request's own. Without one, only a request that the browser itself marks as
 * same-origin and whose Referer agrees; `null` never.
 * @throws AppError forbidden with reason `cross_site`
 */
export function assertSameOrigin(method: string, path: string, headers: Headers, ownOrigin: string): void {
  if (SAFE.has(method) || KEYED.some((prefix) => path.startsWith(prefix))) return;
  const origin = headers.get("origin");
  const same = origin === null ? markedSameOrigin(headers, ownOrigin) : origin === ownOrigin;
  if (!same) {
    throw new AppError("forbidden", "This request didn't come from our own pages. Open the page again and retry.", {
      reason: "cross_site",
    });
  }
}

function markedSameOrigin(headers: Headers, ownOrigin: string): boolean {
  const site = headers.get("sec-fetch-site");
  const referer = headers.get("referer");
  if ((site !== "same-origin" && site !== "none") || !referer || !URL.canParse(referer)) return false;
  return new URL(referer).origin === ownOrigin;
}
