// Signing in by a form: remix-auth's form strategy over whichever identity provider is configured, and the way in.
import { type AppLoadContext, redirect } from "@remix-run/node";
import { Authenticator } from "remix-auth";
import { FormStrategy } from "remix-auth-form";
import type { IdentityProvider } from "#app/domain/team/ports.ts";
import { SignIn } from "#app/domain/team/registration.schema.ts";
import type { Origin } from "#app/domain/team/sessions.ts";
import { countSignIn, forgiveSignIn } from "#app/domain/team/throttle.ts";
import type { Db } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import type { WebServices } from "#app/wiring.ts";
import { isSecure } from "./guards.ts";
import { sessionCookie } from "./session-cookie.ts";

export interface Authenticated {
  userId: string;
}

/** Name of the strategy that takes the sign-in page's form. */
export const PASSWORD = "password";

/**
 * Makes the authenticator of one request. Unknown address and wrong password fail alike.
 * @throws AppError (from `authenticate`) unauthenticated, rate_limited
 */
export function createAuthenticator(
  { db, identity }: { db: Db; identity: IdentityProvider },
  ip: string,
): Authenticator<Authenticated> {
  const byPassword = new FormStrategy<Authenticated>(async ({ form }) => {
    const { email, password } = SignIn.parse(Object.fromEntries(form));
    await countSignIn(db, { ip, email });
    const person = await identity.signIn(email, password);
    if (!person) throw new AppError("unauthenticated", "This address and password don't belong together.");
    await forgiveSignIn(db, email);
    return person;
  });
  return new Authenticator<Authenticated>().use(byPassword, PASSWORD);
}

/** Where a sign-in comes from, for the list of sessions. */
export function originOf(request: Request, { clientIp }: Pick<AppLoadContext, "clientIp">): Origin {
  return { userAgent: request.headers.get("user-agent"), ip: clientIp };
}

/** Goes on to a path with a new session's cookie, or, where the token is null, without any session. */
export function redirectWithSession(to: string, token: string | null, services: WebServices): Response {
  return redirect(to, { headers: { "set-cookie": sessionCookie(token, isSecure(services)) } });
}
