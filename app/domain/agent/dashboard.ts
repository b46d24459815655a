// The dashboard's figures on conversations: a period in days of the tenant's time zone, beside the period before it.
import type { TenantTx } from "#app/platform/db.ts";

export interface Figures {
  /** Conversations begun in the period. */
  conversations: number;
  /** Messages of visitors. */
  messages: number;
  /** Questions that the knowledge answered, and those that it didn't. */
  answered: number;
  unanswered: number;
  /** Answers that called for a person. */
  handoffs: number;
  leads: number;
  /** Of the agent, from message to answer, in milliseconds; null without answers. */
  medianResponseMs: number | null;
}

export interface DashboardFigures {
  current: Figures;
  previous: Figures;
  /** Messages of visitors per day of the current period, oldest first, empty days included. */
  days: { day: string; messages: number }[];
}

interface Row extends Figures {
  current: boolean;
}

const NONE: Figures = {
  conversations: 0,
  messages: 0,
  answered: 0,
  unanswered: 0,
  handoffs: 0,
  leads: 0,
  medianResponseMs: null,
};

/**
 * The figures of the last `days` days, today included, and of as many before. Three statements, sent together, each
 * over one range of an index that leads with the tenant.
 */
export async function dashboardFigures(
  tx: TenantTx,
  { days, timeZone }: { days: number; timeZone: string },
): Promise<DashboardFigures> {
  const span = tx`
    (select p.current_from, p.previous_from from (
      select (date_trunc('day', now() at time zone ${timeZone}) - make_interval(days => ${days - 1})) at time zone ${timeZone} as current_from,
        (date_trunc('day', now() at time zone ${timeZone}) - make_interval(days => ${days * 2 - 1})) at time zone ${timeZone} as previous_from
    ) p)`;
  const [messages, begun, perDay] = await Promise.all([
    tx<Row[]>`
      with span as materialized (select * from ${span} s)
      select created_at >= (select current_from from span) as current,
        count(*) filter (where role = 'visitor')::int as messages,
        count(*) filter (where answered)::int as answered,
        count(*) filter (where not answered)::int as unanswered,
        count(*) filter (where handoff and role = 'agent')::int as handoffs,
        (percentile_cont(0.5) within group (order by response_ms))::float8 as median_response_ms
      from messages
      where tenant_id = (select app.tenant_id()) and created_at >= (select previous_from from span)
      group by 1`,
    tx<{ current: boolean; conversations: number; leads: number }[]>`
      with span as materialized (select * from ${span} s)
      select coalesce(c.current, l.current) as current, coalesce(c.n, 0) as conversations, coalesce(l.n, 0) as leads
      from (
        select created_at >= (select current_from from span) as current, count(*)::int as n from conversations
        where tenant_id = (select app.tenant_id()) and last_message_at >= (select previous_from from span)
          and created_at >= (select previous_from from span)
        group by 1
      ) c
      full join (
        select created_at >= (select current_from from span) as current, count(*)::int as n from leads
        where tenant_id = (select app.tenant_id()) and created_at >= (select previous_from from span)
        group by 1
      ) l on l.current = c.current`,
    tx<{ day: string; messages: number }[]>`
      with span as materialized (select * from ${span} s),
      counted as (
        select (created_at at time zone ${timeZone})::date as day, count(*)::int as n from messages
        where tenant_id = (select app.tenant_id()) and created_at >= (select current_from from span) and role = 'visitor'
        group by 1
      )
      select to_char(d, 'YYYY-MM-DD') as day, coalesce(c.n, 0) as messages
      from span, generate_series(
        (span.current_from at time zone ${timeZone})::date, (now() at time zone ${timeZone})::date, interval '1 day') d
      left join counted c on c.day = d::date
      order by d`,
  ]);
  const figures = (current: boolean): Figures => {
    const { current: _, ...counted } = { ...NONE, current, ...messages.find((row) => row.current === current) };
    const started = begun.find((row) => row.current === current);
    return { ...counted, conversations: started?.conversations ?? 0, leads: started?.leads ?? 0 };
  };
  return { current: figures(true), previous: figures(false), days: perDay };
}
