// A tenant with a past, for the dashboard: conversations over sixty days, written straight into the tables.
import { newTrialTenant, type TestTenant } from "../support/tenants.ts";
import type { Stage } from "./stage.ts";

/** Conversations of four messages each, spread evenly over the last sixty days; every tenth leaves a lead. */
export async function busyTenant(stage: Stage, slug: string, conversations: number): Promise<TestTenant> {
  const tenant = await newTrialTenant(stage.db.web, slug);
  await fillTraffic(stage.sql, tenant.tenantId, conversations);
  await stage.sql`update tenants set onboarding_step = 'done' where id = ${tenant.tenantId}`;
  await stage.sql`vacuum analyze`;
  return tenant;
}

export async function fillTraffic(sql: Stage["sql"], tenantId: string, conversations: number): Promise<void> {
  await sql`
    insert into conversations (tenant_id, visitor_session, subject, message_count, unanswered_count, created_at, last_message_at, state)
    select ${tenantId}, 'bench-session-' || i, 'Question number ' || i, 4, (i % 5 = 0)::int, at, at + interval '2 minutes',
      case when i % 20 = 0 then 'waiting' else 'bot' end
    from generate_series(1, ${conversations}) i
    cross join lateral (select now() - interval '60 days' * i / ${conversations}::float8 as at) t`;
  await sql`
    insert into messages (tenant_id, conversation_id, visitor_session, role, body, created_at)
    select tenant_id, id, visitor_session, 'visitor', 'When are you open on day ' || n || '?', created_at + n * interval '40 seconds'
    from conversations, generate_series(1, 2) n where tenant_id = ${tenantId}`;
  await sql`
    insert into messages (tenant_id, conversation_id, visitor_session, role, body, reply_to, intent, confidence, answered,
      response_ms, created_at)
    select tenant_id, conversation_id, visitor_session, 'agent', 'We are open from 9 am to 5 pm.', id, 'question', 0.9,
      hashtext(id::text) % 5 <> 0, 8, created_at + interval '8 milliseconds'
    from messages where tenant_id = ${tenantId}`;
  await sql`
    insert into leads (tenant_id, conversation_id, visitor_session, name, email, created_at)
    select tenant_id, id, visitor_session, 'Visitor', 'visitor@example.test', created_at
    from conversations where tenant_id = ${tenantId} and hashtext(id::text) % 10 = 0`;
}
