// What the HTTP server hands to each loader and action.
import type { SignedIn } from "#app/domain/team/sessions.ts";
import type { Site } from "#app/domain/tenants/sites.ts";
import type { WebServices } from "#app/wiring.ts";

declare module "@remix-run/node" {
  interface AppLoadContext {
    services: WebServices;
    requestId: string;
    /** Of this response's content security policy. */
    nonce: string;
    site: Site;
    /** The peer's address, or the proxy's word for it where the proxy is trusted. */
    clientIp: string;
    /** Who is signed in, resolved once a request. */
    signedIn?: Promise<SignedIn | null>;
    /** Seconds that a loader or action asks to wait; becomes Retry-After of the response. */
    retryAfter?: string | undefined;
  }
}
