// Owns the list of invoices with what can be done about each.
import Download from "lucide-react/icons/download";
import ReceiptText from "lucide-react/icons/receipt-text";
import { money } from "#app/domain/billing/plan-facts.ts";
import { paths } from "#app/paths.ts";
import { buttonClass, LinkButton } from "../button.tsx";
import { useCursorPages } from "../cursor-pages.ts";
import { type Column, DataTable } from "../data-table.tsx";
import { EmptyState } from "../empty-state.tsx";
import { FilterLinks } from "../filter-links.tsx";
import { PendingList } from "../pending-list.tsx";
import { TimeText } from "../time-text.tsx";
import { INVOICE_STATES, InvoiceState } from "./invoice-state.tsx";
import { type InvoiceView, InvoiceWays } from "./invoice-ways.tsx";

export interface InvoiceTableProps {
  invoices: readonly InvoiceView[];
  nextCursor: string | null;
  status: string;
  timeZone: string;
}

const FILTERS = [
  { value: "", label: "All" },
  ...(["paid", "open", "void", "uncollectible"] as const).map((value) => ({
    value,
    label: INVOICE_STATES[value].label,
  })),
];

export function InvoiceTable({ invoices, nextCursor, status, timeZone }: InvoiceTableProps) {
  const pagination = useCursorPages(nextCursor);
  return (
    <PendingList label="Loading invoices" rows={invoices.length}>
      <DataTable
        caption="Invoices"
        columns={columns(timeZone)}
        rows={invoices}
        rowKey={({ id }) => id}
        toolbar={
          <>
            <FilterLinks label="State" name="status" options={FILTERS} />
            {invoices.length > 0 ? (
              <a
                href={paths.billingInvoicesFile({ status })}
                download
                className={`${buttonClass({ size: "sm" })} sm:ml-auto`}
              >
                <Download aria-hidden />
                Export CSV
              </a>
            ) : null}
          </>
        }
        pagination={pagination}
        empty={<NoInvoices filtered={status !== ""} />}
      />
    </PendingList>
  );
}

function columns(timeZone: string): readonly Column<InvoiceView>[] {
  return [
    { key: "number", header: "Number", primary: true, cell: ({ number }) => number ?? "Draft" },
    {
      key: "date",
      header: "Date",
      shrink: true,
      cell: ({ issuedAt }) => <TimeText value={issuedAt} timeZone={timeZone} show="date" />,
    },
    { key: "state", header: "State", cell: (invoice) => <InvoiceState invoice={invoice} /> },
    {
      key: "amount",
      header: "Amount",
      align: "end",
      shrink: true,
      cell: ({ totalCents, currency, refundedCents }) => (
        <>
          {money(totalCents, currency)}
          {refundedCents > 0 ? (
            <span className="block text-xs text-muted">{money(refundedCents, currency)} back</span>
          ) : null}
        </>
      ),
    },
    { key: "ways", header: "Open", shrink: true, align: "end", cell: (invoice) => <InvoiceWays invoice={invoice} /> },
  ];
}

function NoInvoices({ filtered }: { filtered: boolean }) {
  if (filtered) {
    return (
      <EmptyState
        icon={<ReceiptText />}
        title="No invoice is in this state"
        action={
          <LinkButton size="sm" to={paths.billingInvoices()}>
            Show all
          </LinkButton>
        }
      />
    );
  }
  return (
    <EmptyState
      icon={<ReceiptText />}
      title="No invoices yet"
      action={
        <LinkButton size="sm" to={paths.billingPlans()}>
          Compare plans
        </LinkButton>
      }
    >
      Each payment's invoice appears here with its PDF.
    </EmptyState>
  );
}
