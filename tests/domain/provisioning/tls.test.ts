// What a handshake's verdict means for a domain, and who may have a certificate.
import { describe, expect, test } from "vitest";
import { mayHaveCertificate, type TlsVerdict, tlsState } from "#app/domain/provisioning/tls.ts";

const now = new Date("2026-11-21T12:00:00Z");
const days = (n: number) => new Date(now.getTime() + n * 86_400_000);
const ready = (from: number, to: number): TlsVerdict => ({ kind: "ready", from: days(from), expiresAt: days(to) });

describe("a certificate", () => {
  test("that is good is looked at again twice a day", () => {
    expect(tlsState(ready(-10, 80), now)).toEqual({
      status: "ready",
      reason: null,
      expiresAt: days(80),
      lookAgainSeconds: 12 * 3600,
      trouble: null,
    });
  });

  test("that should have been renewed stays good, and says so", () => {
    expect(tlsState(ready(-74, 16), now).reason).toBeNull();
    expect(tlsState(ready(-76, 14), now)).toMatchObject({
      status: "ready",
      reason: "The certificate ends on 5 December 2026 and should have been renewed by now.",
    });
  });

  test("that lives for half a day only isn't late in its first hours, and is looked at more often", () => {
    const state = tlsState(ready(-0.1, 0.4), now);
    expect(state.reason).toBeNull();
    expect(state.lookAgainSeconds).toBe(Math.round((0.4 * 86_400) / 4));
    expect(tlsState(ready(-0.45, 0.05), now).reason).toContain("should have been renewed");
    expect(tlsState(ready(-1, 1 / 86_400), now).lookAgainSeconds).toBe(30);
  });

  test.each<[TlsVerdict, string]>([
    [{ kind: "not_yet", cause: "none" }, "The certificate is being made."],
    [{ kind: "unreachable", cause: "no_address" }, "The address isn't known to name servers yet."],
  ])("%o may yet come", (verdict, reason) => {
    expect(tlsState(verdict, now)).toMatchObject({ status: "pending", reason, expiresAt: null, lookAgainSeconds: 30 });
  });

  test("of another host, or that has ended, needs somebody's hand", () => {
    expect(tlsState({ kind: "wrong_host" }, now)).toMatchObject({ status: "failed", expiresAt: null });
    expect(tlsState({ kind: "expired", expiredAt: days(-2) }, now)).toMatchObject({
      status: "failed",
      reason: "The certificate ended on 19 November 2026.",
      expiresAt: days(-2),
    });
  });
});

describe("who may have a certificate", () => {
  test.each([
    [null, false],
    [{ kind: "subdomain", verified: false, tenantStatus: "pending" }, false],
    [{ kind: "subdomain", verified: false, tenantStatus: "trialing" }, true],
    [{ kind: "subdomain", verified: true, tenantStatus: "suspended" }, true],
    [{ kind: "custom", verified: true, tenantStatus: "active" }, true],
    [{ kind: "custom", verified: false, tenantStatus: "active" }, false],
    [{ kind: "custom", verified: true, tenantStatus: "cancelled" }, true],
    [{ kind: "subdomain", verified: true, tenantStatus: "deleted" }, false],
  ] as const)("%o: %s", (known, may) => {
    expect(mayHaveCertificate(known)).toBe(may);
  });
});
