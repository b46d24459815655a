// Who leaves a sequence before its end, and why: whatever comes first of what was hoped for, a wish to be left alone, and
// what makes the next mail wrong. Sets over all tenants; safe twice.
import type { Db, SystemTx } from "#app/platform/db.ts";
import type { StoredEvent } from "../events/events.ts";
import type { Sequence } from "./defaults.ts";
import { statusAt } from "./entering.ts";

const AT_ONCE = 500;
/** A conversion this long after the beginning still counts as one. */
const COUNTS_DAYS = 90;

/** Ends the ways of all who leave. @param tx across tenants @returns whose they were */
export async function endWays(tx: SystemTx, operators: readonly Sequence[], at: Date): Promise<Ended[]> {
  const ended: Ended[] = [];
  for (;;) {
    const rows = await tx<Ended[]>`
      with ${judged(tx, operators, at, tx`e.state = 'active'`)}
      update sequence_enrolments e
      set state = 'stopped', stop_reason = j.reason, ended_at = ${at}, due_at = null,
        converted_at = case when j.reason = 'converted' then ${at}::timestamptz end
      from (select * from judged where reason is not null limit ${AT_ONCE}) j
      where e.tenant_id = j.tenant_id and e.id = j.id and e.state = 'active'
      returning e.tenant_id, e.sequence_id`;
    ended.push(...rows);
    if (rows.length < AT_ONCE) return ended;
  }
}

export interface Ended {
  tenantId: string;
  sequenceId: string;
}

/** Notes conversions that came after the last mail: they count, too. @param tx across tenants */
export async function noteLateConversions(tx: SystemTx, operators: readonly Sequence[], at: Date): Promise<void> {
  const since = new Date(at.getTime() - COUNTS_DAYS * 86_400_000);
  const which = tx`e.state <> 'active' and e.converted_at is null and e.enrolled_at > ${since}`;
  await tx`
    with ${judged(tx, operators, at, which)}
    update sequence_enrolments e set converted_at = ${at}
    from judged j where e.tenant_id = j.tenant_id and e.id = j.id and j.converted and e.converted_at is null`;
}

/** `judged`: each of these enrolments with why it ends (null: it doesn't) and whether what was hoped for came true. */
function judged(tx: SystemTx, operators: readonly Sequence[], at: Date, which: ReturnType<typeof statusAt>) {
  return tx`
    standing as (
      select * from unnest(${operators.map(({ sequenceId }) => sequenceId)}::text[]::uuid[],
        ${operators.map(({ audience }) => audience)}::text[], ${operators.map(({ state }) => state)}::text[])
        as s (sequence_id, audience, state)
    ),
    own as (
      select distinct on (tenant_id, sequence_id) tenant_id, sequence_id, state from tenant_sequences
      order by tenant_id, sequence_id, created_at desc, id desc
    ),
    facts as (
      select e.tenant_id, e.id, e.sender, e.address_hash, coalesce(s.state, own.state, 'removed') as sequence_state,
        s.audience, l.stage, ${statusAt(tx, at)} as status, t.status as stored_status, b.suspension,
        exists (select from messages m where m.tenant_id = e.tenant_id and m.conversation_id = l.conversation_id
          and m.role = 'visitor' and m.created_at > e.enrolled_at) as replied,
        exists (select from messages m where m.tenant_id = e.tenant_id and m.conversation_id = l.conversation_id
          and m.role = 'member' and m.created_at > e.enrolled_at) as answered
      from sequence_enrolments e
      join tenants t on t.id = e.tenant_id
      left join billing_accounts b on b.tenant_id = t.id
      left join plan_versions v on v.id = b.plan_version_id
      left join leads l on e.sender = 'tenant' and l.tenant_id = e.tenant_id and l.id = e.lead_id
      left join standing s on e.sender = 'operator' and s.sequence_id = e.sequence_id
      left join own on e.sender = 'tenant' and own.tenant_id = e.tenant_id and own.sequence_id = e.sequence_id
      where ${which}
    ),
    hoped as (
      select *, case
        when sender = 'tenant' then stage in ('qualified', 'won')
        when audience = 'unfinished' then stored_status not in ('pending', 'cancelled', 'deleted')
        else status in ('active', 'past_due') end as converted
      from facts
    ),
    judged as (
      select tenant_id, id, coalesce(converted, false) as converted, case
        when exists (select from sequence_unsubscribes u where u.address_hash = h.address_hash
          and u.tenant_id is not distinct from case when sender = 'tenant' then h.tenant_id end) then 'unsubscribed'
        when converted then 'converted'
        when replied then 'replied'
        when exists (select from outbox_mails o where o.tenant_id = h.tenant_id and o.status = 'failed'
          and o.template in ('follow_up', 'sequence') and o.data ->> 'enrolmentId' = h.id::text) then 'undeliverable'
        when sequence_state <> 'on' then 'switched_off'
        when answered or stage = 'contacted' then 'taken_over'
        when stage = 'lost' then 'no_longer_fits'
        when audience = 'trial' and status <> 'trialing' then 'no_longer_fits'
        when audience = 'unfinished' and stored_status <> 'pending' then 'no_longer_fits'
        when audience = 'past_trial' and not (status = 'suspended'
          and (stored_status = 'trialing' or suspension = 'trial_ended')) then 'no_longer_fits'
      end as reason
      from hoped h
    )`;
}

/** A tenant has paid: the operator's sequences to its people have done what they were for. */
export async function endOnActivation({ db, now }: { db: Db; now(): Date }, { tenantId }: StoredEvent): Promise<void> {
  const at = now();
  await db.asSystem(
    { reason: "sequences.converted", tenantId },
    (tx) => tx`
      update sequence_enrolments set state = 'stopped', stop_reason = 'converted', ended_at = ${at}, due_at = null,
        converted_at = ${at}
      where tenant_id = ${tenantId} and sender = 'operator' and state = 'active'`,
  );
}
