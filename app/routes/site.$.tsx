// Everything else on a tenant's host is missing.
import { data, type MetaFunction } from "@remix-run/node";
import { ClosedSite } from "#app/ui/site/closed-site.tsx";

export const handle = { hydrate: false };

export const loader = () => data(null, { status: 404 });

export const meta: MetaFunction = () => [{ title: "Nothing here" }, { name: "robots", content: "noindex" }];

export default function MissingOnSite() {
  return <ClosedSite reason="missing" name={null} />;
}
