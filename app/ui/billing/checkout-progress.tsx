// Owns the way back from Stripe's page: waiting for its word, then what has become of the purchase.
import { useRevalidator } from "@remix-run/react";
import { useEffect } from "react";
import { paths } from "#app/paths.ts";
import { Alert } from "../banner.tsx";
import { buttonClass, LinkButton } from "../button.tsx";
import { Card } from "../card.tsx";
import { Spinner } from "../spinner.tsx";

export interface CheckoutView {
  status: "pending" | "open" | "complete" | "expired";
  planName: string;
  /** Stripe's page, while it can still be paid on. */
  resumeUrl: string | null;
}

const LOOK_MS = 5_000;

/** While Stripe hasn't said anything the page looks again by itself, should the live news be missing. */
export function useLookingAgain(waiting: boolean): void {
  const { revalidate } = useRevalidator();
  useEffect(() => {
    if (!waiting) return;
    const timer = setInterval(revalidate, LOOK_MS);
    return () => clearInterval(timer);
  }, [waiting, revalidate]);
}

export function isWaiting({ status }: Pick<CheckoutView, "status">): boolean {
  return status === "pending" || status === "open";
}

/** @param next where to go on once it is paid */
export function CheckoutProgress({ checkout, next }: { checkout: CheckoutView; next: { to: string; label: string } }) {
  const { status, planName, resumeUrl } = checkout;
  useLookingAgain(isWaiting(checkout));
  if (status === "complete") {
    return (
      <Alert
        tone="success"
        title={`You have ${planName}`}
        action={
          <LinkButton size="sm" variant="primary" to={next.to}>
            {next.label}
          </LinkButton>
        }
      >
        Everything in it works from now on.
      </Alert>
    );
  }
  if (status === "expired") {
    return (
      <Alert
        tone="warning"
        title="This purchase wasn't finished"
        action={
          <LinkButton size="sm" to={paths.billingPlans()}>
            Choose a plan
          </LinkButton>
        }
      >
        Nothing was charged.
      </Alert>
    );
  }
  return (
    <Card>
      <div role="status" className="flex items-center gap-3">
        <Spinner />
        <p className="font-medium">Confirming your payment</p>
      </div>
      <p className="mt-2 text-muted">
        We ask Stripe whether it went through. This takes a few seconds; the page goes on by itself.
      </p>
      <div className="mt-4 flex flex-wrap gap-2">
        {resumeUrl ? (
          <a href={resumeUrl} className={buttonClass({ size: "sm" })}>
            Not paid yet? Open the payment page
          </a>
        ) : null}
        <noscript>
          <a href="?" className={buttonClass({ size: "sm" })}>
            Look again
          </a>
        </noscript>
      </div>
    </Card>
  );
}
