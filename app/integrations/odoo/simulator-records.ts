// The records of a simulated Odoo: created, written, read, searched and deleted as its ORM does it.
import { z } from "zod";
import { compileDomain, mentions, type Row } from "./simulator-domain.ts";
import { missing, validationError, valueError } from "./simulator-exceptions.ts";
import type { ModelDef } from "./simulator-models.ts";
import { checkRequired, initial, kept, type ValueContext } from "./simulator-values.ts";

export const OdooState = z.record(
  z.string(),
  z.object({ next: z.number(), rows: z.array(z.looseObject({ id: z.number() })) }),
);
export type OdooState = z.infer<typeof OdooState>;

export interface RecordsOptions {
  /** They may change while it runs. */
  models(): Record<string, ModelDef>;
  state: { value: OdooState; save(): void };
  /** Milliseconds. */
  now(): number;
}
export type Values = Record<string, unknown>;
export type Records = ReturnType<typeof createRecords>;

const SECONDS = 19;

export function createRecords({ models, state, now }: RecordsOptions) {
  const table = (model: string) => {
    state.value[model] ??= { next: 1, rows: [] };
    return state.value[model];
  };
  const defOf = (model: string): ModelDef => {
    const def = models()[model];
    if (!def) throw new Error(`no model ${model}`);
    return def;
  };
  const rowOf = (model: string, id: number): Row => {
    const row = table(model).rows.find((one) => one.id === id);
    if (!row) throw missing(model, id);
    return row;
  };
  const nameOf = (model: string, id: unknown): string =>
    String(table(model).rows.find((row) => row.id === id)?.name ?? "");
  const contextOf = (model: string): ValueContext => ({
    model,
    def: defOf(model),
    exists: (relation, id) => table(relation).rows.some((row) => row.id === id),
  });
  /** As Postgres keeps it: with fractions that nobody is shown. */
  const stamp = (): string => new Date(now()).toISOString().replace("T", " ").replace("Z", "");

  function checkUnique(model: string, row: Row): void {
    const { unique } = defOf(model);
    if (!unique) return;
    const twin = table(model).rows.some((other) => other.id !== row.id && other[unique.field] === row[unique.field]);
    if (twin) throw validationError(`The operation cannot be completed: ${unique.message}`);
  }

  function create(model: string, values: Values, uid: number): number {
    const def = defOf(model);
    const context = contextOf(model);
    const { next } = table(model);
    const row: Row = { id: next };
    for (const [name, field] of Object.entries(def.fields)) if (!field.readonly) row[name] = initial(field);
    for (const [name, value] of Object.entries(values)) row[name] = kept(name, value, row[name], context);
    checkRequired(row, context);
    checkUnique(model, row);
    Object.assign(row, { create_date: stamp(), write_date: stamp(), write_uid: uid });
    table(model).rows.push(row);
    table(model).next = next + 1;
    state.save();
    return row.id;
  }

  /** All or nothing, as in Odoo's transaction. */
  function write(model: string, ids: readonly number[], values: Values, uid: number): void {
    const context = contextOf(model);
    const changed = ids.map((id) => {
      const row = { ...rowOf(model, id) };
      for (const [name, value] of Object.entries(values)) row[name] = kept(name, value, row[name], context);
      checkRequired(row, context);
      checkUnique(model, row);
      return { ...row, write_date: stamp(), write_uid: uid };
    });
    for (const row of changed) Object.assign(rowOf(model, row.id), row);
    state.save();
  }

  function unlink(model: string, ids: readonly number[]): void {
    for (const id of ids) rowOf(model, id);
    table(model).rows = table(model).rows.filter(({ id }) => !ids.includes(id));
    state.save();
  }

  function shown(model: string, row: Row, fields: readonly string[] | null): Values {
    const def = defOf(model);
    const names = fields && fields.length > 0 ? fields : Object.keys(def.fields);
    const entries = ["id", ...names].map((name) => {
      const field = def.fields[name];
      if (!field) throw valueError(`Invalid field '${name}' on model '${model}'`);
      const value = name === "display_name" ? nameOf(model, row.id) : (row[name] ?? false);
      if (field.type === "many2one" && typeof value === "number")
        return [name, [value, nameOf(field.relation ?? "", value)]];
      return [name, field.type === "datetime" && typeof value === "string" ? value.slice(0, SECONDS) : value];
    });
    return Object.fromEntries(entries);
  }

  interface Search {
    domain: unknown;
    order?: string;
    offset?: number;
    limit?: number;
    activeTest: boolean;
  }
  function search(model: string, { domain, order, offset = 0, limit, activeTest }: Search): Row[] {
    const def = defOf(model);
    const test = compileDomain(domain, { model, def, nameOf });
    const hidesArchived = activeTest && "active" in def.fields && !mentions(domain, "active");
    const found = table(model).rows.filter((row) => test(row) && !(hidesArchived && row.active === false));
    const sorted = found.toSorted(comparison(model, def, order || def.order));
    return sorted.slice(offset, limit ? offset + limit : undefined);
  }

  return {
    defOf,
    create,
    write,
    unlink,
    search,
    shown,
    row: rowOf,
    /** Copies of all rows of a model. */
    all: (model: string): Row[] => structuredClone(table(model).rows),
  };
}

function comparison(model: string, def: ModelDef, order: string): (a: Row, b: Row) => number {
  const keys = order.split(",").map((part) => {
    const [name = "", direction = "asc"] = part.trim().split(/\s+/);
    if (!def.fields[name]) throw valueError(`Invalid field '${name}' on model '${model}'`);
    return { name, sign: direction.toLowerCase() === "desc" ? -1 : 1 };
  });
  return (a, b) => {
    for (const { name, sign } of keys) {
      const [left, right] = [a[name], b[name]];
      if (left === right) continue;
      if (typeof left === "number" && typeof right === "number") return sign * (left - right);
      return sign * (String(left) < String(right) ? -1 : 1);
    }
    return 0;
  };
}
