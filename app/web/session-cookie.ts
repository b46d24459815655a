// The cookies that carry a session's token, what tells one try to sign up from the same form sent again, and the plan
// that somebody came for. `__Host-` binds them to this very host over https.
import { SESSION_SECONDS } from "#app/domain/team/sessions.ts";

const ATTEMPT_SECONDS = 15 * 60;
const ATTEMPT = /^[A-Za-z0-9_-]{22}$/;
const WANTED_SECONDS = 24 * 3600;
const PLAN_KEY = /^[a-z][a-z_]{0,39}$/;

export function sessionCookieName(secure: boolean): string {
  return nameOf("foyer_session", secure);
}

/** The session token that the request carries, or null. */
export function readSessionToken(request: Request, secure: boolean): string | null {
  return readCookie(request, sessionCookieName(secure));
}

/** Set-Cookie that stores a token, or removes it where it is null. */
export function sessionCookie(token: string | null, secure: boolean): string {
  return setCookie(sessionCookieName(secure), token ?? "", token === null ? 0 : SESSION_SECONDS, secure);
}

/** The secret of this browser's try to sign up, or null. */
export function readAttempt(request: Request, secure: boolean): string | null {
  const attempt = readCookie(request, nameOf("foyer_attempt", secure));
  return attempt && ATTEMPT.test(attempt) ? attempt : null;
}

/** Set-Cookie that keeps a try to sign up, so that a form whose answer got lost can be sent again without harm. */
export function attemptCookie(attempt: string, secure: boolean): string {
  return setCookie(nameOf("foyer_attempt", secure), attempt, ATTEMPT_SECONDS, secure);
}

/** Key of the plan that an address asks for by `?plan=`, or null. Whether there is such a plan is another question. */
export function planAskedFor(url: URL): string | null {
  const plan = url.searchParams.get("plan");
  return plan && PLAN_KEY.test(plan) ? plan : null;
}

/** Key of the plan that this browser came for, or null. */
export function readWantedPlan(request: Request, secure: boolean): string | null {
  const plan = readCookie(request, nameOf("foyer_plan", secure));
  return plan && PLAN_KEY.test(plan) ? plan : null;
}

/** Set-Cookie that keeps the plan somebody came for until they choose one, for a day at most; null forgets it. */
export function wantedPlanCookie(plan: string | null, secure: boolean): string {
  return setCookie(nameOf("foyer_plan", secure), plan ?? "", plan === null ? 0 : WANTED_SECONDS, secure);
}

function nameOf(name: string, secure: boolean): string {
  return secure ? `__Host-${name}` : name;
}

function readCookie(request: Request, name: string): string | null {
  for (const part of request.headers.get("cookie")?.split(";") ?? []) {
    const at = part.indexOf("=");
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim() || null;
  }
  return null;
}

function setCookie(name: string, value: string, age: number, secure: boolean): string {
  const attributes = ["Path=/", "HttpOnly", "SameSite=Lax", ...(secure ? ["Secure"] : [])];
  return [`${name}=${value}`, ...attributes, `Max-Age=${age}`].join("; ");
}
