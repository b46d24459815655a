// Rules for leads as tests put them in force.
import { saveRules } from "#app/domain/crm/rules.ts";
import type { CrmRules } from "#app/domain/crm/scoring.schema.ts";
import { DEFAULT_RULES } from "#app/domain/crm/scoring.ts";
import type { StaffActor } from "#app/platform/actor.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import type { TestDatabase } from "../setup/database.ts";

/** The default rules with something else in them. */
export const rulesWith = (over: Partial<CrmRules>): CrmRules => ({ ...DEFAULT_RULES, ...over });

/** Puts rules in force, whatever held before. @returns their id */
export async function inForce({ db, sql }: TestDatabase, rules: CrmRules): Promise<string> {
  const staff: StaffActor = { kind: "staff", userId: uuidv7(), sessionId: uuidv7(), role: "superadmin" };
  const [last] = await sql<{ id: string }[]>`select id from crm_rules order by created_at desc, id desc limit 1`;
  return db.staff.asStaff(staff, (tx) => saveRules(tx, staff.userId, rules, last?.id ?? null));
}

/** The fields of a page as its form sends them: nested names as browsers know them, one value each. */
export function rulesFields(value: unknown, name = ""): Record<string, string> {
  if (Array.isArray(value))
    return Object.assign(
      {},
      ...value.map((one, at) => rulesFields(one, typeof one === "object" ? `${name}[${at}]` : name)),
    );
  if (typeof value === "object" && value !== null)
    return Object.assign(
      {},
      ...Object.entries(value).map(([key, one]) => rulesFields(one, name === "" ? key : `${name}.${key}`)),
    );
  return value === undefined || value === null ? {} : { [name]: String(value) };
}
