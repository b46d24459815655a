// Brings one DNS record to what is wished of it: at the provider, and in the eyes of the world. No call to the outside stands inside a transaction: what is wished is recorded first, the call looks
// before it creates, what came of it is recorded last. Killed in between, the next look goes on.
import type { Db, SystemTx } from "#app/platform/db.ts";
import type { DnsSettings } from "#app/platform/env-dns.ts";
import { AppError } from "#app/platform/errors.ts";
import { sameRecord } from "./dns-records.ts";
import type { DnsProvider, DnsRecord, DnsResolver, DnsZone } from "./ports.ts";
import { judgePropagation } from "./propagation.ts";
import { findRecord, type WantedRecord } from "./wanted-records.ts";

export interface DnsServices {
  db: Db;
  env: { dns: Pick<DnsSettings, "drift"> };
  dns: { provider: DnsProvider | null; resolvers: readonly DnsResolver[] };
  now(): Date;
}

export type Upkeep =
  | { kind: "done"; reason?: string }
  /** Nothing is wrong: look again then. */
  | { kind: "waiting"; reason: string; at: Date }
  | { kind: "failed"; reason: string; error: AppError | null };

/** After this the world is taken not to hear of a record by itself any more. */
const GIVE_UP_MS = 48 * 3_600_000;
/** Rounds of looks after which it is worth asking the provider again whether the record is still there. */
const LOOKS_BETWEEN_PUBLISHING = 5;
/** A creation that was under way when the record was taken away may have arrived late. */
const SECOND_REMOVAL_SECONDS = 120;

export const inTenant = <T>({ db }: DnsServices, tenantId: string, fn: (tx: SystemTx) => Promise<T>): Promise<T> =>
  db.asSystem({ reason: "dns", tenantId }, fn);
const after = (now: Date, seconds: number): Date => new Date(now.getTime() + seconds * 1000);
const GONE: Upkeep = { kind: "failed", reason: "This record isn't wished for any more.", error: null };

/** Makes sure that the provider has the record, once and as it is wished. */
export async function publishRecord(services: DnsServices, tenantId: string, id: string): Promise<Upkeep> {
  const row = await inTenant(services, tenantId, (tx) => findRecord(tx, tenantId, id));
  if (!row?.wanted) return GONE;
  try {
    const provider = requireProvider(services);
    const zone = await zoneOf(provider, row.name);
    const { record, made } = await bring(provider, zone, row);
    await inTenant(services, tenantId, (tx) => keep(tx, row, provider, zone, record, made, services.now()));
    return { kind: "done" };
  } catch (error) {
    return noteFailure(services, row, error);
  }
}

/** Looks, then makes or corrects. `made`: it wasn't there as it ought to be. */
async function bring(provider: DnsProvider, zone: DnsZone, row: WantedRecord) {
  const known = row.recordId && row.zoneId === zone.id ? await provider.find(zone, row.recordId) : null;
  const ours = known && known.name === row.name && known.type === row.type ? known : null;
  if (ours && sameRecord(ours, row) && ours.ttl === row.ttl) return { record: ours, made: false };
  if (ours) return { record: await provider.update(zone, ours.id, row), made: !sameRecord(ours, row) };
  return { record: await provider.create(zone, row), made: true };
}

async function keep(
  tx: SystemTx,
  row: WantedRecord,
  provider: DnsProvider,
  zone: DnsZone,
  { id: recordId }: DnsRecord,
  made: boolean,
  now: Date,
): Promise<void> {
  // Another worker has noted it meanwhile, and more than that.
  const [further] = await tx`
    select from dns_records
    where id = ${row.id} and wanted and status = 'verified' and record_id = ${recordId} for update`;
  if (further && row.status !== "verified") return;
  const stays = !made && (row.status === "verified" || row.status === "propagating");
  const kept = await tx`
    update dns_records set provider = ${provider.name}, zone_id = ${zone.id}, record_id = ${recordId}, reason = null,
      status = ${stays ? row.status : "propagating"}, next_check_at = ${row.status === "verified" && stays ? null : now},
      published_at = ${stays ? row.publishedAt : now}, looks = ${stays ? row.looks : 0},
      verified_at = ${made ? null : row.verifiedAt}
    where id = ${row.id} and wanted and content = ${row.content} returning id`;
  // Meanwhile something else was wished: the next look sees to that, and knows what to take away.
  if (kept.length === 0)
    await tx`
      update dns_records set provider = ${provider.name}, zone_id = ${zone.id}, record_id = ${recordId}, next_check_at = ${now},
        status = case when wanted then 'pending' else 'removing' end
      where id = ${row.id}`;
  await tx`select app.announce('dns', ${row.id})`;
}

/** Takes the record away at the provider; gone already is as good. */
export async function removeRecord(services: DnsServices, tenantId: string, id: string): Promise<Upkeep> {
  const row = await inTenant(services, tenantId, (tx) => findRecord(tx, tenantId, id));
  if (!row || row.wanted) return { kind: "done" };
  try {
    const provider = services.dns.provider;
    const zone = await provider?.findZone(row.name);
    if (provider && zone) {
      const listed = await provider.list(zone, { name: row.name, type: row.type });
      for (const record of listed) if (sameRecord(record, row)) await provider.delete(zone, record.id);
    }
    const next = row.status === "removed" ? null : after(services.now(), SECOND_REMOVAL_SECONDS);
    await inTenant(services, tenantId, async (tx) => {
      await tx`
        update dns_records set status = 'removed', record_id = null, reason = null, next_check_at = ${next}
        where id = ${id} and not wanted`;
      await tx`select app.announce('dns', ${id})`;
    });
    return { kind: "done" };
  } catch (error) {
    return noteFailure(services, row, error);
  }
}

