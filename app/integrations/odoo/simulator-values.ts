// Values of a simulated Odoo's fields: what each type takes, refuses and shows, with Odoo's own words for it.
import { validationError, valueError } from "./simulator-exceptions.ts";
import type { FieldDef, ModelDef } from "./simulator-models.ts";

export interface ValueContext {
  model: string;
  def: ModelDef;
  exists(relation: string, id: number): boolean;
}

/** A written value as it is kept. @throws ValueError, ValidationError */
export function kept(name: string, value: unknown, before: unknown, context: ValueContext): unknown {
  const field = context.def.fields[name];
  if (!field) throw valueError(`Invalid field '${name}' on model '${context.model}'`);
  if (value === false || value === null) return field.type === "boolean" ? false : empty(field);
  const wrong = () => valueError(`Wrong value for ${context.model}.${name}: ${python(value)}`);
  switch (field.type) {
    case "many2one":
      if (typeof value !== "number" || !Number.isInteger(value)) throw wrong();
      refer(name, value, field, context);
      return value;
    case "many2many":
      if (!Array.isArray(value)) throw wrong();
      return value.reduce<number[]>(
        (ids, command) => commanded(ids, command, name, field, context),
        Array.isArray(before) ? before : [],
      );
    case "selection":
      if (!field.selection?.some(([option]) => option === value)) throw wrong();
      return value;
    case "integer":
    case "float":
    case "monetary": {
      const count = typeof value === "boolean" ? Number(value) : typeof value === "number" ? value : numberIn(value);
      if (Number.isNaN(count))
        throw valueError(
          field.type === "integer"
            ? `invalid literal for int() with base 10: ${python(value)}`
            : `could not convert string to float: ${python(value)}`,
        );
      return field.type === "integer" ? Math.trunc(count) : count;
    }
    case "boolean":
      return Boolean(value);
    case "date":
    case "datetime": {
      const format = field.type === "date" ? /^\d{4}-\d\d-\d\d$/ : /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;
      if (typeof value !== "string" || !format.test(value))
        throw valueError(`time data ${python(value)} does not match format '%Y-%m-%d'`);
      return value;
    }
    case "html":
      return sanitized(String(value));
    default:
      return typeof value === "object" ? python(value) : String(value);
  }
}

/** What a field holds that holds nothing. */
function empty(field: FieldDef): unknown {
  if (field.type === "many2many") return [];
  return ["integer", "float", "monetary"].includes(field.type) ? 0 : false;
}

export const initial = (field: FieldDef): unknown => field.default ?? empty(field);

/** Of Odoo's commands those for records that exist: 3 takes out, 4 adds, 5 empties, 6 replaces. */
function commanded(ids: number[], command: unknown, name: string, field: FieldDef, context: ValueContext): number[] {
  const [code, id, list] = Array.isArray(command) ? command : [];
  const link = (one: unknown): number => {
    if (typeof one !== "number") throw valueError(`Wrong value for ${context.model}.${name}: ${python(one)}`);
    refer(name, one, field, context);
    return one;
  };
  if (code === 6 && Array.isArray(list)) return list.map(link);
  if (code === 5) return [];
  if (code === 4) return [...new Set([...ids, link(id)])];
  if (code === 3) return ids.filter((one) => one !== id);
  throw valueError(`Wrong value for ${context.model}.${name}: ${python(command)}`);
}

function refer(name: string, id: number, field: FieldDef, { model, def, exists }: ValueContext): void {
  if (exists(field.relation ?? "", id)) return;
  const words =
    "The operation cannot be completed: another model requires the record being deleted. If possible, archive it instead.";
  throw validationError(
    `${words}\n\nModel: ${def.string} (${model})\nConstraint: ${model.replaceAll(".", "_")}_${name}_fkey`,
  );
}

/** @throws ValidationError where a mandatory field is empty */
export function checkRequired(row: Record<string, unknown>, { model, def }: ValueContext): void {
  for (const [name, field] of Object.entries(def.fields)) {
    if (!field.required || (row[name] !== false && row[name] !== "")) continue;
    const words =
      "The operation cannot be completed:\n- Create/update: a mandatory field is not set.\n- Delete: another model requires the record being deleted. If possible, archive it instead.";
    throw validationError(`${words}\n\nModel: ${def.string} (${model})\nField: ${field.string} (${name})\n`);
  }
}

const numberIn = (value: unknown): number =>
  typeof value === "string" && value.trim() !== "" ? Number(value) : Number.NaN;

/** Scripts, comments, event handlers and foreign attributes don't outlive Odoo's cleaning. */
function sanitized(html: string): string {
  return html
    .replace(/<!--[\s\S]*?-->|<script[\s\S]*?<\/script>/gi, "")
    .replace(/\s(?:on\w+|data-(?!o)[\w-]+)=(?:"[^"]*"|'[^']*')/gi, "");
}

/** As Python's repr shows it. */
function python(value: unknown): string {
  if (typeof value === "string") return `'${value}'`;
  if (typeof value === "boolean") return value ? "True" : "False";
  return JSON.stringify(value) ?? "None";
}
