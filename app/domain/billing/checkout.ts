// Buying a plan on Stripe's page, coming back to it, and Stripe's portal. What was paid is never taken from the browser:
// Stripe is asked.
import { paths } from "#app/paths.ts";
import type { TenantActor } from "#app/platform/actor.ts";
import type { Db, InTenantTx, TenantTx } from "#app/platform/db.ts";
import type { Env } from "#app/platform/env.ts";
import { AppError } from "#app/platform/errors.ts";
import { recordAudit } from "../audit/audit.ts";
import { billingAccount, currentSubscription, ensureCustomer, isLiving, requireBilling } from "./accounts.ts";
import { pricesForSale } from "./catalogue.ts";
import { conflict, wholeSecond } from "./changes.ts";
import { isSold } from "./plan-facts.ts";
import { currentPlan, type PlanId } from "./plans.ts";
import type { BillingProvider, ProviderCheckout } from "./ports.ts";
import { requestSync } from "./sync.ts";

export interface CheckoutServices {
  db: Db;
  env: Pick<Env, "appUrl">;
  /** Null: nothing is sold here. */
  billing: BillingProvider | null;
}

export interface CheckoutInput {
  plan: PlanId;
  /** The first payment waits for the end of the free trial. */
  keepTrial?: boolean;
  /** Where the person comes from and gets back to. */
  origin: "billing" | "onboarding";
}

/** Stripe wants a trial of a checkout to last two days or more. */
const SHORTEST_TRIAL_MS = 49 * 3_600_000;

/** Whether a plan bought now can wait for the end of the trial. */
export function canKeepTrial(trialEndsAt: Date | null, now: Date): boolean {
  return trialEndsAt !== null && trialEndsAt.getTime() - now.getTime() >= SHORTEST_TRIAL_MS;
}

/**
 * Opens Stripe's page for a plan; where one is open for the same purchase, that one.
 * @returns the page's address
 * @throws AppError conflict where there is a subscription already (change the plan instead) or no address yet;
 *   unavailable where payments aren't set up or Stripe can't be reached
 */
export async function openCheckout(
  services: CheckoutServices,
  actor: TenantActor,
  input: CheckoutInput,
): Promise<{ checkoutId: string; url: string }> {
  const { db } = services;
  const billing = requireBilling(services.billing);
  const { planVersionId, trialEnd } = await db.asTenant(actor, (tx) => purchaseOf(tx, input), { readOnly: true });
  const prices = await pricesForSale(db, actor, planVersionId);
  const customerId = await ensureCustomer(services, actor);
  // Twice: an answer that Stripe remembers under the key may be of a session that has ended since.
  for (let attempt = 1; ; attempt++) {
    const wanted = { planVersionId, keepTrial: trialEnd !== null, origin: input.origin };
    const { checkout, others } = await db.asTenant(actor, (tx) => recordCheckout(tx, actor, wanted));
    if (checkout.url) return { checkoutId: checkout.id, url: checkout.url };
    await Promise.all(others.map((id) => billing.expireCheckout(id)));
    const session = await billing
      .openCheckout(
        { tenantId: actor.tenantId, customerId, prices, trialEnd, ...addressesOf(services.env, input) },
        checkout.id,
      )
      .catch((error) => {
        if (!(error instanceof AppError) || error.code !== "conflict" || attempt === 2) throw error;
        return null;
      });
    const url = await db.asTenant(actor, (tx) => storeSession(tx, actor, checkout.id, session));
    if (url) return { checkoutId: checkout.id, url };
    if (attempt === 2) throw new AppError("unavailable", "The payment page could not be opened. Please try again.");
  }
}

function addressesOf({ appUrl }: Pick<Env, "appUrl">, { origin, plan }: CheckoutInput) {
  const back = origin === "onboarding" ? paths.onboardingPlan : paths.billingCheckout;
  const here = origin === "onboarding" ? paths.onboardingPlan({ plan }) : paths.billingPlans({ plan });
  // Stripe puts the session's id in place of the braces, which must reach it as they are.
  const success = `${appUrl}${back({ session: "SESSION" })}`.replace("SESSION", "{CHECKOUT_SESSION_ID}");
  return { successUrl: success, cancelUrl: appUrl + here };
}

async function purchaseOf(
  tx: TenantTx,
  { plan, keepTrial = false }: CheckoutInput,
): Promise<{ planVersionId: string; trialEnd: Date | null }> {
  const [[tenant], account, subscription, wanted] = [
    await tx<{ slug: string | null; status: string; trialEndsAt: Date | null }[]>`
      select slug, status, trial_ends_at from tenants where id = app.tenant_id()`,
    await billingAccount(tx),
    await currentSubscription(tx),
    await currentPlan(tx, plan),
  ];
  if (!tenant?.slug) throw conflict("Choose your address first.", "no_address");
  if (account.contract) throw conflict("Your plan is agreed by contract. Please write to us to change it.", "contract");
  if (isLiving(subscription)) throw conflict("There is a subscription already. Change its plan instead.", "subscribed");
  if (!isSold(wanted)) throw conflict(`${wanted.name} can't be bought here. Please write to us.`, "not_sold");
  if (!keepTrial) return { planVersionId: wanted.id, trialEnd: null };
  if (tenant.status !== "trialing" || !canKeepTrial(tenant.trialEndsAt, account.now)) {
    throw conflict("The free trial is too near its end for that. The plan would begin at once.", "trial_too_short");
  }
  return { planVersionId: wanted.id, trialEnd: tenant.trialEndsAt && wholeSecond(tenant.trialEndsAt) };
}

