// Owns how an invoice's state is shown.
import { Badge } from "../badge.tsx";
import type { Tone } from "../tone.ts";

export type InvoiceStatus = "draft" | "open" | "paid" | "uncollectible" | "void";

export interface InvoiceStateView {
  status: InvoiceStatus;
  totalCents: number;
  refundedCents: number;
  disputed: boolean;
  attemptCount: number;
}

export const INVOICE_STATES: Record<InvoiceStatus, { label: string; tone: Tone }> = {
  draft: { label: "Draft", tone: "neutral" },
  open: { label: "Open", tone: "warning" },
  paid: { label: "Paid", tone: "success" },
  uncollectible: { label: "Uncollectible", tone: "danger" },
  void: { label: "Void", tone: "neutral" },
};

export function InvoiceState({ invoice }: { invoice: InvoiceStateView }) {
  const { status, totalCents, refundedCents, disputed, attemptCount } = invoice;
  const { label, tone } = INVOICE_STATES[status];
  const failed = status === "open" && attemptCount > 0;
  return (
    <span className="inline-flex flex-wrap justify-end gap-1 sm:justify-start">
      <Badge tone={failed ? "danger" : tone}>{failed ? "Payment failed" : label}</Badge>
      {refundedCents > 0 ? <Badge>{refundedCents >= totalCents ? "Refunded" : "Partly refunded"}</Badge> : null}
      {disputed ? <Badge tone="danger">Disputed</Badge> : null}
    </span>
  );
}
