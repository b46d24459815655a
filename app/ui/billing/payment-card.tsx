// Owns how one pays: the card, the tax ids, and the way to change them at Stripe.
import { Form } from "@remix-run/react";
import CreditCard from "lucide-react/icons/credit-card";
import { paths } from "#app/paths.ts";
import { Badge } from "../badge.tsx";
import { Button } from "../button.tsx";
import { Card } from "../card.tsx";

export interface PaymentCardProps {
  method: { brand: string; last4: string; expMonth: number; expYear: number } | null;
  taxIds: readonly { type: string; value: string; verified: boolean }[];
  email: string | null;
  /** Whether Stripe knows the organisation yet. */
  known: boolean;
  editable: boolean;
  now: Date;
}

export function PaymentCard({ method, taxIds, email, known, editable, now }: PaymentCardProps) {
  return (
    <Card title="Payment">
      <dl className="grid gap-4">
        <div>
          <dt className="text-muted">Card</dt>
          <dd className="mt-0.5">
            {method ? <Method method={method} now={now} /> : "No card yet. It is asked for with the first payment."}
          </dd>
        </div>
        {email ? (
          <div>
            <dt className="text-muted">Invoices go to</dt>
            <dd className="mt-0.5 break-all">{email}</dd>
          </div>
        ) : null}
        {taxIds.length > 0 ? (
          <div>
            <dt className="text-muted">Tax ids</dt>
            {taxIds.map(({ type, value, verified }) => (
              <dd key={`${type} ${value}`} className="mt-0.5 flex flex-wrap items-center gap-2 break-all">
                {value} {verified ? <Badge tone="success">Verified</Badge> : <Badge>Not verified yet</Badge>}
              </dd>
            ))}
          </div>
        ) : null}
      </dl>
      {known && editable ? (
        <Form method="post" action={paths.billingPortal()} className="mt-5 flex flex-wrap gap-2">
          <Button type="submit" name="flow" value="payment_method" size="sm">
            {method ? "Update card" : "Add a card"}
          </Button>
          <Button type="submit" name="flow" value="" size="sm" variant="quiet">
            Address and tax ids
          </Button>
        </Form>
      ) : null}
    </Card>
  );
}

function Method({ method, now }: { method: NonNullable<PaymentCardProps["method"]>; now: Date }) {
  const { brand, last4, expMonth, expYear } = method;
  // A card is good to the end of its month.
  const expired = Date.UTC(expYear, expMonth, 1) <= now.getTime();
  return (
    <span className="flex flex-wrap items-center gap-2">
      <CreditCard aria-hidden className="size-4 text-muted" />
      <span>
        <span className="capitalize">{brand}</span> ending in {last4}, {expired ? "expired" : "good to"}{" "}
        <span className="tabular-nums">
          {String(expMonth).padStart(2, "0")}/{expYear}
        </span>
      </span>
      {expired ? <Badge tone="danger">Expired</Badge> : null}
    </span>
  );
}
