// Reading what changed in Odoo since a cursor, in an order that loses nothing: by second, then by id. Odoo itself shows
// whole seconds but sorts and compares by fractions of them, so that its own order can't be resumed in mid-second.
import { compareCursors } from "#app/domain/crm/conflicts.ts";
import type { CrmCursor, CrmProvider } from "#app/domain/crm/ports.ts";
import type { LeadFieldsCache } from "./lead-fields.ts";
import { type Domain, type LeadRow, ourDomain, readFields, rowsFrom, writeDate } from "./lead-rows.ts";
import type { OdooTransport } from "./transport.ts";

const nextSecond = (at: Date): Date => new Date(at.getTime() + 1000);

export function createChanges(odoo: OdooTransport, fields: LeadFieldsCache): CrmProvider["changes"] {
  async function read(domain: Domain, order: string, limit: number): Promise<LeadRow[]> {
    const known = await fields.get();
    const args = { domain: [...domain, ...ourDomain(known)], fields: readFields(known), order, limit };
    return rowsFrom(await odoo.call({ model: "crm.lead", method: "search_read", args, repeatable: true }), known);
  }

  /** What of the cursor's own second lies behind it. */
  function restOfSecond({ at, id }: CrmCursor, limit: number): Promise<LeadRow[]> {
    const from: Domain = [
      ["write_date", ">=", writeDate(at)],
      ["write_date", "<", writeDate(nextSecond(at))],
      ["id", ">", Number(id)],
    ];
    return read(from, "id", limit);
  }

  /** The last second of a full page may go on behind it: it waits for the next page, or is read by ids if it is all. */
  async function wholeSeconds(rows: LeadRow[], limit: number): Promise<LeadRow[]> {
    const last = rows.at(-1)?.cursor.at;
    if (rows.length < limit || !last) return rows.toSorted((a, b) => compareCursors(a.cursor, b.cursor));
    const ended = rows.filter(({ cursor }) => cursor.at < last);
    if (ended.length === 0) return restOfSecond({ at: last, id: "0" }, limit);
    return ended.toSorted((a, b) => compareCursors(a.cursor, b.cursor));
  }

  return async (cursor, limit) => {
    const rest = cursor ? await restOfSecond(cursor, limit) : [];
    if (rest.length > 0) return page(rest, cursor, true);
    const from: Domain = cursor ? [["write_date", ">=", writeDate(nextSecond(cursor.at))]] : [];
    const rows = await read(from, "write_date, id", limit);
    return page(await wholeSeconds(rows, limit), cursor, rows.length >= limit);
  };
}

const page = (rows: LeadRow[], before: CrmCursor | null, more: boolean) => ({
  leads: rows.flatMap(({ leads }) => leads),
  cursor: rows.at(-1)?.cursor ?? before,
  more,
});
