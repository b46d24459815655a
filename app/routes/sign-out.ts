// Signing out: by POST only, so that no link or image can do it.
import { redirect } from "@remix-run/node";
import { closeSession } from "#app/domain/team/sessions.ts";
import { paths } from "#app/paths.ts";
import { redirectWithSession } from "#app/web/authenticator.ts";
import { isSecure, publicRoute } from "#app/web/guards.ts";
import { readSessionToken } from "#app/web/session-cookie.ts";

export const loader = () => redirect(paths.landing());

export const action = publicRoute(async ({ request, services }) => {
  const token = readSessionToken(request, isSecure(services));
  if (token) await closeSession(services.db, token);
  return redirectWithSession(paths.signIn(), null, services);
});