interface CheckoutRow {
  id: string;
  url: string | null;
}

/** The purchase that is under way, or a new one; and the sessions of other purchases, which end now. */
async function recordCheckout(
  tx: TenantTx,
  actor: TenantActor,
  { planVersionId, keepTrial, origin }: { planVersionId: string; keepTrial: boolean; origin: string },
): Promise<{ checkout: CheckoutRow; others: string[] }> {
  await tx`select pg_advisory_xact_lock(hashtextextended('checkout:' || ${actor.tenantId}, 0))`;
  // Stripe forgets a key after a day: a purchase that never got its session isn't tried under an old one.
  const [open] = await tx<CheckoutRow[]>`
    select id, url from checkouts
    where tenant_id = app.tenant_id() and plan_version_id = ${planVersionId} and keep_trial = ${keepTrial} and origin = ${origin}
      and ((status = 'open' and expires_at > now() + interval '5 minutes') or (status = 'pending' and created_at > now() - interval '20 hours'))
    order by created_at desc limit 1`;
  const others = await tx<{ sessionId: string | null }[]>`
    update checkouts set status = 'expired'
    where tenant_id = app.tenant_id() and status in ('pending', 'open') and id is distinct from ${open?.id ?? null}::uuid
    returning stripe_session_id as session_id`;
  const ended = others.map(({ sessionId }) => sessionId).filter((id) => id !== null);
  if (open) return { checkout: open, others: ended };
  const by = actor.kind === "member" ? actor.userId : actor.keyId;
  const [created] = await tx<CheckoutRow[]>`
    insert into checkouts (tenant_id, plan_version_id, keep_trial, origin, requested_by)
    values (app.tenant_id(), ${planVersionId}, ${keepTrial}, ${origin}, ${by}) returning id, url`;
  if (!created) throw new AppError("internal", "The purchase could not be recorded.");
  await recordAudit(tx, actor, "billing.checkout_opened", created.id);
  return { checkout: created, others: ended };
}

/** Notes the session that Stripe has opened. Null: it isn't open any more. */
async function storeSession(
  tx: TenantTx,
  actor: TenantActor,
  id: string,
  session: ProviderCheckout | null,
): Promise<string | null> {
  await tx`
    update checkouts set stripe_session_id = ${session?.id ?? null}, url = ${session?.url ?? null},
      status = ${session?.status ?? "expired"}, expires_at = ${session?.expiresAt ?? null}
    where tenant_id = ${actor.tenantId} and id = ${id}`;
  if (session?.status === "complete") await requestSync(tx, actor.tenantId);
  return session?.status === "open" ? session.url : null;
}

export interface ResumableCheckout {
  id: string;
  plan: PlanId;
  planName: string;
  keepTrial: boolean;
  url: string;
  expiresAt: Date;
}

/** A purchase that somebody began and didn't finish, while Stripe's page for it is still there. */
export async function resumableCheckout(tx: InTenantTx): Promise<ResumableCheckout | null> {
  const [row] = await tx<ResumableCheckout[]>`
    select c.id, v.plan, v.name as plan_name, c.keep_trial, c.url, c.expires_at
    from checkouts c join plan_versions v on v.id = c.plan_version_id
    where c.tenant_id = app.tenant_id() and c.status = 'open' and c.url is not null and c.expires_at > now()
    order by c.created_at desc limit 1`;
  return row ?? null;
}

export interface CheckoutState {
  /** As far as Stripe has said. */
  status: "pending" | "open" | "complete" | "expired";
  plan: PlanId;
  planName: string;
  origin: "billing" | "onboarding";
}

/** What has become of a purchase, by Stripe's id of its session. Null: the tenant has none of that id. */
export async function checkoutState(tx: InTenantTx, sessionId: string): Promise<CheckoutState | null> {
  const [row] = await tx<CheckoutState[]>`
    select c.status, v.plan, v.name as plan_name, c.origin
    from checkouts c join plan_versions v on v.id = c.plan_version_id
    where c.tenant_id = app.tenant_id() and c.stripe_session_id = ${sessionId}`;
  return row ?? null;
}

/**
 * Somebody says they have paid: has Stripe asked. The answer shows in `checkoutState` and in the tenant's status.
 * @returns false where the tenant has no such session
 */
export async function confirmCheckout({ db }: { db: Db }, actor: TenantActor, sessionId: string): Promise<boolean> {
  return db.asTenant(actor, async (tx) => {
    const state = await checkoutState(tx, sessionId);
    if (state) await requestSync(tx, actor.tenantId);
    return state !== null;
  });
}

/**
 * Stripe's portal: card, tax ids, invoices.
 * @param flow what it opens with
 * @throws AppError conflict where the tenant has never bought anything
 */
export async function openPortal(
  services: CheckoutServices,
  actor: TenantActor,
  { flow, returnPath = paths.billing() }: { flow?: "payment_method"; returnPath?: string } = {},
): Promise<{ url: string }> {
  const billing = requireBilling(services.billing);
  const [account] = await services.db.asTenant(
    actor,
    (tx) => tx<{ customerId: string | null }[]>`
      select stripe_customer_id as customer_id from billing_accounts where tenant_id = app.tenant_id()`,
    { readOnly: true },
  );
  if (!account?.customerId) throw conflict("There is nothing to manage yet. Choose a plan first.", "no_customer");
  return billing.openPortal({
    customerId: account.customerId,
    returnUrl: services.env.appUrl + returnPath,
    ...(flow && { flow }),
  });
}
