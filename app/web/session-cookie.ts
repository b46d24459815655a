// The cookie that carries a session's token. `__Host-` binds it to this very host over https.
import { SESSION_SECONDS } from "#app/domain/team/sessions.ts";

export function sessionCookieName(secure: boolean): string {
  return secure ? "__Host-foyer_session" : "foyer_session";
}

/** The session token that the request carries, or null. */
export function readSessionToken(request: Request, secure: boolean): string | null {
  const name = sessionCookieName(secure);
  for (const part of request.headers.get("cookie")?.split(";") ?? []) {
    const at = part.indexOf("=");
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim() || null;
  }
  return null;
}

/** Set-Cookie that stores a token, or removes it where it is null. */
export function sessionCookie(token: string | null, secure: boolean): string {
  const attributes = ["Path=/", "HttpOnly", "SameSite=Lax", ...(secure ? ["Secure"] : [])];
  const age = token === null ? 0 : SESSION_SECONDS;
  return [`${sessionCookieName(secure)}=${token ?? ""}`, ...attributes, `Max-Age=${age}`].join("; ");
}
