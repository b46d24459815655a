// Where a page of a list by time ended: the last row's moment to the microsecond, its id, and its rank where the list
// puts some first. Pure.
import { isUuid } from "#app/platform/ids.ts";

const MOMENT = /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?(?:Z|[+-]\d{2}(?::?\d{2})?)$/;

export interface Place {
  at: string;
  id: string;
  rank?: number;
}

/** Reads a cursor; null for one that isn't ours, which starts from the beginning. */
export function readCursor(cursor: string | undefined): Required<Place> | null {
  const [at = "", id = "", rank = "0"] = cursor?.split("~") ?? [];
  const moment = at.replace(" ", "T").replace(/([+-]\d{2})$/, "$1:00");
  const ours = isUuid(id) && MOMENT.test(at) && !Number.isNaN(Date.parse(moment)) && /^\d$/.test(rank);
  return ours ? { at, id, rank: Number(rank) } : null;
}

/**
 * The rows of a page of which one more than fits was asked for.
 * @param rows each with its moment as Postgres writes it
 */
export function pageOf<T extends Place>(
  rows: readonly T[],
  size: number,
): { rows: Omit<T, "at" | "rank">[]; nextCursor: string | null } {
  const shown = rows.slice(0, size);
  const last = shown.at(-1);
  return {
    rows: shown.map(({ at: _, rank: __, ...row }) => row),
    nextCursor: rows.length > size && last ? `${last.at}~${last.id}${last.rank ? `~${last.rank}` : ""}` : null,
  };
}

/** Words as a pattern for ILIKE that finds them anywhere; null for none. */
export function patternOf(words: string | undefined): string | null {
  return words ? `%${words.replace(/[\\%_]/g, "\\$&")}%` : null;
}
