// A tenant's billing as it looks after a while, each text with the tenant's canary: what pages and files show of it.
import type { TestDatabase } from "../setup/database.ts";

export interface BillingIds {
  invoiceId: string;
  /** Stripe's id of the session of a purchase that was begun. */
  checkoutSession: string;
}

/**
 * Gives a tenant that has paid the rows that Stripe, the worker and staff would make. A refund of the operator's is
 * under way, so that no other change is carried out and nobody waits for one.
 */
export async function fillBilling(
  { sql }: TestDatabase,
  { tenantId, userId, canary }: { tenantId: string; userId: string; canary: string },
): Promise<BillingIds> {
  const checkoutSession = `cs_${canary}`;
  const url = `https://stripe.example.test/${canary}`;
  await sql`
    update billing_accounts set stripe_customer_id = ${`cus_${canary}`}, billing_email = ${`bills-${canary}@example.test`},
      payment_method = ${sql.json({ brand: `visa ${canary}`, last4: "4242", expMonth: 12, expYear: 2040 })},
      tax_ids = ${sql.json([{ type: "eu_vat", value: `VAT ${canary}`, verified: true }])}
    where tenant_id = ${tenantId}`;
  await sql`
    insert into subscriptions (tenant_id, stripe_subscription_id, plan_version_id, status, period_anchor, current_period_start,
      current_period_end, started_at, coupon)
    select ${tenantId}, ${`sub_${canary}`}, plan_version_id, 'active', period_start, period_start, period_end, period_start,
      ${`COUPON-${canary}`}
    from billing_accounts where tenant_id = ${tenantId}`;
  const [invoice] = await sql<{ id: string }[]>`
    insert into invoices (tenant_id, stripe_invoice_id, stripe_subscription_id, number, status, currency, subtotal_cents,
      total_cents, remaining_cents, attempt_count, failure, hosted_url, pdf_url, issued_at)
    values (${tenantId}, ${`in_${canary}`}, ${`sub_${canary}`}, ${`F-${canary}`}, 'open', 'usd', 149700, 149700, 149700, 1,
      ${`Failed, says ${canary}.`}, ${url}, ${`${url}.pdf`}, now()) returning id`;
  await sql`
    insert into checkouts (tenant_id, plan_version_id, stripe_session_id, url, status, requested_by, expires_at)
    select ${tenantId}, plan_version_id, ${checkoutSession}, ${url}, 'open', ${userId}, now() + interval '1 day'
    from billing_accounts where tenant_id = ${tenantId}`;
  await sql`
    insert into billing_operations (tenant_id, kind, input, status, requested_by)
    values (${tenantId}, 'refund', ${sql.json({ canary })}, 'pending', ${userId})`;
  await sql`insert into tenant_events (tenant_id, type, data) values (${tenantId}, 'test.filled', ${sql.json({ canary })})`;
  await sql`
    insert into usage_alerts (tenant_id, metric, period_start, threshold, used, included)
    values (${tenantId}, 'calls', 'epoch', 50, 5, 10) on conflict do nothing`;
  await sql`
    insert into meter_deliveries (tenant_id, metric, period_start, value, occurred_at, error)
    values (${tenantId}, 'calls', 'epoch', 1, now(), ${canary})`;
  await sql`
    insert into limit_overrides (tenant_id, metric, included, reason)
    values (${tenantId}, 'call_minutes', 100000, ${canary})`;
  await sql`insert into feature_toggles (tenant_id, key, enabled) values (${tenantId}, 'voice_cloning', true)`;
  await sql`
    insert into feature_overrides (tenant_id, key, enabled, reason)
    values (${tenantId}, 'advanced_analytics', true, ${canary})`;
  await sql`insert into feature_usage (tenant_id, feature, day, uses) values (${tenantId}, 'test.filled', current_date, 3)`;
  await sql`
    insert into health_scores (tenant_id, score, parts, advice)
    values (${tenantId}, 50, ${sql.json([{ key: "usage", weight: 100, score: 50, words: `Used, says ${canary}.` }])},
      ${`Do more, says ${canary}.`})`;
  return { invoiceId: invoice?.id ?? "", checkoutSession };
}
