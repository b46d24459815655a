// The headers that every response carries, and the content security policy of pages.
import { randomBytes } from "node:crypto";
import type { Env } from "#app/platform/env.ts";

export interface Policy {
  nonce: string;
  /** Whether the page belongs to the app host, to a tenant's, or to neither. */
  kind: "app" | "tenant" | "unknown";
  secure: boolean;
  /** Development needs Vite's injected styles and its socket. */
  development: boolean;
}

type HeaderEnv = Pick<Env, "appUrl" | "appDomain"> & Partial<Pick<Env, "stripe">>;

/** A fresh nonce: 128 random bits. */
export function newNonce(): string {
  return randomBytes(16).toString("base64");
}

/**
 * Adds the security headers to a response that hasn't set its own. Only pages get the policy with scripts; anything
 * else gets one that allows nothing.
 */
export function addSecurityHeaders(headers: Headers, policy: Policy, env: HeaderEnv): void {
  const set = (name: string, value: string): void => {
    if (!headers.has(name)) headers.set(name, value);
  };
  const isPage = headers.get("content-type")?.startsWith("text/html") ?? false;
  // A page of ours that only our own pages may frame says so by this header; the policy follows it.
  const framedByUs = headers.get("x-frame-options") === "SAMEORIGIN";
  set(
    "content-security-policy",
    isPage ? pagePolicy({ ...policy, framedByUs }, env) : "default-src 'none'; frame-ancestors 'none'",
  );
  set("x-content-type-options", "nosniff");
  set("referrer-policy", "strict-origin-when-cross-origin");
  set("permissions-policy", "camera=(), microphone=(), geolocation=(), browsing-topics=()");
  set("cross-origin-opener-policy", "same-origin");
  set("cross-origin-resource-policy", "same-origin");
  if (policy.kind !== "tenant") set("x-frame-options", "DENY");
  if (policy.secure) set("strict-transport-security", "max-age=31536000");
}

/** Where Stripe's payment pages and portal are: forms of ours lead there, with and without JavaScript. */
function paymentPages({ stripe }: Pick<HeaderEnv, "stripe">): string[] {
  if (!stripe) return [];
  return stripe.apiBase
    ? [new URL(stripe.apiBase).origin]
    : ["https://checkout.stripe.com", "https://billing.stripe.com"];
}

function pagePolicy(policy: Policy & { framedByUs: boolean }, env: HeaderEnv): string {
  const { nonce, kind, development, framedByUs } = policy;
  const app = new URL(env.appUrl);
  const tenants = `${app.protocol}//*.${env.appDomain}${app.port ? `:${app.port}` : ""}`;
  const directives = [
    "default-src 'self'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    development ? "style-src 'self' 'unsafe-inline'" : `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob: https:",
    "font-src 'self'",
    development ? "connect-src 'self' ws:" : "connect-src 'self'",
    // The app shows a preview of the tenant's own page; nobody else may frame it.
    kind === "app" ? `frame-src 'self' ${tenants}` : "frame-src 'none'",
    `frame-ancestors ${kind === "tenant" ? app.origin : framedByUs ? "'self'" : "'none'"}`,
    ["form-action 'self'", ...(kind === "app" ? paymentPages(env) : [])].join(" "),
    "object-src 'none'",
    "base-uri 'none'",
    "manifest-src 'self'",
  ];
  return directives.join("; ");
}
