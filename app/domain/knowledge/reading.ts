// A reading of a source: who owns it right now, what it has done so far, how it ended. One reading owns a source; a
// newer one takes it over, and the older one, should it still live, notices at its next write.
import type { Db, SystemTx } from "#app/platform/db.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import { presenceOf } from "../tenants/presence.ts";
import type { SourceKind } from "./knowledge.schema.ts";
import { roomLeft } from "./limits.ts";

export interface Reading {
  tenantId: string;
  run: string;
  source: {
    id: string;
    baseId: string;
    kind: SourceKind;
    name: string;
    url: string | null;
    maxPages: number;
    maxDepth: number;
  };
  /** Documents that the source may have by the tenant's plan. */
  room: number;
  /** The tenant's state lets nothing be read. */
  paused: boolean;
  /** Whether the reading before came to its end, so that the index holds what it stored. */
  settled: boolean;
}

/** The source belongs to a newer reading, or is gone. Not a failure. */
export class Superseded extends Error {
  override readonly name = "Superseded";
}

const REASON = "knowledge.sync";

/** Takes a source over. Null where it is gone or has nothing to read. */
export async function beginReading(db: Db, tenantId: string, sourceId: string): Promise<Reading | null> {
  return db.asSystem({ reason: REASON, tenantId }, async (tx) => {
    const [source] = await tx<(Reading["source"] & { status: string; own: number })[]>`
      select s.id, s.base_id, s.kind, s.name, s.url, s.max_pages, s.max_depth, s.status,
        (select count(*)::int from knowledge_documents d where d.tenant_id = s.tenant_id and d.source_id = s.id) as own
      from knowledge_sources s
      where s.tenant_id = (select app.tenant_id()) and s.id = ${sourceId} and s.kind <> 'qa' for update`;
    if (!source) return null;
    const { status, own, ...rest } = source;
    const run = uuidv7();
    const last = await tx<{ settled: boolean }[]>`
      select last_synced_at is not null and sync_run is null as settled from knowledge_sources
      where tenant_id = (select app.tenant_id()) and id = ${sourceId}`;
    await tx`
      update knowledge_sources set status = 'reading', sync_run = ${run}, error = null, done_count = 0,
        failed_count = 0, found_count = ${source.kind === "file" ? 1 : 0}, current_item = null
      where tenant_id = (select app.tenant_id()) and id = ${sourceId}`;
    const [tenant] = await tx<{ status: string }[]>`
      select app.effective_status(t.status, t.trial_ends_at, b.past_due_since, v.grace_days, app.billing_now()) as status
      from tenants t join billing_accounts b on b.tenant_id = t.id join plan_versions v on v.id = b.plan_version_id
      where t.id = (select app.tenant_id())`;
    const room = (await roomLeft(tx)) + Math.max(own, source.kind === "file" ? 1 : 0);
    await announce(tx, sourceId);
    return {
      tenantId,
      run,
      source: rest,
      room,
      paused: presenceOf(tenant?.status ?? "deleted").crawls === "pause",
      settled: last[0]?.settled ?? false,
    };
  });
}

/**
 * A transaction of the reading. Throws Superseded where the reading has lost its source. `repeatable`: what it writes
 * would be written again by the next reading, so that the commit needn't wait for the disk.
 */
export function whileOwned<T>(
  db: Db,
  reading: Reading,
  fn: (tx: SystemTx) => Promise<T>,
  options: { repeatable?: boolean } = {},
): Promise<T> {
  return db.asSystem({ reason: REASON, tenantId: reading.tenantId }, async (tx) => {
    if (options.repeatable) await tx`select set_config('synchronous_commit', 'off', true)`;
    const [owned] = await tx`
      select id from knowledge_sources
      where tenant_id = (select app.tenant_id()) and id = ${reading.source.id} and sync_run = ${reading.run} for share`;
    if (!owned) throw new Superseded();
    return fn(tx);
  });
}

export interface Progress {
  found: number;
  done: number;
  failed: number;
  current: string | null;
}

/** Writes where the reading stands and tells listeners. */
export function writeProgress(db: Db, reading: Reading, progress: Progress): Promise<void> {
  return db.asSystem({ reason: REASON, tenantId: reading.tenantId }, async (tx) => {
    const [owned] = await tx`
      update knowledge_sources set found_count = ${progress.found}, done_count = ${progress.done},
        failed_count = ${progress.failed}, current_item = ${progress.current}
      where tenant_id = (select app.tenant_id()) and id = ${reading.source.id} and sync_run = ${reading.run} returning id`;
    if (!owned) throw new Superseded();
    await announce(tx, reading.source.id);
  });
}

/** Ends a reading, well or not. `message` says why it failed or what was left out, in words for people. */
export async function endReading(
  tx: SystemTx,
  reading: Reading,
  end: {
    status: "ready" | "failed";
    message: string | null;
    progress?: Progress;
  },
): Promise<void> {
  const { progress } = end;
  // A reading that failed leaves its mark, so that the next one knows that the index may be behind.
  const [owned] = await tx`
    update knowledge_sources set status = ${end.status}, error = ${end.message}, current_item = null,
      sync_run = case when ${end.status === "ready"} then null else sync_run end,
      found_count = coalesce(${progress?.found ?? null}, found_count),
      done_count = coalesce(${progress?.done ?? null}, done_count),
      failed_count = coalesce(${progress?.failed ?? null}, failed_count),
      last_synced_at = case when ${end.status === "ready"} then now() else last_synced_at end,
      next_sync_at = now() + make_interval(hours => sync_every_hours)
    where tenant_id = (select app.tenant_id()) and id = ${reading.source.id} and sync_run = ${reading.run} returning id`;
  if (!owned) throw new Superseded();
  await announce(tx, reading.source.id);
}

async function announce(tx: SystemTx, sourceId: string): Promise<void> {
  await tx`select app.announce('knowledge', ${sourceId})`;
}

/** Calls `write` with the latest progress, at once and then at most every `everyMs`; one call at a time. */
export function throttleProgress(write: (progress: Progress) => Promise<void>, everyMs: number) {
  let latest: Progress | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let writing: Promise<void> = Promise.resolve();
  const send = () => {
    timer = null;
    const progress = latest;
    latest = null;
    if (!progress) return;
    writing = writing.then(() => write(progress));
    // Awaited by stop(); until then nobody listens.
    writing.catch(() => {});
    timer = setTimeout(send, everyMs);
  };
  return {
    note(progress: Progress): void {
      latest = progress;
      if (!timer) send();
    },
    /** Stops the timer and waits for the write under way; rejects with what a write met. */
    async stop(): Promise<void> {
      if (timer) clearTimeout(timer);
      timer = null;
      latest = null;
      await writing;
    },
  };
}
