// Owns reading of parameters: every reader checks the form and answers with Stripe's errors.
import { decimal } from "./amounts.ts";
import { invalid, missing } from "./errors.ts";
import type { FormObject, FormValue } from "./form.ts";

export type Params = FormObject;

/** Absent and empty are both undefined: see `given` for the difference. */
export function text(params: Params, key: string): string | undefined {
  const value = params[key];
  if (value === undefined || value === "") return undefined;
  if (typeof value !== "string") throw invalid("Invalid string.", key);
  if (value.length > 5000) throw invalid("Invalid string: must be at most 5000 characters", key);
  return value;
}

/** Whether the parameter was sent at all; an empty one asks to unset. */
export const given = (params: Params, key: string): boolean => params[key] !== undefined;

export function need(params: Params, key: string): string {
  const value = text(params, key);
  if (value === undefined) throw missing(key);
  return value;
}

export function integer(params: Params, key: string): number | undefined {
  const value = text(params, key);
  if (value === undefined) return undefined;
  if (!/^-?\d{1,15}$/.test(value)) throw invalid(`Invalid integer: ${value}`, key, "parameter_invalid_integer");
  return Number(value);
}

export function needInteger(params: Params, key: string): number {
  const value = integer(params, key);
  if (value === undefined) throw missing(key);
  return value;
}

export function amount(params: Params, key: string): number | undefined {
  const value = integer(params, key);
  if (value !== undefined && value < 0) throw invalid("This value must be greater than or equal to 0.", key);
  return value;
}

export function decimalParam(params: Params, key: string): string | undefined {
  const value = text(params, key);
  if (value !== undefined && decimal(value) === null)
    throw invalid(`Invalid decimal: ${value}; must contain at most twelve decimal places.`, key);
  return value;
}

export function flag(params: Params, key: string): boolean | undefined {
  const value = text(params, key);
  if (value === undefined) return undefined;
  if (value !== "true" && value !== "false") throw invalid(`Invalid boolean: ${value}`, key);
  return value === "true";
}

export function choice<const T extends string>(params: Params, key: string, allowed: readonly T[]): T | undefined {
  const value = text(params, key);
  if (value === undefined) return undefined;
  const found = allowed.find((one) => one === value);
  if (!found) throw invalid(`Invalid ${key}: must be one of ${allowed.join(", ")}`, key);
  return found;
}

export function child(params: Params, key: string): Params | undefined {
  const value = params[key];
  if (value === undefined || value === "") return undefined;
  return asObject(value, key);
}

export function children(params: Params, key: string): Params[] | undefined {
  const value = params[key];
  if (value === undefined) return undefined;
  if (value === "") return [];
  if (!Array.isArray(value)) throw invalid("Invalid array", key);
  return value.map((one, index) => asObject(one, `${key}[${index}]`));
}

export function texts(params: Params, key: string): string[] | undefined {
  const value = params[key];
  if (value === undefined) return undefined;
  if (value === "") return [];
  if (!Array.isArray(value) || value.some((one) => typeof one !== "string")) throw invalid("Invalid array", key);
  return value.map(String);
}

/** Merges into what was there; an empty value takes its key away, an empty parameter takes them all. */
export function metadata(params: Params, before: Record<string, string> = {}): Record<string, string> {
  const value = params.metadata;
  if (value === undefined) return before;
  if (value === "") return {};
  const merged = { ...before };
  for (const [key, one] of Object.entries(asObject(value, "metadata"))) {
    if (typeof one !== "string" || one.length > 500 || key.length > 40)
      throw invalid(
        "Metadata values must be strings of at most 500 characters, keys of at most 40.",
        `metadata[${key}]`,
      );
    if (one === "") delete merged[key];
    else merged[key] = one;
  }
  return merged;
}

function asObject(value: FormValue, key: string): Params {
  if (typeof value === "string" || Array.isArray(value)) throw invalid("Invalid object", key);
  return value;
}

/** Refuses what an endpoint does not know. @param accepted names, separated by blanks */
export function onlyKnown(params: Params, accepted: string): void {
  const known = new Set([...accepted.split(" "), "expand"]);
  const unknown = Object.keys(params).find((key) => !known.has(key));
  if (unknown !== undefined) throw invalid(`Received unknown parameter: ${unknown}`, unknown, "parameter_unknown");
}
