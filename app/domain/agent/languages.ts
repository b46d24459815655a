// In which languages the agent answers beside the tenant's own, as far as its plan goes.
import type { MemberActor } from "#app/platform/actor.ts";
import type { InTenantTx, TenantTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { recordAudit } from "../audit/audit.ts";
import { refusalOf, usageRoom } from "../billing/usage.ts";

export interface AgentLanguages {
  /** The tenant's own, BCP 47 primary tag. */
  main: string;
  /** The chosen further ones; those beyond `limit - 1` don't count. */
  further: string[];
  /** How many the plan has in all; null has no end. */
  limit: number | null;
}

export async function agentLanguages(tx: InTenantTx): Promise<AgentLanguages> {
  const [[row], { hard }] = await Promise.all([
    tx<{ language: string; languages: string[] | null }[]>`
      select t.language, a.languages from tenants t left join tenant_configurations a on a.tenant_id = t.id
      where t.id = (select app.tenant_id())`,
    usageRoom(tx, "languages"),
  ]);
  if (!row) throw new AppError("not_found", "There is no such organisation.");
  return { main: row.language.slice(0, 2).toLowerCase(), further: row.languages ?? [], limit: hard };
}

/**
 * Sets the further languages; the next answer follows them.
 * @throws AppError payment_required (`limit_reached`) where they are more than the plan has
 */
export async function saveLanguages(tx: TenantTx, actor: MemberActor, languages: readonly string[]): Promise<void> {
  const { main, further, limit } = await agentLanguages(tx);
  const chosen = [...new Set(languages)].filter((language) => language !== main);
  // What is there may stay when a plan has become smaller: it doesn't count then.
  if (chosen.every((language) => further.includes(language)) && chosen.length === further.length) return;
  if (limit !== null && 1 + chosen.length > limit) {
    const refused = await refusalOf(tx, "languages", { ...(await usageRoom(tx, "languages")), verdict: "limit" });
    const { reason, help } = refused;
    const fields = { languages: [refused.message] };
    throw new AppError(refused.code, refused.message, { fields, ...(reason && { reason }), ...(help && { help }) });
  }
  await tx`update tenant_configurations set languages = ${chosen} where tenant_id = (select app.tenant_id())`;
  await recordAudit(tx, actor, "agent.languages_saved", actor.tenantId, { languages: chosen.length });
}
