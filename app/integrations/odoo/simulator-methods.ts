// The methods of a simulated Odoo's models, with the parameters that they have in Python: those of every model, and what
// leads do (stages, lost and won, notes, activities).
import type { Row } from "./simulator-domain.ts";
import { accessError, unprocessable, valueError } from "./simulator-exceptions.ts";
import type { Records, Values } from "./simulator-records.ts";

export interface MethodCall {
  model: string;
  ids: number[];
  args: Values;
  context: Values;
  uid: number;
  records: Records;
  version: number;
  /** Whether the user administers sales; who doesn't may not delete leads. */
  manager: boolean;
}
export interface Method {
  /** Names in their order, without `self`. */
  params: string[];
  /** Whether it is called on records; else on the model. */
  onRecords: boolean;
  /** Whether it takes any other named argument. */
  open?: boolean;
  run(call: MethodCall): unknown;
}

/** What a method gives back that are records of this model. */
export interface RecordSet {
  model: string;
  recordIds: number[];
}

const onModel = (params: string, run: Method["run"]): Method => ({
  params: params.split(" ").filter(Boolean),
  onRecords: false,
  run,
});
const onRecords = (params: string, run: Method["run"], open = false): Method => ({
  params: params.split(" ").filter(Boolean),
  onRecords: true,
  open,
  run,
});

const GENERAL: Record<string, Method> = {
  create: onModel("vals_list", (call) => {
    const { vals_list: given } = call.args;
    if (Array.isArray(given)) return given.map((values) => createOne(call, dictionary(values)));
    return createOne(call, dictionary(given));
  }),
  write: onRecords("vals", (call) => {
    const { model, ids, args, uid, records } = call;
    const values = dictionary(args.vals);
    if (model === "crm.lead") for (const id of ids) records.write(model, [id], leadValues(call, id, values), uid);
    else records.write(model, ids, values, uid);
    return true;
  }),
  unlink: onRecords("", ({ model, ids, records, manager }) => {
    if (model === "crm.lead" && !manager)
      throw accessError(
        "You are not allowed to delete 'Lead' (crm.lead) records.\n\nThis operation is allowed for the following groups:\n\t- Sales/Administrator",
      );
    records.unlink(model, ids);
    return true;
  }),
  read: onRecords("fields load", ({ model, ids, args, records }) =>
    ids.map((id) => records.shown(model, records.row(model, id), fieldList(args.fields))),
  ),
  search: onModel("domain offset limit order", (call) => searched(call).map(({ id }) => id)),
  search_count: onModel("domain limit", (call) => searched(call).length),
  search_read: onModel("domain fields offset limit order", (call) => {
    const { model, args, records } = call;
    return searched(call).map((row) => records.shown(model, row, fieldList(args.fields)));
  }),
  fields_get: onModel("allfields attributes", ({ model, args, records }) => {
    const { allfields, attributes } = args;
    const names = Array.isArray(allfields) && allfields.length > 0 ? allfields : null;
    const fields = Object.entries(records.defOf(model).fields).filter(([name]) => !names || names.includes(name));
    const wanted = (name: string) => !Array.isArray(attributes) || attributes.includes(name);
    const described = fields.map(([name, { default: _, ...field }]) => {
      const all = { required: false, readonly: false, ...field, name };
      return [name, Object.fromEntries(Object.entries(all).filter(([attribute]) => wanted(attribute)))];
    });
    return Object.fromEntries(described);
  }),
};

const LEAD: Record<string, Method> = {
  action_set_lost: onRecords(
    "",
    ({ model, ids, args, uid, records }) => {
      records.write(model, ids, { active: false, ...args, probability: 0 }, uid);
      return true;
    },
    true,
  ),
  action_set_won: onRecords("", ({ model, ids, uid, records }) => {
    const [won] = records.search("crm.stage", { domain: [["is_won", "=", true]], activeTest: true });
    const stage = won ? { stage_id: won.id } : {};
    records.write(model, ids, { active: true, probability: 100, ...stage }, uid);
    return true;
  }),
  action_archive: onRecords("", ({ model, ids, uid, records }) => {
    records.write(model, ids, { active: false }, uid);
    return true;
  }),
  action_unarchive: onRecords("", ({ model, ids, uid, records, version }) => {
    const reason = version >= 16 ? "lost_reason_id" : "lost_reason";
    records.write(model, ids, { active: true, probability: 10, [reason]: false }, uid);
    return true;
  }),
  message_post: onRecords("body subject message_type subtype_xmlid", postMessage, true),
  activity_schedule: onRecords("act_type_xmlid date_deadline summary note", scheduleActivity, true),
};

