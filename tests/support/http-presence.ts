// Where a party is reached, DNS records and deployments, and how the operator's CRM knows it, as provisioning leaves them
// behind.
import type { TestDatabase } from "../setup/database.ts";

/** Makes a verified record and a live deployment whose texts carry the canary. */
export async function fillPresence(
  { sql }: TestDatabase,
  { tenantId, slug, canary }: { tenantId: string; slug: string; canary: string },
): Promise<{ recordId: string; deploymentId: string }> {
  const [record] = await sql<{ id: string }[]>`
    insert into dns_records (tenant_id, domain_id, purpose, name, type, content, provider, zone_id, record_id, status,
      reason, published_at, verified_at)
    select ${tenantId}, id, 'address', host, 'CNAME', ${`edge.${canary}.test`}, 'test', 'zone', ${canary}, 'verified',
      ${`Known, says ${canary}.`}, now(), now()
    from domains where tenant_id = ${tenantId} and host like ${`${slug}.%`} returning id`;
  const recordId = record?.id ?? "";
  await sql`
    insert into dns_propagations (tenant_id, record_id, outcome, milliseconds, looks)
    values (${tenantId}, ${recordId}, 'verified', 4200, 3)`;
  const [deployment] = await sql<{ id: string }[]>`
    insert into deployments (tenant_id, kind, provider, external_id, version, status, progress)
    values (${tenantId}, 'deploy', 'test', ${canary}, ${canary}, 'live', 100) returning id`;
  const deploymentId = deployment?.id ?? "";
  await sql`
    insert into deployment_logs (tenant_id, deployment_id, line, message, logged_at)
    values (${tenantId}, ${deploymentId}, 1, ${`Up, says ${canary}.`}, now())`;
  await sql`
    insert into deployment_samples (tenant_id, deployment_id, sampled_at, cpu_percent, memory_bytes, requests_per_minute)
    values (${tenantId}, ${deploymentId}, now(), 3.5, 1000000, 12)`;
  const [lead] = await sql<{ id: string }[]>`
    insert into crm_leads (tenant_id, provider, external_id, stage, owner_name)
    values (${tenantId}, 'test', ${canary}, ${canary}, ${canary}) returning id`;
  await sql`
    insert into crm_follow_ups (tenant_id, lead_id, key, kind, summary, due)
    values (${tenantId}, ${lead?.id ?? ""}, 'call', 'call', ${`Call ${canary}`}, now())`;
  await sql`
    insert into crm_lead_events (tenant_id, lead_id, kind, detail)
    values (${tenantId}, ${lead?.id ?? ""}, 'failing', ${sql.json({ reason: canary })})`;
  await sql`
    insert into crm_marks (tenant_id, kind, note, created_by)
    values (${tenantId}, 'negotiation', ${`Talks, says ${canary}.`}, app.uuid_v7())`;
  return { recordId, deploymentId };
}
