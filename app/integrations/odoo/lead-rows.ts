// Our leads as rows of Odoo's crm.lead: what is read of them, how they are found by our id, what is written.
import { z } from "zod";
import type { CrmCursor, CrmLead, LeadChange, LeadDraft } from "#app/domain/crm/ports.ts";
import type { Labels } from "./labels.ts";
import { EXTERNAL_ID, factValues, type LeadFields } from "./lead-fields.ts";
import { notUnderstood } from "./transport.ts";

const Many2One = z.union([z.literal(false), z.tuple([z.number(), z.string()])]);
const Row = z.looseObject({
  id: z.number(),
  name: z.string(),
  description: z.union([z.literal(false), z.string()]),
  stage_id: Many2One,
  user_id: Many2One,
  active: z.boolean(),
  probability: z.number(),
  create_date: z.string(),
  write_date: z.string(),
  [EXTERNAL_ID]: z.union([z.literal(false), z.string()]).optional(),
});
type Row = z.infer<typeof Row>;

/**
 * Odoo has no field for a stranger's id. Where the operator made `x_external_id` we use it; the description bears it in
 * any case, as a last paragraph that people can read. It outlives what Odoo does to a lead (conversion; a merge joins the
 * descriptions while it drops custom fields), and our own updates never touch the description. A tag for each lead would
 * be as lasting, but would fill the operator's list of tags.
 */
const MARK = "Reference: foyer:";
/** A paragraph that begins with it: what registrants typed is escaped, and stands in items of a list. */
const MARKED = new RegExp(`<p(?:\\s[^>]*)?>\\s*${MARK}([A-Za-z0-9-]+)`, "g");

export type Domain = (string | [field: string, operator: string, value: unknown])[];

/** Leads that may bear this id; what `rowsFrom` reads of them says which do. */
export function domainOf(externalId: string, fields: LeadFields): Domain {
  const marked: Domain = [["description", "like", `${MARK}${externalId}`]];
  return EXTERNAL_ID in fields ? ["|", [EXTERNAL_ID, "=", externalId], ...marked] : marked;
}

/** All leads of ours. */
export function ourDomain(fields: LeadFields): Domain {
  const marked: Domain = [["description", "like", MARK]];
  return EXTERNAL_ID in fields ? ["|", [EXTERNAL_ID, "!=", false], ...marked] : marked;
}

/** Before version 16 the field had another name. */
const lostReasonField = (fields: LeadFields): string => ("lost_reason_id" in fields ? "lost_reason_id" : "lost_reason");

export function readFields(fields: LeadFields): string[] {
  const always = "name description stage_id user_id active probability create_date write_date".split(" ");
  return [...always, lostReasonField(fields), ...(EXTERNAL_ID in fields ? [EXTERNAL_ID] : [])];
}

/** The arguments of `action_set_lost`. */
export const lostValues = (fields: LeadFields, reasonId: number) => ({ [lostReasonField(fields)]: reasonId });

export interface LeadRow {
  cursor: CrmCursor;
  /** None where it bears no id of ours, several where people merged leads. */
  leads: CrmLead[];
  /** Whether nothing was changed since it was made. */
  untouched: boolean;
}

export function rowsFrom(said: unknown, fields: LeadFields): LeadRow[] {
  const rows = z.array(Row).safeParse(said);
  if (!rows.success) throw notUnderstood(`crm.lead: ${rows.error.message}`);
  return rows.data.map((row) => {
    const cursor = { id: String(row.id), at: readDate(row.write_date) };
    const leads = idsIn(row).map((externalId) => leadFrom(row, externalId, cursor, fields));
    return { cursor, leads, untouched: row.create_date === row.write_date };
  });
}

function idsIn(row: Row): string[] {
  const marked = [...(row.description || "").matchAll(MARKED)].map((match) => match[1] ?? "");
  return [...new Set([row[EXTERNAL_ID] || "", ...marked])].filter((id) => id !== "");
}

function leadFrom(row: Row, externalId: string, { id, at }: CrmCursor, fields: LeadFields): CrmLead {
  const reason = Many2One.safeParse(row[lostReasonField(fields)]).data;
  const outcome = !row.active ? "lost" : row.probability >= 100 ? "won" : "open";
  return {
    id,
    externalId,
    title: row.name,
    stage: labelFrom(row.stage_id),
    owner: labelFrom(row.user_id),
    outcome,
    lostReason: outcome === "lost" && reason ? reason[1] : null,
    changedAt: at,
  };
}

const labelFrom = (value: z.infer<typeof Many2One>) => (value ? { id: String(value[0]), name: value[1] } : null);

/** Odoo's dates are UTC without saying so, in whole seconds. */
const readDate = (text: string): Date => new Date(`${text.replace(" ", "T")}Z`);
export const writeDate = (date: Date): string => date.toISOString().slice(0, 19).replace("T", " ");

export async function draftValues(draft: LeadDraft, fields: LeadFields, labels: Labels) {
  const { externalId, description, source, medium, campaign, tags, ...rest } = draft;
  const tagIds = await Promise.all(tags.map((tag) => labels.idOf("tag", tag)));
  return {
    ...(await changeValues({ ...rest }, fields, labels)),
    // A lead of Odoo's type "lead" has no place in the pipeline, where the stages are.
    type: "opportunity",
    description: `${description}<p>${MARK}${externalId}</p>`,
    source_id: await labels.idOf("source", source),
    medium_id: await labels.idOf("medium", medium),
    campaign_id: await labels.idOf("campaign", campaign),
    tag_ids: [[6, 0, tagIds]],
    ...(EXTERNAL_ID in fields && { [EXTERNAL_ID]: externalId }),
  };
}

export async function changeValues(change: LeadChange, fields: LeadFields, labels: Labels) {
  const { title, expectedRevenueCents: cents, priority, stage, ownerId, tags, facts } = change;
  const texts = {
    contact_name: change.contactName,
    partner_name: change.company,
    email_from: change.email,
    phone: change.phone,
  };
  const given = Object.entries(texts).filter(([, text]) => text !== undefined);
  return {
    ...Object.fromEntries(given.map(([name, text]) => [name, text ?? false])),
    ...(title !== undefined && { name: title }),
    ...(cents !== undefined && cents !== null && { expected_revenue: cents / 100 }),
    ...(priority !== undefined && { priority: String(priority) }),
    ...(stage !== undefined && { stage_id: await labels.idOf("stage", stage) }),
    // Left out, Odoo would give a new lead to the user behind the key.
    ...(ownerId !== undefined && { user_id: ownerId === null ? false : Number(ownerId) }),
    ...(tags && { tag_ids: await tagCommands(tags, labels) }),
    ...(facts && factValues(facts, fields)),
  };
}

/** Commands that add and take away single tags: https://www.odoo.com/documentation/19.0/developer/reference/backend/orm.html#odoo.fields.Command */
async function tagCommands(tags: NonNullable<LeadChange["tags"]>, labels: Labels): Promise<number[][]> {
  const added = await Promise.all(tags.add.map(async (name) => [4, await labels.idOf("tag", name)]));
  const gone = await Promise.all(tags.remove.map((name) => labels.find("tag", name)));
  return [...gone.filter((id) => id !== null).map((id) => [3, id]), ...added];
}
