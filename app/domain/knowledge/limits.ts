// How much knowledge a tenant may keep.
import { AppError } from "#app/platform/errors.ts";
import type { WriteTx } from "./documents.ts";

export interface KnowledgeLimits {
  /** Documents over all sources: pages, files, typed answers. */
  documents: number;
}

const BY_PLAN: Record<string, KnowledgeLimits> = {
  trial: { documents: 1_000 },
  basic: { documents: 2_000 },
  premium: { documents: 10_000 },
  enterprise: { documents: 50_000 },
};

/** What the plan allows. */
export function knowledgeLimits(plan: string): KnowledgeLimits {
  return BY_PLAN[plan] ?? { documents: 1_000 };
}

/**
 * How many documents may still be added, counting files that wait to be read. Takes the base's lock, so that two
 * additions at once can't both get the last place.
 */
export async function roomLeft(tx: WriteTx, limits?: KnowledgeLimits): Promise<number> {
  await tx`select id from knowledge_bases where tenant_id = (select app.tenant_id()) order by id for no key update`;
  const [row] = await tx<{ plan: string; used: number }[]>`
    select t.plan,
      (select count(*) from knowledge_documents d where d.tenant_id = t.id)::int
      + (select count(*) from knowledge_sources s where s.tenant_id = t.id and s.kind = 'file'
          and not exists (select from knowledge_documents d where d.tenant_id = t.id and d.source_id = s.id))::int as used
    from tenants t where t.id = (select app.tenant_id())`;
  if (!row) throw new AppError("not_found", "There is no such organisation.");
  return (limits ?? knowledgeLimits(row.plan)).documents - row.used;
}

/** @throws AppError unprocessable, reason `document_limit`, where nothing more fits */
export async function assertRoom(tx: WriteTx, limits?: KnowledgeLimits): Promise<void> {
  if ((await roomLeft(tx, limits)) < 1) {
    throw new AppError("unprocessable", "Your plan's knowledge is full. Remove something or choose a larger plan.", {
      reason: "document_limit",
    });
  }
}
