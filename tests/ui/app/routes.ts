// Owns the pages of the gallery.
import { index, type RouteConfig, route } from "@remix-run/route-config";

export default [
  index("routes/landing.tsx"),
  route("app", "routes/app.tsx"),
  route("focus", "routes/focus.tsx"),
  route("wizard", "routes/wizard.tsx"),
  route("fail/:status", "routes/fail.tsx"),
] satisfies RouteConfig;
