// Back from Stripe's page: waits for its word and says what has become of the purchase.
import type { MetaFunction } from "@remix-run/node";
import { useLoaderData } from "@remix-run/react";
import { paths } from "#app/paths.ts";
import { CheckoutProgress } from "#app/ui/billing/checkout-progress.tsx";
import { PageHeader } from "#app/ui/page-header.tsx";
import { PageProblem } from "#app/ui/page-problem.tsx";
import { useChanges } from "#app/ui/use-changes.ts";
import { checkoutReturn } from "#app/web/checkout-return.ts";
import { memberVisit } from "#app/web/guards.ts";

export const meta: MetaFunction = () => [{ title: "Your payment · Foyer" }];

export const loader = memberVisit(
  "billing:read",
  async (context) => ({ checkout: await checkoutReturn(context, context.url.searchParams.get("session") ?? "") }),
  { whileSuspended: true },
);

export const ErrorBoundary = PageProblem;

export default function Checkout() {
  const { checkout } = useLoaderData<typeof loader>();
  useChanges(["billing"]);
  return (
    <>
      <PageHeader title="Your payment" back={{ to: paths.billing(), label: "Billing" }} />
      <CheckoutProgress checkout={checkout} next={{ to: paths.billing(), label: "Open billing" }} />
    </>
  );
}
