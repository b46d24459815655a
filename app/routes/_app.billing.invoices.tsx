// All invoices, newest first.
import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { InvoiceFilter } from "#app/domain/billing/invoices.schema.ts";
import { listInvoices } from "#app/domain/billing/invoices.ts";
import { InvoiceTable } from "#app/ui/billing/invoice-table.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { useChanges } from "#app/ui/use-changes.ts";
import { memberLoader } from "#app/web/guards.ts";

export const meta: MetaFunction = () => [{ title: "Invoices · Foyer" }];

export const loader = memberLoader(
  "billing:read",
  async ({ tx, url, viewer }) => {
    const { status, cursor } = InvoiceFilter.parse(Object.fromEntries(url.searchParams));
    const { invoices, next } = await listInvoices(tx, { status, after: cursor, limit: 25 });
    const shown = invoices.map(({ lines: _, ...invoice }) => invoice);
    return { invoices: shown, nextCursor: next, status, timeZone: viewer.timeZone };
  },
  { whileSuspended: true },
);

export const ErrorBoundary = PageProblem;

export default function Invoices() {
  const data = useLoaderData<typeof loader>();
  useChanges(["billing"]);
  return <InvoiceTable {...data} status={data.status ?? ""} />;
}
