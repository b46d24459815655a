// Odoo behind the port of CRMs, by JSON-2 or JSON-RPC: one lead a registration, with its stage, owner, notes, activities.
import { z } from "zod";
import type { CrmActivity, CrmLead, CrmProvider, LeadDraft } from "#app/domain/crm/ports.ts";
import { AppError } from "#app/platform/errors.ts";
import { createChanges } from "./changes.ts";
import { createJson2 } from "./json2.ts";
import { createJsonRpc } from "./jsonrpc.ts";
import { createdId, createLabels, type Labels } from "./labels.ts";
import { createLeadFields, type LeadFieldsCache, missingFields } from "./lead-fields.ts";
import { changeValues, domainOf, draftValues, lostValues, readFields, rowsFrom } from "./lead-rows.ts";
import { notUnderstood, type OdooConfig, type OdooTransport } from "./transport.ts";

export type OdooCrmConfig = OdooConfig & {
  /** Milliseconds. */
  now?: () => number;
} & ({ protocol: "json2" } | { protocol: "jsonrpc"; database: string; login: string });

/** Looks and creations, until it is settled that a lead is there. */
const CREATE_ROUNDS = 3;
const Users = z.array(z.object({ id: z.number(), name: z.string(), email: z.union([z.literal(false), z.string()]) }));
const Stages = z.array(z.object({ id: z.number(), name: z.string(), is_won: z.boolean() }));
const Found = z.array(z.object({ id: z.number() }));

interface Parts {
  odoo: OdooTransport;
  fields: LeadFieldsCache;
  labels: Labels;
}

/** Connects the port. Nothing is called before the first use. */
export function createOdooCrm(config: OdooCrmConfig): CrmProvider {
  const odoo = config.protocol === "json2" ? createJson2(config) : createJsonRpc(config);
  const fields = createLeadFields(odoo, config.now ?? Date.now);
  const parts = { odoo, fields, labels: createLabels(odoo) };
  return {
    name: "Odoo",
    // As in the mails that Odoo sends: the one address of a record that holds in every version.
    leadUrl: `${new URL(config.url).origin}/mail/view?model=crm.lead&res_id={id}`,
    async check() {
      fields.forget();
      const [version, known] = [await odoo.version(), await fields.get()];
      return { version, missingFacts: missingFields(known) };
    },
    ...leadsOf(parts),
    ...listsOf(parts),
    ...timelineOf(odoo),
    changes: createChanges(odoo, fields),
  };
}

function leadsOf({ odoo, fields, labels }: Parts) {
  /** Leads with this id, the oldest first. */
  async function search(externalId: string): Promise<{ lead: CrmLead; untouched: boolean }[]> {
    const known = await fields.get();
    const args = { domain: domainOf(externalId, known), fields: readFields(known), order: "id" };
    const said = await odoo.call({ model: "crm.lead", method: "search_read", args, repeatable: true });
    return rowsFrom(said, known).flatMap(({ leads, untouched }) => {
      const lead = leads.find((one) => one.externalId === externalId);
      return lead ? [{ lead, untouched }] : [];
    });
  }

  /** What we know of Odoo's fields and lists may be outdated: where Odoo refuses, we learn it anew, once. */
  async function learning<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== "conflict") throw error;
      fields.forget();
      labels.forget();
      return work();
    }
  }

  /** A double that came by a late or simultaneous attempt. Who may not delete archives it without our id. */
  async function remove(id: number): Promise<void> {
    try {
      await odoo.call({ model: "crm.lead", method: "unlink", ids: [id], repeatable: true });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (error.code === "not_found") return;
      if (error.reason !== "provider_access_refused") throw error;
      const own = missingFields(await fields.get()).includes("x_external_id") ? {} : { x_external_id: false };
      const vals = { active: false, description: "<p>Double of another lead.</p>", ...own };
      await odoo.call({ model: "crm.lead", method: "write", ids: [id], args: { vals }, repeatable: true });
    }
  }

  async function createLead(draft: LeadDraft): Promise<CrmLead> {
    let failure: AppError | null = null;
    for (let round = 0; ; round += 1) {
      const [kept, ...extra] = await search(draft.externalId);
      // What people already work on is theirs to merge.
      for (const { lead, untouched } of extra) if (untouched) await remove(Number(lead.id));
      if (kept) return kept.lead;
      if (failure && (failure.reason === "provider_slow" || round >= CREATE_ROUNDS)) throw failure;
      if (round >= CREATE_ROUNDS) throw notUnderstood("a lead that isn't found again");
      failure = await learning(async () => {
        const vals_list = await draftValues(draft, await fields.get(), labels);
        await odoo
          .call({ model: "crm.lead", method: "create", args: { vals_list }, repeatable: false })
          .then(createdId);
        return null;
      }).catch(openOutcome);
    }
  }

  const act = (method: string, id: string, args: Record<string, unknown> = {}) =>
    odoo.call({ model: "crm.lead", method, ids: [Number(id)], args, repeatable: true });

  return {
    findLead: async (externalId: string) => (await search(externalId))[0]?.lead ?? null,
    createLead,
    async updateLead(id, change) {
      await learning(async () => {
        const vals = await changeValues(change, await fields.get(), labels);
        if (Object.keys(vals).length > 0) await act("write", id, { vals });
      });
    },
    async markWon(id) {
      await act("action_set_won", id);
    },
    async markLost(id, reason) {
      await learning(async () => {
        const reasonId = await labels.idOf("lostReason", reason);
        await act("action_set_lost", id, lostValues(await fields.get(), reasonId));
      });
    },
    async reopenLead(id) {
      await act("action_unarchive", id);
    },
  } satisfies Partial<CrmProvider>;
}

