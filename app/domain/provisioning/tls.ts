// What a handshake with a host says of its certificate, in status and words, and which hosts may have one at all.

/** What a handshake saw. The handshake itself: app/integrations/tls/handshake.ts. */
export type TlsVerdict =
  | { kind: "ready"; from: Date; expiresAt: Date }
  | { kind: "not_yet"; cause: "none" | "untrusted" | "not_valid_yet" }
  | { kind: "wrong_host" }
  | { kind: "expired"; expiredAt: Date }
  | { kind: "unreachable"; cause: "no_address" | "private_address" | "refused" | "timeout" | "closed" | "no_tls" };

export interface TlsState {
  status: "pending" | "ready" | "failed";
  /** In words for people; null where all is well. */
  reason: string | null;
  expiresAt: Date | null;
  /** When another look makes sense. */
  lookAgainSeconds: number;
}

/** Whoever issues certificates renews them when a third of their time is left; this much of it left is late. */
const LATE_PART = 1 / 6;
const SOON_SECONDS = 30;
const LATER_SECONDS = 300;
const MOST_SECONDS = 12 * 3600;

const NOT_YET = {
  none: "The certificate is being made.",
  untrusted: "The certificate doesn't come from an authority that browsers trust.",
  not_valid_yet: "The certificate isn't valid yet.",
} as const;
const UNREACHABLE = {
  no_address: "The address isn't known to name servers yet.",
  private_address: "The address leads into a private network.",
  refused: "Nothing answers at the address yet.",
  timeout: "Nothing answers at the address yet.",
  closed: "The connection to the address breaks off.",
  no_tls: "What answers at the address doesn't speak https.",
} as const;

/** What a verdict means for a domain. */
export function tlsState(verdict: TlsVerdict, now: Date): TlsState {
  switch (verdict.kind) {
    case "ready":
      return readyState(verdict, now);
    case "not_yet":
      return waiting("pending", NOT_YET[verdict.cause], SOON_SECONDS);
    case "unreachable":
      return waiting("pending", UNREACHABLE[verdict.cause], SOON_SECONDS);
    case "wrong_host":
      return waiting("failed", "The certificate that is shown there is made for another address.", LATER_SECONDS);
    case "expired": {
      const reason = `The certificate ended on ${dayOf(verdict.expiredAt)}.`;
      return { ...waiting("failed", reason, LATER_SECONDS), expiresAt: verdict.expiredAt };
    }
  }
}

function readyState({ from, expiresAt }: { from: Date; expiresAt: Date }, now: Date): TlsState {
  const left = expiresAt.getTime() - now.getTime();
  const late = left < (expiresAt.getTime() - from.getTime()) * LATE_PART;
  return {
    status: "ready",
    reason: late ? `The certificate ends on ${dayOf(expiresAt)} and should have been renewed by now.` : null,
    expiresAt,
    lookAgainSeconds: Math.round(Math.min(MOST_SECONDS, Math.max(SOON_SECONDS, left / 4000))),
  };
}

const waiting = (status: "pending" | "failed", reason: string, lookAgainSeconds: number): TlsState => ({
  status,
  reason,
  expiresAt: null,
  lookAgainSeconds,
});

const dayOf = (date: Date): string =>
  date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

/** What is known of a host that somebody wants a certificate for. */
export interface KnownHost {
  kind: "subdomain" | "custom";
  /** Whether its owner has proved that it is his. */
  verified: boolean;
  tenantStatus: string;
}

const WITHOUT_CERTIFICATE = ["pending", "cancelled", "deleted"];

/**
 * Whether the edge may have a certificate made for a host: for the addresses that we gave away ourselves, and for domains
 * whose owner is proved. Those who owe keep theirs, so that their page can say so. Whoever hasn't begun yet may change
 * his address as often as he likes: certificates, which authorities count, come when he begins.
 * @param known null: nobody's
 */
export function mayHaveCertificate(known: KnownHost | null): boolean {
  if (!known || WITHOUT_CERTIFICATE.includes(known.tenantStatus)) return false;
  return known.kind === "subdomain" || known.verified;
}
