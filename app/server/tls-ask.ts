// `GET /tls/ask?domain=`: where the edge asks before it has a certificate made (Caddy's on_demand_tls ask: 200 means yes,
// anything else no). For the machine itself: whoever comes from outside finds what stands at any unknown address.
import type { MiddlewareHandler } from "hono";
import { mayCertify } from "#app/domain/provisioning/certificate-ask.ts";
import type { Db } from "#app/platform/db.ts";
import type { Env } from "#app/platform/env.ts";
import { AppError } from "#app/platform/errors.ts";
import type { WebEnv } from "./context.ts";
import { comesFromInside } from "./inside.ts";

/** Anybody may make the edge ask by naming hosts: pages have to find connections to the database beside that. */
const MOST_UNDER_WAY = 50;

/** @throws AppError invalid without exactly one name, unavailable with Retry-After when too many ask at once */
export function answerEdge(db: Db, env: Pick<Env, "insideToken" | "appUrl">): MiddlewareHandler<WebEnv> {
  const appHost = new URL(env.appUrl).hostname;
  let underWay = 0;
  return async (c, next) => {
    if (!comesFromInside(c.env.incoming, env)) return next();
    const [asked, ...more] = new URL(c.req.url).searchParams.getAll("domain");
    if (asked === undefined || more.length > 0) throw new AppError("invalid", "Name one domain.");
    if (underWay >= MOST_UNDER_WAY)
      throw new AppError("unavailable", "Too many are asking. Please ask again in a moment.", { retryAfter: 1 });
    underWay++;
    try {
      const may = await mayCertify(db, asked, appHost);
      return c.text(may ? "yes" : "no", may ? 200 : 404, { "cache-control": "no-store" });
    } finally {
      underWay--;
    }
  };
}