/** The call was cut off: the lead may be there. */
function openOutcome(error: unknown): AppError {
  if (error instanceof AppError && error.code === "unavailable") return error;
  throw error;
}

function listsOf({ odoo, labels }: Parts) {
  async function rows<S extends z.ZodType>(schema: S, model: string, args: Record<string, unknown>) {
    const said = schema.safeParse(await odoo.call({ model, method: "search_read", args, repeatable: true }));
    if (!said.success) throw notUnderstood(model);
    return said.data;
  }
  return {
    async stages() {
      const args = { domain: [], fields: ["name", "is_won"], order: "sequence, id" };
      const found = await rows(Stages, "crm.stage", args);
      return found.map(({ id, name, is_won }) => ({ id: String(id), name, won: is_won }));
    },
    async ensureStages(names) {
      labels.forget();
      for (const [at, name] of names.entries())
        await labels.idOf("stage", name, { sequence: at + 1, is_won: at === names.length - 1 });
    },
    async users() {
      const domain = [
        ["share", "=", false],
        ["active", "=", true],
      ];
      const found = await rows(Users, "res.users", { domain, fields: ["name", "email"], order: "name, id" });
      return found.map(({ id, name, email }) => ({ id: String(id), name, email: email || null }));
    },
  } satisfies Partial<CrmProvider>;
}

const ACTIVITY_TYPES: Record<CrmActivity["kind"], string> = {
  todo: "mail.mail_activity_data_todo",
  call: "mail.mail_activity_data_call",
  email: "mail.mail_activity_data_email",
  meeting: "mail.mail_activity_data_meeting",
};
/** From this version on a note's text is taken as plain unless it is said to be HTML. */
const PLAIN_BODIES_SINCE = 17;

function timelineOf(odoo: OdooTransport) {
  let version: number | null = null;
  async function exists(model: string, domain: unknown[]): Promise<boolean> {
    const args = { domain, fields: ["id"], limit: 1 };
    const said = Found.safeParse(await odoo.call({ model, method: "search_read", args, repeatable: true }));
    if (!said.success) throw notUnderstood(model);
    return said.data.length > 0;
  }
  return {
    async postNote(id, { key, html }) {
      const messageId = `<${key}@foyer>`;
      if (await exists("mail.message", [["message_id", "=", messageId]])) return;
      version ??= await odoo.version();
      const args = {
        body: html,
        ...(version >= PLAIN_BODIES_SINCE && { body_is_html: true }),
        message_type: "comment",
        subtype_xmlid: "mail.mt_note",
        message_id: messageId,
      };
      await odoo.call({ model: "crm.lead", method: "message_post", ids: [Number(id)], args, repeatable: false });
    },
    async scheduleActivity(id, { kind, summary, note, due, userId }) {
      const same = { res_model: "crm.lead", res_id: Number(id), summary, date_deadline: due };
      if (
        await exists(
          "mail.activity",
          Object.entries(same).map(([name, value]) => [name, "=", value]),
        )
      )
        return;
      const args = {
        act_type_xmlid: ACTIVITY_TYPES[kind],
        date_deadline: due,
        summary,
        note,
        ...(userId !== null && { user_id: Number(userId) }),
      };
      await odoo.call({ model: "crm.lead", method: "activity_schedule", ids: [Number(id)], args, repeatable: false });
    },
  } satisfies Partial<CrmProvider>;
}
