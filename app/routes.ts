// Owns the list of routes: flat files under app/routes. Tests beside a route are not routes.
import { flatRoutes } from "@remix-run/fs-routes";
import type { RouteConfig } from "@remix-run/route-config";

export default flatRoutes({
  ignoredRouteFiles: ["**/.*", "**/*.test.{ts,tsx}", "**/*.css", "**/*.md"],
}) satisfies RouteConfig;