/** Asks all name servers once whether they know the record, and records how long that took when they do. */
export async function verifyRecord(services: DnsServices, tenantId: string, id: string): Promise<Upkeep> {
  const { resolvers } = services.dns;
  let row = await inTenant(services, tenantId, (tx) => findRecord(tx, tenantId, id));
  if (!row?.wanted) return GONE;
  if (row.status === "verified") return { kind: "done" };
  const forgotten = row.looks > 0 && row.looks % LOOKS_BETWEEN_PUBLISHING === 0;
  if (!row.publishedAt || !row.recordId || forgotten) {
    const published = await publishRecord(services, tenantId, id);
    if (published.kind !== "done") return published;
    row = await inTenant(services, tenantId, (tx) => findRecord(tx, tenantId, id));
    if (!row?.publishedAt) return GONE;
  }
  // A wildcard has no name of its own that one could ask for.
  const question = { name: row.name.replace(/^\*/, "foyer-check"), type: row.type };
  const looks = await Promise.all(
    resolvers.map(async (resolver) => ({ resolver: resolver.name, verdict: await resolver.ask(question) })),
  );
  const now = services.now();
  const contents = await inTenant(services, tenantId, (tx) => wishedContents(tx, question.name, row));
  const since = row.publishedAt ?? now;
  const judged = judgePropagation({ type: row.type, contents }, looks, { since, now, attempt: row.looks });
  const round = { id, looks: row.looks + 1, now };
  if (judged.kind === "verified") {
    await inTenant(services, tenantId, (tx) => noteVerified(tx, round, Math.round(judged.tookMs)));
    const { agreeing, of } = judged;
    const reason =
      of === 1 ? "The name server knows your address." : `${agreeing} of ${of} name servers know your address.`;
    return { kind: "done", reason };
  }
  const late = now.getTime() - since.getTime() > GIVE_UP_MS;
  await inTenant(services, tenantId, (tx) =>
    notePending(tx, round, judged.reason, late ? null : judged.nextLookAt, since),
  );
  return late
    ? { kind: "failed", reason: `After two days: ${judged.reason}`, error: null }
    : { kind: "waiting", reason: judged.reason, at: judged.nextLookAt };
}

/** All that is wished under the name: several addresses may stand beside each other. */
async function wishedContents(tx: SystemTx, name: string, row: WantedRecord): Promise<string[]> {
  const rows = await tx<{ content: string }[]>`
    select content from dns_records where name = ${name} and type = ${row.type} and wanted`;
  return [row.content, ...rows.map(({ content }) => content)];
}

interface Round {
  id: string;
  looks: number;
  now: Date;
}

async function noteVerified(tx: SystemTx, { id, looks, now }: Round, milliseconds: number): Promise<void> {
  await tx`
    with before as (select id, verified_at from dns_records where id = ${id} for update),
    verified as (
      update dns_records r set status = 'verified', reason = null, verified_at = ${now}, checked_at = ${now}, looks = ${looks},
        next_check_at = null
      from before where r.id = before.id and r.wanted and r.status <> 'verified'
      returning r.tenant_id, r.id, before.verified_at)
    insert into dns_propagations (tenant_id, record_id, outcome, milliseconds, looks)
    select tenant_id, id, 'verified', ${milliseconds}, ${looks} from verified where verified_at is null`;
  await tx`select app.announce('dns', ${id})`;
}

/** @param next null: nobody looks by himself any more */
async function notePending(tx: SystemTx, { id, looks, now }: Round, reason: string, next: Date | null, since: Date) {
  await tx`
    update dns_records set reason = ${reason}, checked_at = ${now}, looks = ${looks}, next_check_at = ${next},
      status = ${next ? "propagating" : "failed"}
    where id = ${id} and wanted and status <> 'verified'`;
  if (!next)
    await tx`
      insert into dns_propagations (tenant_id, record_id, outcome, milliseconds, looks)
      select tenant_id, id, 'given_up', ${now.getTime() - since.getTime()}, ${looks} from dns_records where id = ${id}`;
  await tx`select app.announce('dns', ${id})`;
}

/** @throws AppError unavailable where no provider is set up */
export function requireProvider({ dns }: DnsServices): DnsProvider {
  if (dns.provider) return dns.provider;
  throw new AppError("unavailable", "No DNS provider is set up.", { reason: "dns_not_set_up", retryAfter: 3600 });
}

/** @throws AppError not_found where the provider has no zone that the name lies in */
export async function zoneOf(provider: DnsProvider, name: string): Promise<DnsZone> {
  const zone = await provider.findZone(name);
  if (zone) return zone;
  throw new AppError("not_found", `${provider.name} has no zone for ${name}.`, { reason: "dns_zone_unknown" });
}

const RETRY_SECONDS = 60;

/** Notes why it didn't work, and when to try again. @throws what is no failure of the provider's */
export async function noteFailure(services: DnsServices, row: WantedRecord, error: unknown): Promise<Upkeep> {
  if (!(error instanceof AppError)) throw error;
  const passes = error.code === "unavailable" || error.code === "rate_limited";
  const next = after(services.now(), Math.max(error.retryAfter ?? 0, RETRY_SECONDS));
  await inTenant(services, row.tenantId, async (tx) => {
    await tx`
      update dns_records set reason = ${error.message}, next_check_at = ${next}, checked_at = ${services.now()},
        status = case when ${!passes} and wanted and status <> 'verified' then 'failed' else status end
      where id = ${row.id}`;
    await tx`select app.announce('dns', ${row.id})`;
  });
  return { kind: "failed", reason: error.message, error };
}
