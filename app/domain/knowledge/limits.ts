// How much knowledge a tenant may keep: what its plan says of documents and storage.
import type { AppError } from "#app/platform/errors.ts";
import type { Metric } from "../billing/metrics.ts";
import { refusalOf, usageRoom } from "../billing/usage.ts";
import type { WriteTx } from "./documents.ts";

/**
 * Holds the tenant's knowledge until the transaction ends. Storing and removing documents moves counters, whose rows come
 * after this lock and after every other row of the tenant's: whoever does either and rebuilds an index besides takes it
 * first, else two of them wait for each other.
 */
export async function holdKnowledge(tx: WriteTx): Promise<void> {
  await tx`select id from knowledge_bases where tenant_id = (select app.tenant_id()) order by id for no key update`;
}

/**
 * How many documents may still be added, counting files that wait to be read; Infinity where the plan has no end. Holds
 * the knowledge, so that two additions at once can't both get the last place.
 */
export async function roomLeft(tx: WriteTx): Promise<number> {
  await holdKnowledge(tx);
  const [{ used, hard }, [waiting]] = await Promise.all([
    usageRoom(tx, "documents"),
    tx<{ files: number }[]>`
      select count(*)::int as files from knowledge_sources s
      where s.tenant_id = (select app.tenant_id()) and s.kind = 'file'
        and not exists (select from knowledge_documents d where d.tenant_id = s.tenant_id and d.source_id = s.id)`,
  ]);
  return hard === null ? Number.POSITIVE_INFINITY : hard - used - (waiting?.files ?? 0);
}

/** @throws AppError payment_required (`limit_reached`) where not one more document fits */
export async function assertRoom(tx: WriteTx): Promise<void> {
  if ((await roomLeft(tx)) < 1) throw await full(tx, "documents");
}

/**
 * Takes the knowledge's lock as `roomLeft` does.
 * @throws AppError payment_required (`limit_reached`) where so many bytes more don't fit
 */
export async function assertStorage(tx: WriteTx, bytes: number): Promise<void> {
  await holdKnowledge(tx);
  const { used, hard } = await usageRoom(tx, "storage_bytes");
  if (hard !== null && used + bytes > hard) throw await full(tx, "storage_bytes");
}

async function full(tx: WriteTx, metric: Metric): Promise<AppError> {
  return refusalOf(tx, metric, { ...(await usageRoom(tx, metric)), verdict: "limit" });
}
