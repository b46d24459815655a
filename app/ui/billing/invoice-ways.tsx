// Owns the ways from an invoice to Stripe's pages of it: pay, view, PDF.
import { buttonClass } from "../button.tsx";
import type { InvoiceStateView } from "./invoice-state.tsx";

export interface InvoiceView extends InvoiceStateView {
  id: string;
  number: string | null;
  currency: string;
  remainingCents: number;
  issuedAt: Date;
  hostedUrl: string | null;
  pdfUrl: string | null;
}

/** Links to Stripe's pages of the invoice. */
export function InvoiceWays({ invoice }: { invoice: InvoiceView }) {
  const { number, status, remainingCents, hostedUrl, pdfUrl } = invoice;
  const name = <span className="sr-only"> of invoice {number ?? "draft"}</span>;
  const owing = status === "open" && remainingCents > 0;
  if (!hostedUrl && !pdfUrl) return <span className="text-muted">–</span>;
  return (
    <span className="relative inline-flex items-center gap-4">
      {hostedUrl ? (
        <a href={hostedUrl} className={owing ? buttonClass({ size: "sm", variant: "primary" }) : LINK}>
          {owing ? "Pay" : "View"}
          {name}
        </a>
      ) : null}
      {pdfUrl ? (
        <a href={pdfUrl} className={LINK}>
          PDF{name}
        </a>
      ) : null}
    </span>
  );
}

const LINK = "rounded-sm font-medium text-accent-ink underline decoration-from-font underline-offset-2";
