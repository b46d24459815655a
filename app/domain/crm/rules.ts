// The operator's rules for leads over time: the latest counts. Who changed what when, and why, is the table itself.
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

/** Why rules are changed, and which earlier ones are taken up again. */
export interface RulesReason {
  note?: string;
  restoredFrom?: string | null;
}

/**
 * Puts rules in force: leads go by them from their next synchronisation on, at the latest after the next night.
 * @param known id of the rules that were changed
 * @throws AppError conflict where somebody else has changed them meanwhile
 */
export async function saveRules(
  tx: StaffTx,
  userId: string,
  rules: CrmRules,
  known: string | null,
  { note = "", restoredFrom = null }: RulesReason = {},
): Promise<string> {
  // One at a time: staff may add rules, not lock them.
  await tx`select pg_advisory_xact_lock(hashtextextended('crm_rules', 0))`;
  const before = await rulesInForce(tx);
  if (before.id !== known) throw new AppError("conflict", "Somebody else has changed the rules. Look at theirs first.");
  const [row] = await tx<{ id: string }[]>`
    insert into crm_rules (rules, created_by, note, restored_from)
    values (${tx.json(CrmRules.parse(rules))}, ${userId}, ${note}, ${restoredFrom}) returning id`;
  if (!row) throw new AppError("internal", "The rules could not be saved.");
  return row.id;
}

/** Sections of the rules, as people speak of them. */
export const RULE_SECTIONS: Record<keyof CrmRules, string> = {
  weights: "shares of the score",
  businessTypes: "points by type of business",
  plans: "points by plan",
  recency: "last sign of life",
  assignments: "who gets which lead",
  roundRobin: "who takes turns",
  followUps: "follow-ups",
  escalations: "escalations",
};

export interface RulesVersion {
  id: string;
  since: Date;
  by: string | null;
  note: string;
  restoredFrom: string | null;
  /** What of them differs from the rules before, in words. */
  changed: string[];
}

const HISTORY = 20;

/** How the rules came to be, newest first. */
export async function rulesHistory(tx: StaffTx): Promise<RulesVersion[]> {
  const rows = await tx<(Omit<RulesVersion, "changed"> & { rules: unknown })[]>`
    select r.id, r.created_at as since, s.name as by, r.note, r.restored_from, r.rules
    from crm_rules r left join app.staff_names() s on s.user_id = r.created_by
    order by r.created_at desc, r.id desc limit ${HISTORY + 1}`;
  return rows.slice(0, HISTORY).map(({ rules, ...row }, at) => {
    const before = rows[at + 1];
    return { ...row, changed: changedSections(before ? CrmRules.parse(before.rules) : DEFAULT_RULES, rules) };
  });
}

function changedSections(before: CrmRules, after: unknown): string[] {
  const now = CrmRules.parse(after);
  const sections = Object.keys(RULE_SECTIONS) as (keyof CrmRules)[];
  return sections.filter((one) => fingerprint(before[one]) !== fingerprint(now[one])).map((one) => RULE_SECTIONS[one]);
}

/** The same for the same content, however it is ordered. */
function fingerprint(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    typeof part === "object" && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** Rules of one's own choice from the history. @throws AppError not_found */
export async function rulesOf(tx: StaffTx, id: string): Promise<CrmRules> {
  const [row] = await tx<{ rules: unknown }[]>`select rules from crm_rules where id = ${id}`;
  if (!row) throw new AppError("not_found", "There were no such rules.");
  return CrmRules.parse(row.rules);
}
