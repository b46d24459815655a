// The rules for leads as staff reads, tries and changes them.
import type { StaffActor } from "#app/platform/actor.ts";
import type { StaffTx } from "#app/platform/db.ts";
import { isUuid, randomToken } from "#app/platform/ids.ts";
import { enqueue } from "#app/platform/jobs.ts";
import { HOUSE, type Person, readConnection } from "../crm/connection.ts";
import { SyncAllLeads } from "../crm/crm.jobs.ts";
import { type RulesVersion, rulesHistory, rulesInForce, rulesOf, saveRules } from "../crm/rules.ts";
import { type RulesForm, toFields, toRules } from "../crm/rules-form.schema.ts";
import { type LeadSample, previewRules, type RulesPreview } from "../crm/rules-preview.ts";
import { DEFAULT_RULES } from "../crm/scoring.ts";

export interface RulesPage {
  /** As the form begins. */
  fields: ReturnType<typeof toFields>;
  /** Of the rules in force; null: the defaults are. */
  id: string | null;
  /** The earlier rules that the form begins with instead of those in force; `defaults`: those that Foyer came with. */
  from: RulesVersion | "defaults" | null;
  history: RulesVersion[];
  /** Who may own leads, as the CRM says; none where there is none. */
  people: Person[];
  crm: string | null;
}

/** @param from id of earlier rules to begin with; what isn't one is left out */
export async function rulesPage(tx: StaffTx, from: string | null): Promise<RulesPage> {
  const [{ rules, id }, history, connection] = await Promise.all([
    rulesInForce(tx),
    rulesHistory(tx),
    readConnection(tx),
  ]);
  const earlier = history.find((version) => version.id === from && version.id !== id) ?? null;
  const first = from === "defaults" && id !== null;
  const begin = earlier ? await rulesOf(tx, earlier.id) : first ? DEFAULT_RULES : rules;
  return {
    fields: toFields(begin),
    ...{ id, history, from: first ? "defaults" : earlier },
    people: connection?.people ?? [],
    crm: connection?.name ?? null,
  };
}

/** Leads to try rules on: those that were rated last. */
const SAMPLES = 2000;

export interface TriedRules extends RulesPreview {
  /** Whether there are leads that weren't looked at. */
  more: boolean;
  /** Whom the CRM doesn't know: what is given to them has no owner there. */
  strangers: string[];
}

/** What the rules of the form would change. */
export async function tryRules(tx: StaffTx, form: RulesForm, now: Date): Promise<TriedRules> {
  let made = 0;
  const edited = toRules(form, () => `new_${++made}`);
  const [{ rules }, connection] = await Promise.all([rulesInForce(tx), readConnection(tx)]);
  const samples = await tx<LeadSample[]>`
    select l.stage, l.facts, l.rated_at, coalesce((l.memory -> 'owner' ->> 'theirs')::boolean, false) as owner_by_person,
      coalesce((select array_agg(f.key) from crm_follow_ups f where f.tenant_id = l.tenant_id and f.lead_id = l.id), '{}')
        as asked
    from crm_leads l
    where l.provider = ${connection?.provider ?? HOUSE} and l.facts is not null and l.stage is not null
    order by l.rated_at desc limit ${SAMPLES + 1}`;
  const known = new Set(connection?.people.map(({ email }) => email.toLowerCase()));
  const named = [
    ...edited.assignments.map(({ person }) => person),
    ...edited.roundRobin,
    ...edited.escalations.flatMap(({ person, takesOver }) => (takesOver && person ? [person] : [])),
  ];
  return {
    ...previewRules(samples.slice(0, SAMPLES), rules, edited, now),
    more: samples.length > SAMPLES,
    strangers: connection ? [...new Set(named)].filter((person) => !known.has(person.toLowerCase())) : [],
  };
}

/**
 * Puts the form's rules in force, and has every lead go by them within minutes.
 * @throws AppError conflict where somebody else has changed them meanwhile
 */
export async function saveRulesAsStaff(tx: StaffTx, actor: StaffActor, form: RulesForm): Promise<void> {
  const rules = toRules(form, newKey);
  const restoredFrom = form.from && isUuid(form.from) ? form.from : null;
  await saveRules(tx, actor.userId, rules, form.known ?? null, { note: form.note, restoredFrom });
  await enqueue(tx, SyncAllLeads, {});
}

/** A name that no rule has had: by it each lead is asked once. */
const newKey = (): string => `rule_${randomToken(9).toLowerCase().replaceAll("-", "_")}`;
