// The public page on a tenant's own host: its brand and its agent. No client JavaScript but the widget's.
import { data, type MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { loadSitePage } from "#app/domain/branding/site-page.ts";
import { type Presence, presenceOf } from "#app/domain/tenants/presence.ts";
import { randomToken } from "#app/platform/ids.ts";
import { type ClosedReason, ClosedSite } from "#app/ui/site/closed-site.tsx";
import { PublicPage } from "#app/ui/site/public-page.tsx";
import { publicRoute } from "#app/web/guards.ts";

export const handle = { hydrate: false };

const CLOSED: Record<Exclude<Presence["page"], "open">, { reason: ClosedReason; status: number }> = {
  opening: { reason: "opening", status: 503 },
  paused: { reason: "suspended", status: 503 },
  closed: { reason: "closed", status: 410 },
  gone: { reason: "gone", status: 410 },
};

export const loader = publicRoute(async ({ context, services }) => {
  const { site } = context;
  if (site.kind !== "tenant") return data({ closed: "unknown" as const, name: null, page: null }, { status: 404 });
  const shows = presenceOf(site.status).page;
  if (shows !== "open") {
    const closed = CLOSED[shows];
    // Of what is deleted nothing is said, not even whose it was.
    const name = shows === "gone" ? null : site.name;
    return data({ closed: closed.reason, name, page: null }, { status: closed.status });
  }
  const { tenantId, sandbox } = site;
  const visitor = { kind: "visitor", tenantId, sessionId: randomToken(12), sandbox } as const;
  const page = await services.db.asVisitor(visitor, loadSitePage, { readOnly: true });
  if (!page) return data({ closed: "unknown" as const, name: null, page: null }, { status: 404 });
  const shown = { ...page, testMode: sandbox };
  return data({ closed: null, name: site.name, page: shown }, { headers: { "cache-control": "private, no-store" } });
});

export const meta: MetaFunction<typeof loader> = ({ data: found }) => [
  { title: found?.name ? `${found.name} · Front desk` : "No page here" },
  ...(found?.page
    ? [{ name: "description", content: `Ask ${found.name} anything: answers at once, from their own information.` }]
    : [{ name: "robots", content: "noindex" }]),
];

export default function Site() {
  const { closed, name, page } = useLoaderData<typeof loader>();
  return page ? <PublicPage {...page} /> : <ClosedSite reason={closed ?? "unknown"} name={name} />;
}
