// What provisioning needs of DNS, in our own terms: a provider that keeps a zone's records, and resolvers that say what
// the world sees. Adapters: app/integrations/{ionos,powerdns}/client.ts and app/integrations/dns/resolver.ts.
import type { TlsState } from "./tls.ts";

export const RECORD_TYPES = ["A", "AAAA", "CNAME", "TXT", "CAA"] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

export interface DnsZone {
  /** The provider's. */
  id: string;
  /** Lower case, without a trailing dot. */
  name: string;
}

/** What a record says. Names are full, in lower case and without a trailing dot. */
export interface RecordDraft {
  /** Its first label may be `*`. */
  name: string;
  type: RecordType;
  /** A, AAAA: an address. CNAME: a name. TXT: the text itself, without quotes. CAA: `0 issue "ca.example"`. */
  content: string;
  /** Seconds. */
  ttl: number;
}

export interface DnsRecord extends RecordDraft {
  /** The provider's. An update may give a record another one: keep what comes back. */
  id: string;
}

/**
 * Keeps records one by one; none of its calls ever replaces a whole zone. All are safe to repeat after a failure, and
 * also after one that left open whether the change was made.
 * @throws AppError rate_limited and unavailable (`retryAfter` in seconds), not_found (reason `dns_zone_unknown` or
 * `dns_record_unknown`), conflict (`dns_record_differs`), unprocessable (`dns_record_refused`),
 * internal (`provider_key_refused`), bad_gateway (an answer that makes no sense)
 */
export interface DnsProvider {
  /** What people call it. */
  readonly name: string;
  /** The zone that a name lies in, the most specific one where several fit; null where the provider has none. */
  findZone(name: string): Promise<DnsZone | null>;
  /** Records that the world can see, of the types that we know. */
  list(zone: DnsZone, filter?: { name?: string; type?: RecordType }): Promise<DnsRecord[]>;
  find(zone: DnsZone, id: string): Promise<DnsRecord | null>;
  /**
   * Makes sure that exactly one such record exists: takes the one that is there, creates it where there is none, corrects
   * its TTL. Other contents of the same name and type stay beside it.
   * @throws AppError conflict where the name has a CNAME and would need another record, or the other way round
   */
  create(zone: DnsZone, draft: RecordDraft): Promise<DnsRecord>;
  /** @throws AppError not_found */
  update(zone: DnsZone, id: string, change: { content: string; ttl: number }): Promise<DnsRecord>;
  /** Deleting what is gone already is no error. */
  delete(zone: DnsZone, id: string): Promise<void>;
}

/** What one resolver says. Negative answers are remembered by resolvers: `negativeTtl` is for how many seconds yet. */
export type DnsVerdict =
  | { kind: "answered"; records: RecordDraft[] }
  /** There is no such name. Null: the answer doesn't say for how long. */
  | { kind: "nxdomain"; negativeTtl: number | null }
  /** The name exists, but not with this type. */
  | { kind: "nodata"; negativeTtl: number | null }
  /** It answers that it can't answer. */
  | { kind: "servfail"; rcode: string }
  /** It doesn't answer. */
  | { kind: "timeout" };

/** One name server, asked over real DNS. */
export interface DnsResolver {
  readonly name: string;
  /** Never fails: what goes wrong is a verdict. Rejects only with the reason of the signal. */
  ask(question: { name: string; type: RecordType }, signal?: AbortSignal): Promise<DnsVerdict>;
}

/** A real HTTP request to `{origin}/site/identity`; the tenant id that the host answers with. Null: no answer. */
export type HostProbe = (origin: string) => Promise<{ tenantId: string | null; problem: string | null }>;

/** A handshake with a host, and what it says of the certificate there. */
export type CertificateCheck = (host: string, port: number) => Promise<TlsState>;

/** Keeps each tenant as a lead in the operator's CRM. */
export interface LeadKeeper {
  /** Makes or updates the tenant's lead. Doing it again changes nothing. @throws AppError unavailable, rate_limited */
  keep(tenantId: string): Promise<void>;
}
