// What a deployment tells, as staff reads it: its log in pages and onwards from a line, and its use of resources.
import type { StaffActor } from "#app/platform/actor.ts";
import type { Db, StaffTx } from "#app/platform/db.ts";
import { isUuid } from "#app/platform/ids.ts";
import { patternOf } from "./cursor.ts";
import { LOG_LEVELS, type LogFilter, type LogLevel, type LogPlace, SPANS, type Span } from "./deployments.schema.ts";
import { noDeployment } from "./deployments.ts";
import { logText } from "./log-text.ts";

export interface LogLineView {
  /** Counted from 1 within the deployment. */
  line: number;
  level: LogLevel;
  message: string;
  at: Date;
}

export interface LogPage {
  /** Oldest first. */
  lines: LogLineView[];
  /** Whether lines that fit stand before the first. */
  older: boolean;
  /** All lines up to this one have been looked at: ask on after it. */
  through: number;
  /** Whether there are already lines after it. */
  more: boolean;
}

export const LOG_PAGE = 500;

/**
 * Lines of a deployment's log that fit: those after a line, the last ones before one, or the newest.
 * @throws AppError not_found
 */
export async function readLog(
  tx: StaffTx,
  tenantId: string,
  id: string,
  place: Partial<LogPlace>,
  limit: number = LOG_PAGE,
): Promise<LogPage> {
  const last = await lastLine(tx, tenantId, id);
  const { after = 0, before = last + 1, level, q } = place;
  const onwards = place.after !== undefined;
  const words = patternOf(q);
  const found = await tx<LogLineView[]>`
    select line, level, message, logged_at as at from deployment_logs
    where tenant_id = ${tenantId} and deployment_id = ${id} and line > ${after} and line < ${before} and line <= ${last}
    ${level ? tx`and level = any(${LOG_LEVELS.slice(LOG_LEVELS.indexOf(level))})` : tx``}
    ${words ? tx`and message ilike ${words}` : tx``}
    order by line ${onwards ? tx`asc` : tx`desc`} limit ${limit + 1}`;
  const lines = found.slice(0, limit);
  const cut = found.length > limit;
  if (onwards) {
    const through = cut ? (lines.at(-1)?.line ?? after) : Math.max(last, after);
    return { lines, older: after > 0, through, more: cut };
  }
  return { lines: lines.reverse(), older: cut, through: last, more: false };
}

async function lastLine(tx: StaffTx, tenantId: string, id: string): Promise<number> {
  if (!isUuid(tenantId) || !isUuid(id)) throw noDeployment();
  const [row] = await tx<{ line: number | null }[]>`
    select (select max(line) from deployment_logs l where l.tenant_id = d.tenant_id and l.deployment_id = d.id) as line
    from deployments d where d.tenant_id = ${tenantId} and d.id = ${id}`;
  if (!row) throw noDeployment();
  return row.line ?? 0;
}

const PIECE = 2_000;

/** All lines that fit, as text in pieces, the oldest first; each piece is read when it is asked for. @throws AppError not_found */
export async function* logPieces(
  staff: Db,
  actor: StaffActor,
  tenantId: string,
  id: string,
  filter: LogFilter,
): AsyncGenerator<string, void> {
  for (let after = 0, more = true; more; ) {
    const place = { ...filter, after, before: undefined };
    const page = await staff.asStaff(actor, (tx) => readLog(tx, tenantId, id, place, PIECE), { readOnly: true });
    yield page.lines.map((line) => `${logText(line)}\n`).join("");
    after = page.through;
    more = page.more;
  }
}

export interface UsageFigures {
  cpuPercent: number;
  memoryBytes: number;
  /** Null: nobody counts them. */
  requestsPerMinute: number | null;
}

export interface Usage {
  /** The means of equal stretches of time, oldest first; what wasn't measured is left out. */
  points: ({ at: Date } & UsageFigures)[];
  /** Length of such a stretch, in seconds. */
  stretchSeconds: number;
  latest: UsageFigures;
  mean: UsageFigures;
  peak: UsageFigures;
  measuredAt: Date;
}

/** Points in a chart, about. */
const POINTS = 90;

/** A deployment's use of resources up to the last time that it was measured; null where it never was. */
export async function usageOfDeployment(tx: StaffTx, tenantId: string, id: string, span: Span): Promise<Usage | null> {
  if (!isUuid(tenantId) || !isUuid(id)) throw noDeployment();
  const [last] = await tx<({ at: Date } & UsageFigures)[]>`
    select sampled_at as at, cpu_percent, memory_bytes::float8 as memory_bytes, requests_per_minute from deployment_samples
    where tenant_id = ${tenantId} and deployment_id = ${id} order by sampled_at desc limit 1`;
  if (!last) return null;
  const { at: measuredAt, ...latest } = last;
  const stretchSeconds = Math.ceil((SPANS[span] * 60) / POINTS);
  const from = new Date(measuredAt.getTime() - SPANS[span] * 60_000);
  const within = tx`tenant_id = ${tenantId} and deployment_id = ${id} and sampled_at > ${from}`;
  const [points, [whole]] = await Promise.all([
    tx<Usage["points"]>`
      select date_bin(make_interval(secs => ${stretchSeconds}), sampled_at, 'epoch'::timestamptz) as at, ${means(tx)}
      from deployment_samples where ${within} group by 1 order by 1`,
    tx<(UsageFigures & { peakCpu: number; peakMemory: number; peakRequests: number | null })[]>`
      select ${means(tx)}, max(cpu_percent) as peak_cpu, max(memory_bytes)::float8 as peak_memory,
        max(requests_per_minute) as peak_requests
      from deployment_samples where ${within}`,
  ]);
  if (!whole) return null;
  const { peakCpu, peakMemory, peakRequests, ...mean } = whole;
  const peak = { cpuPercent: peakCpu, memoryBytes: peakMemory, requestsPerMinute: peakRequests };
  return { points, stretchSeconds, latest, mean, peak, measuredAt };
}

const means = (tx: StaffTx) => tx`
  avg(cpu_percent)::float8 as cpu_percent, avg(memory_bytes)::float8 as memory_bytes,
  avg(requests_per_minute)::float8 as requests_per_minute`;