const ACTIVITY: Record<string, Method> = {
  action_feedback: onRecords("feedback", ({ model, ids, uid, records }) => {
    records.write(model, ids, { active: false }, uid);
    return true;
  }),
};

const OWN: Record<string, Record<string, Method>> = { "crm.lead": LEAD, "mail.activity": ACTIVITY };

export const methodOf = (model: string, name: string): Method | undefined => OWN[model]?.[name] ?? GENERAL[name];

function searched({ model, args, context, records }: MethodCall): Row[] {
  return records.search(model, {
    domain: args.domain ?? [],
    ...(typeof args.order === "string" && { order: args.order }),
    ...(typeof args.offset === "number" && { offset: args.offset }),
    ...(typeof args.limit === "number" && { limit: args.limit }),
    activeTest: context.active_test !== false,
  });
}

function createOne(call: MethodCall, values: Values): number {
  const { model, uid, records, version } = call;
  if (model === "crm.lead") {
    const [first] = records.search("crm.stage", { domain: [], activeTest: true });
    const defaults = { user_id: uid, stage_id: first?.id ?? false };
    return records.create(model, leadValues(call, null, { ...defaults, ...values }), uid);
  }
  if (!model.startsWith("utm.") || typeof values.name !== "string") return records.create(model, values, uid);
  const title = model === "utm.campaign" && version >= 16 ? { title: values.title ?? values.name } : {};
  return records.create(model, { ...values, ...title, name: freeName(call, values.name) }, uid);
}

/** Since 16 a name that is taken gets a number. */
function freeName({ model, records, version }: MethodCall, name: string): string {
  const taken = (one: string) => records.search(model, { domain: [["name", "=", one]], activeTest: false }).length > 0;
  if (version < 16 || !taken(name)) return name;
  for (let n = 2; ; n += 1) if (!taken(`${name} [${n}]`)) return `${name} [${n}]`;
}

/** A won stage makes a lead certain, leaving it makes it uncertain again. */
function leadValues({ records }: MethodCall, id: number | null, values: Values): Values {
  if (typeof values.stage_id !== "number" || "probability" in values) return values;
  const [stage] = records.search("crm.stage", { domain: [["id", "=", values.stage_id]], activeTest: false });
  if (!stage) return values;
  if (stage.is_won) return { ...values, probability: 100 };
  return id !== null && records.row("crm.lead", id).probability === 100 ? { ...values, probability: 10 } : values;
}

const MESSAGE_VALUES = ["message_id", "email_from", "author_id", "parent_id", "subtype_id", "partner_ids", "date"];
const HTML_BODIES_SINCE = 17;

function postMessage({ model, ids, args, uid, records, version }: MethodCall): RecordSet {
  const [id, ...others] = ids;
  if (id === undefined || others.length > 0) throw valueError(`Expected singleton: ${model}(${ids})`);
  records.row(model, id);
  const { body = "", subject: _, message_type, subtype_xmlid, body_is_html, ...more } = args;
  const known = [...MESSAGE_VALUES, ...(version >= HTML_BODIES_SINCE ? ["body_is_html"] : [])];
  const foreign = Object.keys(args)
    .filter((name) => name in more || name === "body_is_html")
    .filter((name) => !known.includes(name));
  if (foreign.length > 0)
    throw valueError(`Those values are not supported when posting or notifying: ${foreign.join(", ")}`);
  const plain = version >= HTML_BODIES_SINCE && body_is_html !== true;
  const message = {
    model,
    res_id: id,
    body: plain ? escaped(String(body)) : String(body),
    message_type: message_type ?? "notification",
    subtype: subtype_xmlid ?? false,
    message_id: more.message_id ?? `<${records.all("mail.message").length}@odoo>`,
  };
  return { model: "mail.message", recordIds: [records.create("mail.message", message, uid)] };
}

function scheduleActivity({ model, ids, args, uid, records }: MethodCall): RecordSet {
  const { act_type_xmlid: type, date_deadline, summary, note, ...more } = args;
  if (type && !/^mail\.mail_activity_data_(todo|call|email|meeting)$/.test(String(type)))
    throw valueError(`External ID not found in the system: ${type}`);
  const made = ids.map((id) => {
    records.row(model, id);
    const values = { res_model: model, res_id: id, activity_type: type ?? false, date_deadline, summary, note };
    return records.create("mail.activity", { user_id: uid, ...values, ...more }, uid);
  });
  return { model: "mail.activity", recordIds: made };
}

const escaped = (text: string): string =>
  text.replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign] ?? sign);

const fieldList = (value: unknown): string[] | null => (Array.isArray(value) ? value.map(String) : null);

function dictionary(value: unknown): Values {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw unprocessable("'str' object has no attribute 'items'");
  return { ...value };
}
