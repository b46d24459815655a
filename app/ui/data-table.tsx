// Owns tables of rows: plain markup, sorted and paged by address, stacked into cards on phones.
// biome-ignore-all lint/a11y/noRedundantRoles: stacked rows lose their table display on phones; the roles keep the table
import { Link } from "@remix-run/react";
import { clsx } from "clsx";
import ArrowDown from "lucide-react/icons/arrow-down";
import ArrowUp from "lucide-react/icons/arrow-up";
import type { ReactNode } from "react";
import { Pagination, type PaginationProps } from "./pagination.tsx";

export interface Column<Row> {
  key: string;
  header: string;
  cell: (row: Row) => ReactNode;
  /** Numbers and money stand at the end. */
  align?: "start" | "end" | undefined;
  /** Names the row: bold, first on phones, and the link when `rowHref` is given. Exactly one column. */
  primary?: boolean | undefined;
  /** Left out on phones. */
  wideOnly?: boolean | undefined;
  /** Makes the header a link that sorts; `sorted` is the present state. */
  sort?: { href: string; sorted: "ascending" | "descending" | null } | undefined;
  /** Keeps the column as narrow as its content. */
  shrink?: boolean | undefined;
}

export interface DataTableProps<Row> {
  /** Says what the table lists; for screen readers. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  rowHref?: ((row: Row) => string) | undefined;
  /** Stands in place of the table when there are no rows. */
  empty: ReactNode;
  /** Search and filters above the rows. */
  toolbar?: ReactNode;
  pagination?: PaginationProps | undefined;
}

export function DataTable<Row>({
  caption,
  columns,
  rows,
  rowKey,
  rowHref,
  empty,
  toolbar,
  pagination,
}: DataTableProps<Row>) {
  return (
    <div className="overflow-clip rounded border border-line bg-surface">
      {toolbar ? (
        <div className="flex flex-wrap items-center gap-3 border-b border-line p-3 sm:px-4">{toolbar}</div>
      ) : null}
      {rows.length === 0 ? (
        empty
      ) : (
        // Stacked rows lose their table display on phones; the roles keep the table for screen readers.
        <table role="table" className="block w-full text-left sm:table">
          <caption className="sr-only">{caption}</caption>
          <thead role="rowgroup" className="sr-only sm:not-sr-only sm:table-header-group">
            <tr role="row" className="border-b border-line bg-sunken/50 text-xs text-muted">
              {columns.map((column) => (
                <HeaderCell key={column.key} column={column} />
              ))}
            </tr>
          </thead>
          <tbody role="rowgroup" className="block divide-y divide-line sm:table-row-group">
            {rows.map((row) => (
              <tr
                key={rowKey(row)}
                role="row"
                className={clsx(
                  "relative block px-4 py-3 sm:table-row sm:p-0",
                  rowHref && "transition-colors duration-100 hover:bg-sunken/60",
                )}
              >
                {columns.map((column) => (
                  <BodyCell key={column.key} column={column} row={row} href={rowHref?.(row)} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {pagination ? (
        <div className="border-t border-line px-4 py-3 empty:hidden">
          <Pagination {...pagination} />
        </div>
      ) : null}
    </div>
  );
}

function HeaderCell<Row>({ column }: { column: Column<Row> }) {
  const Arrow = column.sort?.sorted === "descending" ? ArrowDown : ArrowUp;
  return (
    <th
      role="columnheader"
      scope="col"
      aria-sort={column.sort ? (column.sort.sorted ?? "none") : undefined}
      className={clsx(
        "px-4 py-2.5 font-medium",
        column.align === "end" && "text-right",
        column.shrink && "w-px whitespace-nowrap",
      )}
    >
      {column.sort ? (
        <Link to={column.sort.href} className="inline-flex items-center gap-1 rounded-sm hover:text-ink">
          {column.header}
          {column.sort.sorted ? <Arrow aria-hidden className="size-3.5" /> : null}
        </Link>
      ) : (
        column.header
      )}
    </th>
  );
}

function BodyCell<Row>({ column, row, href }: { column: Column<Row>; row: Row; href: string | undefined }) {
  const content = column.cell(row);
  const look = clsx(
    "py-0.5 sm:table-cell sm:px-4 sm:py-3 sm:align-middle",
    column.align === "end" && "tabular-nums sm:text-right",
    column.shrink && "sm:w-px sm:whitespace-nowrap",
    column.wideOnly ? "hidden" : "flex",
    column.primary ? "font-medium" : "justify-between gap-4",
  );
  if (column.primary) {
    return (
      <th role="rowheader" scope="row" className={look}>
        {href ? (
          // The link covers the whole row; other controls in the row lie above it with `relative`.
          <Link to={href} prefetch="intent" className="min-w-0 rounded-sm after:absolute after:inset-0">
            {content}
          </Link>
        ) : (
          content
        )}
      </th>
    );
  }
  return (
    <td role="cell" className={look}>
      <span aria-hidden className="shrink-0 text-muted sm:hidden">
        {column.header}
      </span>
      <span className="min-w-0 text-right sm:[text-align:inherit]">{content}</span>
    </td>
  );
}
