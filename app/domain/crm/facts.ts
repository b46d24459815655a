// What is known of a tenant as a customer-to-be: read in one statement, handed to the mapping and the score.
import type { InTenantTx } from "#app/platform/db.ts";
import type { Registration } from "./lead-mapping.ts";

/** All of the registration but the score, which follows from it, and since when it is quiet. */
export interface LeadSubject {
  registration: Omit<Registration, "score">;
  /** Days since a member or a visitor of it was last there. */
  quietDays: number;
  /** The demonstration that staff has agreed on. */
  demo: { at: Date; note: string } | null;
}

/** What follows from other columns. */
type Follows = "mrrCents" | "progress" | "registrationSource" | "campaign" | "engagement" | "usage" | "churnRisk";

interface Row extends Omit<LeadSubject["registration"], Follows>, Came {
  priceCents: number | null;
  paying: boolean;
  everPaid: boolean;
  offered: boolean;
  demoAt: Date | null;
  demoNote: string | null;
  negotiating: boolean;
  health: number | null;
  healthParts: { key: string; score: number }[] | null;
  quietDays: number;
}

/**
 * @param tx confined to the tenant
 * @returns null where there is no such tenant
 */
export async function readSubject(tx: InTenantTx, tenantId: string): Promise<LeadSubject | null> {
  const [row] = await tx<Row[]>`
    select t.id as tenant_id, t.name as company, t.contact_name, t.contact_email as email, t.contact_phone as phone,
      t.website_url as website, t.business_type, t.industry, t.region, t.expected_users, t.slug as subdomain,
      o.channel, o.source, o.medium, o.campaign, o.referrer,
      v.plan, v.name as plan_name, v.monthly_cents::float8 as price_cents,
      (case when v.plan <> 'trial' then v.monthly_cents else coalesce(
        (select chosen.monthly_cents from subscriptions s join plan_versions chosen on chosen.id = s.plan_version_id
          where s.tenant_id = t.id and s.status = 'trialing' and s.ended_at is null order by s.started_at desc limit 1),
        (select chosen.monthly_cents from checkouts c join plan_versions chosen on chosen.id = c.plan_version_id
          where c.tenant_id = t.id and c.url is not null order by c.created_at desc, c.id desc limit 1),
        (select min(cheapest.monthly_cents) from plan_versions cheapest
          where cheapest.plan <> 'trial' and cheapest.monthly_cents > 0 and cheapest.retired_at is null)
      ) end)::float8 as monthly_cents,
      app.effective_status(t.status, t.trial_ends_at, b.past_due_since, v.grace_days, coalesce(b.clock_at, now())) as status,
      b.contract or exists (
        select from subscriptions s where s.tenant_id = t.id and s.status in ('active', 'past_due') and s.ended_at is null
      ) as paying,
      b.contract or exists (select from invoices i where i.tenant_id = t.id and i.status = 'paid' and i.paid_cents > 0)
        as ever_paid,
      exists (select from checkouts c where c.tenant_id = t.id and c.url is not null) as offered,
      demo.planned_at as demo_at, demo.note as demo_note,
      exists (select from crm_marks m where m.tenant_id = t.id and m.kind = 'negotiation') as negotiating,
      h.score as health, h.parts as health_parts,
      (extract(epoch from now() - greatest(t.created_at, app.members_seen_at(),
        (select max(c.last_message_at) from conversations c where c.tenant_id = t.id and not c.sandbox))) / 86400)::float8
        as quiet_days
    from tenants t
    join billing_accounts b on b.tenant_id = t.id
    join plan_versions v on v.id = b.plan_version_id
    left join tenant_origins o on o.tenant_id = t.id
    left join crm_marks demo on demo.tenant_id = t.id and demo.kind = 'demo'
    left join lateral (
      select score, parts from health_scores where tenant_id = t.id order by computed_at desc, id desc limit 1
    ) h on true
    where t.id = ${tenantId}`;
  if (!row) return null;
  const { paying, everPaid, offered, demoAt, demoNote, negotiating, health, healthParts, quietDays, ...rest } = row;
  const { priceCents, channel, source, medium, campaign, referrer, ...company } = rest;
  const partOf = (key: string): number | null => healthParts?.find((part) => part.key === key)?.score ?? null;
  return {
    quietDays: Math.max(0, quietDays),
    demo: demoAt && { at: demoAt, note: demoNote ?? "" },
    registration: {
      ...company,
      mrrCents: paying ? (priceCents ?? 0) : 0,
      progress: {
        // Who has chosen an address has said what it is for.
        qualified: company.subdomain !== null,
        demoScheduled: demoAt !== null,
        proposalSent: offered,
        negotiating,
        everPaid,
      },
      ...cameFrom({ channel, source, medium, campaign, referrer }),
      engagement: partOf("engagement"),
      usage: partOf("usage"),
      churnRisk: health === null ? null : 100 - health,
    },
  };
}

/** As the link said that led to the registration; all null where it is older than our asking. */
interface Came {
  channel: string | null;
  source: string | null;
  medium: string | null;
  campaign: string | null;
  /** Host of the page with the link. */
  referrer: string | null;
}

/** A campaign's own word for its source wins; a page that only links to us is a source, too. */
export function cameFrom({
  channel,
  source,
  medium,
  campaign,
  referrer,
}: Came): Pick<Registration, "registrationSource" | "campaign"> {
  const linked = source === null && referrer !== null;
  return {
    registrationSource: source ?? referrer ?? channel ?? "website",
    campaign: { source: source ?? referrer, medium: medium ?? (linked ? "Referral" : null), campaign },
  };
}
