// What a new tenant has done of what makes a front desk useful, read from the rows that doing it leaves behind.
import type { TenantTx } from "#app/platform/db.ts";

export interface FirstSteps {
  /** The tenant's own host answers. */
  live: boolean;
  /** There is something to answer from. */
  knowledge: boolean;
  /** Somebody has talked to the agent. */
  tried: boolean;
  /** Somebody has talked to it through the widget on a website. */
  installed: boolean;
}

/**
 * How far the tenant has come.
 * @param site origin of the tenant's own host, where the agent stands without any snippet; null before it has one
 */
export async function firstSteps(tx: TenantTx, site: string | null): Promise<FirstSteps> {
  const [row] = await tx<FirstSteps[]>`
    with lately as materialized (
      select channel, origin from conversations
      where tenant_id = (select app.tenant_id()) order by last_message_at desc, id desc limit 500
    )
    select
      exists (select from domains where tenant_id = (select app.tenant_id()) and status = 'live') as live,
      exists (select from knowledge_sources where tenant_id = (select app.tenant_id())) as knowledge,
      exists (select from lately) as tried,
      exists (select from lately where channel = 'web' and origin is not null and origin is distinct from ${site}::text) as installed`;
  return row ?? { live: false, knowledge: false, tried: false, installed: false };
}
