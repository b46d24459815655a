// Coming back from Stripe's page: what has become of the purchase, with Stripe asked again while it hasn't said.
import { billingAccount } from "#app/domain/billing/accounts.ts";
import { checkoutState, confirmCheckout, resumableCheckout } from "#app/domain/billing/checkout.ts";
import { AppError } from "#app/platform/errors.ts";
import type { MemberContext } from "./guards.ts";

/** Sooner than this after the last look nothing is asked again: each look tells the page to load. */
const PATIENCE_MS = 4_000;

/**
 * What has become of the purchase with Stripe's id of its session.
 * @throws AppError not_found where the organisation has none of that id
 */
export async function checkoutReturn({ services, actor }: MemberContext, sessionId: string) {
  const read = () =>
    services.db.asTenant(
      actor,
      async (tx) => {
        const [state, account, open] = await Promise.all([
          checkoutState(tx, sessionId),
          billingAccount(tx),
          resumableCheckout(tx),
        ]);
        return { state, account, open };
      },
      { readOnly: true },
    );
  const { state, account, open } = await read();
  if (!state) throw new AppError("not_found", "There is no such purchase.");
  const { status, planName, origin } = state;
  const waiting = status === "pending" || status === "open";
  const looked = account.syncedAt ? services.now().getTime() - account.syncedAt.getTime() : Number.POSITIVE_INFINITY;
  if (waiting && looked > PATIENCE_MS) await confirmCheckout(services, actor, sessionId);
  return { status, planName, origin, resumeUrl: waiting ? (open?.url ?? null) : null };
}
