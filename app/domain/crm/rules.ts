// The operator's rules for leads over time: the latest counts. Who changed what when is the table itself.
import type { AnyTx, StaffTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { CrmRules } from "./scoring.schema.ts";
import { DEFAULT_RULES } from "./scoring.ts";

export interface RulesInForce {
  rules: CrmRules;
  /** Null: nobody has written any, those are the defaults. */
  id: string | null;
  since: Date | null;
  createdBy: string | null;
}

/** @param tx staff's, or a job's across tenants */
export async function rulesInForce(tx: AnyTx): Promise<RulesInForce> {
  const [row] = await tx<{ id: string; rules: unknown; createdBy: string | null; since: Date }[]>`
    select id, rules, created_by, created_at as since from crm_rules order by created_at desc, id desc limit 1`;
  if (!row) return { rules: DEFAULT_RULES, id: null, since: null, createdBy: null };
  return { ...row, rules: CrmRules.parse(row.rules) };
}

/**
 * Puts rules in force: leads go by them from their next synchronisation on, at the latest after the next night.
 * @param known id of the rules that were changed
 * @throws AppError conflict where somebody else has changed them meanwhile
 */
export async function saveRules(tx: StaffTx, userId: string, rules: CrmRules, known: string | null): Promise<string> {
  // One at a time: staff may add rules, not lock them.
  await tx`select pg_advisory_xact_lock(hashtextextended('crm_rules', 0))`;
  const before = await rulesInForce(tx);
  if (before.id !== known) throw new AppError("conflict", "Somebody else has changed the rules. Look at theirs first.");
  const [row] = await tx<{ id: string }[]>`
    insert into crm_rules (rules, created_by) values (${tx.json(CrmRules.parse(rules))}, ${userId}) returning id`;
  if (!row) throw new AppError("internal", "The rules could not be saved.");
  return row.id;
}
