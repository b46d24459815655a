// Search domains of a simulated Odoo: prefix notation of &, | and !, and the operators that are in use.
// https://www.odoo.com/documentation/19.0/developer/reference/backend/orm.html#search-domains
import { valueError } from "./simulator-exceptions.ts";
import type { ModelDef } from "./simulator-models.ts";

export type Row = Record<string, unknown> & { id: number };
type Test = (row: Row) => boolean;

export interface DomainContext {
  model: string;
  def: ModelDef;
  /** The name of what a many2one refers to. */
  nameOf(relation: string, id: unknown): string;
}

/** @throws ValueError where it isn't a domain, or names fields that the model doesn't have */
export function compileDomain(domain: unknown, context: DomainContext): Test {
  if (!Array.isArray(domain)) throw valueError(`Domain() invalid item in domain: ${JSON.stringify(domain)}`);
  const items = [...domain];
  const tests: Test[] = [];
  while (items.length > 0) tests.push(next(items, context));
  return (row) => tests.every((test) => test(row));
}

/** Whether a domain speaks of a field. */
export const mentions = (domain: unknown, field: string): boolean =>
  Array.isArray(domain) && domain.some((item) => Array.isArray(item) && item[0] === field);

function next(items: unknown[], context: DomainContext): Test {
  const item = items.shift();
  if (item === "!") {
    const inner = next(items, context);
    return (row) => !inner(row);
  }
  if (item === "&" || item === "|") {
    const [left, right] = [next(items, context), next(items, context)];
    return item === "&" ? (row) => left(row) && right(row) : (row) => left(row) || right(row);
  }
  if (!Array.isArray(item) || item.length !== 3 || typeof item[0] !== "string" || typeof item[1] !== "string")
    throw valueError(`Domain() invalid item in domain: ${JSON.stringify(item ?? null)}`);
  return leaf([item[0], item[1], item[2]], context);
}

function leaf([name, operator, value]: [string, string, unknown], { model, def, nameOf }: DomainContext): Test {
  const field = def.fields[name];
  if (!field) throw valueError(`Invalid field ${model}.${name} in condition ('${name}', '${operator}', ${value})`);
  const byName = field.type === "many2one" && typeof value === "string";
  const of = (row: Row): unknown => {
    const held = row[name];
    if (held === undefined || held === null) return false;
    return byName && held !== false ? nameOf(field.relation ?? "", held) : held;
  };
  const pattern = () => new RegExp(likePattern(String(value)), "su");
  const anyCase = () => new RegExp(likePattern(String(value)), "isu");
  const list = (): unknown[] => {
    if (!Array.isArray(value)) throw valueError(`The domain term ('${name}', '${operator}') needs a list`);
    return value;
  };
  switch (operator) {
    case "=":
      return (row) => same(of(row), value);
    case "!=":
      return (row) => !same(of(row), value);
    case "in": {
      const values = list();
      return (row) => values.some((one) => same(of(row), one));
    }
    case "not in": {
      const values = list();
      return (row) => !values.some((one) => same(of(row), one));
    }
    case "like": {
      const test = pattern();
      return (row) => typeof of(row) === "string" && test.test(String(of(row)));
    }
    case "ilike": {
      const test = anyCase();
      return (row) => typeof of(row) === "string" && test.test(String(of(row)));
    }
    case "<":
      return (row) => order(of(row), value) < 0;
    case ">":
      return (row) => order(of(row), value) > 0;
    case "<=":
      return (row) => order(of(row), value) <= 0;
    case ">=":
      return (row) => order(of(row), value) >= 0;
    default:
      throw valueError(`Invalid operator '${operator}' in ('${name}', '${operator}', ${value})`);
  }
}

/** A list holds what is in it; dates compare by the fractions of a second that they are kept with. */
function same(held: unknown, value: unknown): boolean {
  if (Array.isArray(held)) return value === false ? held.length === 0 : held.includes(value);
  return held === value || (held === "" && value === false);
}

/** NaN, and so no order, where one of them is nothing. */
function order(held: unknown, value: unknown): number {
  if (typeof held === "number" && typeof value === "number") return held - value;
  if (typeof held === "string" && typeof value === "string") return held < value ? -1 : Number(held > value);
  return Number.NaN;
}

function likePattern(text: string): string {
  return [...text]
    .map((sign) => (sign === "%" ? ".*" : sign === "_" ? "." : sign.replace(/[.*+?^${}()|[\]\\/]/, "\\$&")))
    .join("");
}
