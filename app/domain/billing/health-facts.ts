// What the health score is made from, as the database knows it. Test data doesn't count.
import type { SystemTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { entitlements } from "./entitlements.ts";
import type { HealthFacts } from "./health.ts";

/** What the statement counts; the rest is the entitlements'. */
type FactsRow = Omit<HealthFacts, "usage" | "elapsed" | "status">;

/**
 * Reads the facts of the transaction's tenant.
 * @throws AppError not_found where it has no account
 */
export async function readHealthFacts(tx: SystemTx): Promise<HealthFacts> {
  const it = await entitlements(tx);
  // Invoices live in the account's time, which a test clock may have moved; people and conversations in real time.
  const [row] = await tx<FactsRow[]>`
    with talks as (
      select count(*) filter (where created_at > now() - interval '14 days')::int as conversations,
        count(*) filter (where created_at <= now() - interval '14 days')::int as conversations_before
      from conversations where tenant_id = (select app.tenant_id()) and not sandbox
        and last_message_at > now() - interval '28 days' and created_at > now() - interval '28 days'
    ),
    said as (
      select count(distinct created_at::date) filter (where role = 'visitor' and created_at > now() - interval '14 days')::int as active_days,
        count(*) filter (where role = 'agent' and answered is not null)::int as answers,
        count(*) filter (where role = 'agent' and not answered)::int as unanswered
      from messages where tenant_id = (select app.tenant_id()) and not sandbox and created_at > now() - interval '30 days'
    ),
    waits as (
      select count(*)::int as waiting,
        coalesce(extract(epoch from now() - min(last_message_at)) / 3600, 0)::float8 as longest_wait_hours
      from conversations where tenant_id = (select app.tenant_id()) and not sandbox and state = 'waiting'
    ),
    read as (
      select count(*)::int as sources, count(*) filter (where status = 'failed')::int as failed_sources
      from knowledge_sources where tenant_id = (select app.tenant_id())
    )
    select talks.*, said.*, waits.*, read.*,
      (extract(epoch from now() - app.members_seen_at()) / 86400)::float8 as seen_days_ago,
      (select (extract(epoch from now() - max(fetched_at)) / 86400)::float8 from knowledge_documents
        where tenant_id = (select app.tenant_id())) as knowledge_days_old,
      (select count(*)::int from invoices where tenant_id = (select app.tenant_id())
        and issued_at > ${it.now}::timestamptz - interval '90 days'
        and (status = 'uncollectible' or status = 'open' and attempt_count > 0)) as unpaid_invoices,
      (select count(*)::int from webhook_inbox where tenant_id = (select app.tenant_id())
        and received_at > now() - interval '7 days' and processed_at is null and error is not null) as failed_webhooks
    from talks, said, waits, read`;
  if (!row) throw new AppError("internal", "The facts of health are one row.");
  return {
    ...row,
    usage: [it.limits.messages, it.limits.calls],
    elapsed: elapsedOf(it.period, it.now),
    status: it.effectiveStatus,
  };
}

function elapsedOf(period: { start: Date; end: Date } | null, now: Date): number {
  if (!period) return 0;
  const length = period.end.getTime() - period.start.getTime();
  return length > 0 ? Math.min(1, Math.max(0, (now.getTime() - period.start.getTime()) / length)) : 1;
}
