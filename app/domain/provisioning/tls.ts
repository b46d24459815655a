// What a handshake with a host says of its certificate, in status and words, and which hosts may have one at all.
import { presenceOf } from "../tenants/presence.ts";

/** What a handshake saw. The handshake itself: app/integrations/tls/handshake.ts. */
export type TlsVerdict =
  | { kind: "ready"; from: Date; expiresAt: Date }
  | { kind: "not_yet"; cause: "none" | "untrusted" | "not_valid_yet" }
  | { kind: "wrong_host" }
  | { kind: "expired"; expiredAt: Date }
  | { kind: "unreachable"; cause: "no_address" | "private_address" | "refused" | "timeout" | "closed" | "no_tls" };

/** What is wrong where all has been well, or ought to be; the later ones are the worse ones. */
export const TLS_TROUBLES = ["late", "lost", "wrong_host", "expired"] as const;
export type TlsTrouble = (typeof TLS_TROUBLES)[number];

export interface TlsState {
  status: "pending" | "ready" | "failed";
  /** In words for people; null where all is well. */
  reason: string | null;
  expiresAt: Date | null;
  /** When another look makes sense. */
  lookAgainSeconds: number;
  /** `lost` is one only where there was, or ought to be, a good certificate. */
  trouble: TlsTrouble | null;
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
/** What can't be a matter of time any more where all was well before. */
const LOST: Record<string, string> = {
  [NOT_YET.none]: "There is no certificate for the address any more.",
  [UNREACHABLE.no_address]: "Name servers don't know the address any more.",
  [UNREACHABLE.refused]: "Nothing answers at the address any more.",
};

/** What a verdict means for a domain. */
export function tlsState(verdict: TlsVerdict, now: Date): TlsState {
  switch (verdict.kind) {
    case "ready":
      return readyState(verdict, now);
    case "not_yet":
      return waiting(NOT_YET[verdict.cause]);
    case "unreachable":
      return waiting(UNREACHABLE[verdict.cause]);
    case "wrong_host":
      return failed("wrong_host", "The certificate that is shown there is made for another address.", null);
    case "expired":
      return failed("expired", `The certificate ended on ${dayOf(verdict.expiredAt)}.`, verdict.expiredAt);
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
    trouble: late ? "late" : null,
  };
}

const waiting = (reason: string): TlsState => ({
  ...{ status: "pending", reason, expiresAt: null },
  ...{ lookAgainSeconds: SOON_SECONDS, trouble: "lost" },
});
const failed = (trouble: TlsTrouble, reason: string, expiresAt: Date | null): TlsState => ({
  ...{ status: "failed", reason, expiresAt },
  ...{ lookAgainSeconds: LATER_SECONDS, trouble },
});

/** How a domain's certificate stood at the last look. */
export interface TlsStanding {
  /** When it was last seen to be good. */
  readyAt: Date | null;
  /** Since when it isn't good. */
  badSince: Date | null;
  /** What staff was told of. */
  trouble: TlsTrouble | null;
}

/** For so long the edge may be away before that is called a trouble: it may just start again. */
const LOST_AFTER_MS = 10 * 60_000;
/** What has been bad for long is looked at less and less often: after a tenth of that time again, at the latest so: */
const MOST_BAD_SECONDS = 6 * 3600;

/**
 * How a domain stands after a look.
 * @param inUse people come there: a certificate that isn't good is a trouble even where none was seen before
 * @returns `alarm`: what staff doesn't know yet
 */
export function nextStanding(
  before: TlsStanding,
  inUse: boolean,
  seen: TlsState,
  now: Date,
): TlsStanding & Pick<TlsState, "status" | "reason" | "expiresAt"> & { nextLookAt: Date; alarm: TlsTrouble | null } {
  const good = seen.status === "ready";
  const badSince = good ? null : (before.badSince ?? now);
  const badMs = badSince ? now.getTime() - badSince.getTime() : 0;
  const expected = good || inUse || before.readyAt !== null;
  const counts = expected && (seen.trouble !== "lost" || badMs >= LOST_AFTER_MS);
  const known = good ? null : before.trouble;
  const trouble = counts ? worst(seen.trouble, known) : known;
  const isLost = seen.trouble === "lost" && rank(trouble) >= rank("lost");
  const wait = Math.max(seen.lookAgainSeconds, Math.min(badMs / 10_000, MOST_BAD_SECONDS));
  return {
    readyAt: good ? now : before.readyAt,
    badSince,
    trouble,
    status: isLost ? "failed" : seen.status,
    reason: (isLost && seen.reason && LOST[seen.reason]) || seen.reason,
    expiresAt: seen.expiresAt,
    nextLookAt: new Date(now.getTime() + wait * 1000),
    alarm: trouble && rank(trouble) > rank(before.trouble) ? trouble : null,
  };
}

const rank = (trouble: TlsTrouble | null): number => (trouble ? TLS_TROUBLES.indexOf(trouble) : -1);
const worst = (one: TlsTrouble | null, other: TlsTrouble | null): TlsTrouble | null =>
  rank(one) >= rank(other) ? one : other;

const dayOf = (date: Date): string =>
  date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

/** What is known of a host that somebody wants a certificate for. */
export interface KnownHost {
  kind: "subdomain" | "custom";
  /** Whether its owner has proved that it is his. */
  verified: boolean;
  tenantStatus: string;
}

/**
 * Why there is no certificate for a host, in words for people; null where there may be one: for the addresses that we gave
 * away ourselves, and for domains whose owner is proved. Those who owe or have cancelled keep theirs, so that their page can say so. Whoever
 * hasn't begun yet may change the address at will: certificates, which authorities count, come when they begin.
 */
export function whyWithoutCertificate({ kind, verified, tenantStatus }: KnownHost): string | null {
  if (tenantStatus === "pending") return "It gets its certificate once the organisation begins.";
  if (presenceOf(tenantStatus).address === "taken_back")
    return "The organisation is deleted: its address is taken back.";
  if (kind === "custom" && !verified) return "It gets its certificate once its owner is proved.";
  return null;
}

/**
 * Whether the edge may have a certificate made for a host.
 * @param known null: nobody's
 */
export function mayHaveCertificate(known: KnownHost | null): boolean {
  return known !== null && whyWithoutCertificate(known) === null;
}
