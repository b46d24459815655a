// Drift: what somebody has done by hand to our records at the provider is seen, and mended or told, by policy; and what is
// due for any record.

import { enqueue } from "#app/platform/jobs.ts";
import type { Logger } from "#app/platform/log.ts";
import { emit } from "../events/events.ts";
import { sameRecord } from "./dns-records.ts";
import type { DnsProvider, DnsRecord, RecordDraft } from "./ports.ts";
import { DnsDrifted } from "./provisioning.events.ts";
import { CheckRecord } from "./provisioning.jobs.ts";
import {
  type DnsServices,
  inTenant,
  noteFailure,
  publishRecord,
  removeRecord,
  requireProvider,
  type Upkeep,
  verifyRecord,
  zoneOf,
} from "./record-upkeep.ts";
import { findRecord, type WantedRecord } from "./wanted-records.ts";

/** What is to be done for a record now, whatever that is: the work of one job. */
export async function lookAfterRecord(services: DnsServices, tenantId: string, id: string): Promise<Upkeep> {
  const row = await inTenant(services, tenantId, (tx) => findRecord(tx, tenantId, id));
  if (!row) return { kind: "done" };
  if (!row.wanted) return removeRecord(services, tenantId, id);
  if (row.status === "verified") return mendDrift(services, row);
  if (row.status === "drifted" && services.env.dns.drift === "report") return mendDrift(services, row);
  const published = await publishRecord(services, tenantId, id);
  return published.kind === "done" ? verifyRecord(services, tenantId, id) : published;
}

/** Whether the provider still has the record as it was made; where not, it is made again, or staff is told, by policy. */
async function mendDrift(services: DnsServices, row: WantedRecord): Promise<Upkeep> {
  const { id, tenantId } = row;
  try {
    const provider = requireProvider(services);
    const zone = await zoneOf(provider, row.name);
    const there = await provider.list(zone, { name: row.name, type: row.type });
    const found = there.filter((record) => sameRecord(record, row));
    // Of several equal ones the provider's client leaves one.
    const same = found.length > 1 ? await provider.create(zone, row) : found[0];
    if (same) {
      // Somebody may have made it again under another id.
      await inTenant(
        services,
        tenantId,
        (tx) => tx`
          update dns_records set record_id = ${same.id}, next_check_at = null, reason = null,
            status = case when verified_at is null then 'propagating' else 'verified' end
          where id = ${id} and wanted`,
      );
      return { kind: "done" };
    }
    const what = there.length > 0 ? "changed" : "deleted";
    const strange = isAddress(row) ? await unknownAmong(services, row, there) : null;
    const mend = services.env.dns.drift === "mend";
    const reason = `Somebody has ${what} this record at ${provider.name}.`;
    await inTenant(services, tenantId, async (tx) => {
      const fresh = await tx`
        update dns_records set status = 'drifted', reason = ${reason}, next_check_at = null where id = ${id} and status <> 'drifted' returning id`;
      if (fresh.length > 0) await emit(tx, tenantId, DnsDrifted, { recordId: id, found: what, mended: mend });
      await tx`select app.announce('dns', ${id})`;
    });
    if (!mend) return { kind: "failed", reason, error: null };
    // What was changed by hand is changed back, not doubled.
    if (strange)
      await inTenant(services, tenantId, (tx) => tx`update dns_records set record_id = ${strange.id} where id = ${id}`);
    const published = await publishRecord(services, tenantId, id);
    return published.kind === "done" ? verifyRecord(services, tenantId, id) : published;
  } catch (error) {
    return noteFailure(services, row, error);
  }
}

/** Leads visitors somewhere: beside it there may be nothing strange. */
const isAddress = ({ purpose, type }: WantedRecord): boolean =>
  purpose === "address" && (type === "A" || type === "AAAA" || type === "CNAME");

/** One of the provider's records under our name that nobody here has wished for. */
async function unknownAmong(services: DnsServices, row: WantedRecord, there: DnsRecord[]): Promise<DnsRecord | null> {
  const wished = await inTenant(
    services,
    row.tenantId,
    (tx) => tx<{ content: string }[]>`
      select content from dns_records where name = ${row.name} and type = ${row.type} and wanted`,
  );
  return there.find((record) => !wished.some(({ content }) => content === record.content)) ?? null;
}

/** Records that one sweep sets going. */
const BATCH = 500;
/** Seconds for which a record that was set going isn't set going again. */
const LEASE = "2 minutes";

/**
 * Sets going what is due, and compares each zone at the provider with what was made there: one call for a zone.
 * @returns how many records are looked after
 */
export async function sweepRecords(services: DnsServices & { log: Logger }): Promise<number> {
  const { provider } = services.dns;
  const astray = provider ? await recordsAstray(services, provider) : [];
  return services.db.asSystem({ reason: "dns.sweep" }, async (tx) => {
    const due = await tx<{ tenantId: string; id: string }[]>`
      update dns_records r set next_check_at = ${services.now()}::timestamptz + ${LEASE}::text::interval
      from (
        select tenant_id, id from dns_records
        where next_check_at <= ${services.now()} or id = any(${astray}::uuid[])
        order by next_check_at limit ${BATCH} for update skip locked
      ) as chosen
      where r.tenant_id = chosen.tenant_id and r.id = chosen.id returning r.tenant_id, r.id`;
    for (const { tenantId, id } of due) await enqueue(tx, CheckRecord, { tenantId, recordId: id }, { key: id });
    return due.length;
  });
}

interface Row extends RecordDraft {
  id: string;
  zoneId: string;
  status: "verified" | "drifted";
}

/** Ids of records that were made and aren't there any more, or twice, or were missed and are there again. */
async function recordsAstray(services: DnsServices & { log: Logger }, provider: DnsProvider): Promise<string[]> {
  const rows = await services.db.asSystem(
    { reason: "dns.sweep" },
    (tx) => tx<Row[]>`
      select id, zone_id, status, name, type, content from dns_records
      where wanted and status in ('verified', 'drifted') and zone_id is not null and provider = ${provider.name}`,
    { readOnly: true },
  );
  const key = ({ name, type, content }: Omit<RecordDraft, "ttl">): string => JSON.stringify([name, type, content]);
  const astray: string[] = [];
  for (const [zoneId, ours] of Map.groupBy(rows, (row) => row.zoneId)) {
    try {
      const zone = await provider.findZone(ours[0]?.name ?? "");
      if (zone?.id !== zoneId) continue;
      const there = Map.groupBy(await provider.list(zone), key);
      for (const row of ours) {
        const count = there.get(key(row))?.length ?? 0;
        // A creation that was cut off may arrive after its repetition: then there are two.
        if (row.status === "verified" ? count !== 1 : count > 0) astray.push(row.id);
      }
    } catch (error) {
      services.log.warn("dns.sweep_failed", { zone: zoneId, error });
    }
  }
  return astray;
}
