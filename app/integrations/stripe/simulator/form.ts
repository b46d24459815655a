// Owns the form encoding of Stripe's requests: keys with nested brackets, lists by index or by empty brackets.
// https://docs.stripe.com/api

export interface FormObject {
  [key: string]: FormValue;
}
export type FormValue = string | FormValue[] | FormObject;

const MAX_PAIRS = 5000;
const MAX_DEPTH = 10;

/** Later values win; objects whose keys are all whole numbers become lists. Throws RangeError when it is too deep or long. */
export function parseForm(text: string): FormObject {
  const root: FormObject = Object.create(null);
  let pairs = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    if (++pairs > MAX_PAIRS) throw new RangeError("Too many parameters.");
    put(root, keysOf(name), value);
  }
  return settle(root) as FormObject;
}

function keysOf(name: string): string[] {
  const open = name.indexOf("[");
  if (open <= 0) return [name];
  const inner = [...name.slice(open).matchAll(/\[([^\]]*)\]/g)].map((match) => match[1] ?? "");
  if (inner.length >= MAX_DEPTH) throw new RangeError("Parameters are nested too deeply.");
  return [name.slice(0, open), ...inner];
}

function put(root: FormObject, keys: string[], value: string): void {
  let at = root;
  for (const [index, key] of keys.entries()) {
    const name = key === "" ? String(Object.keys(at).length) : key;
    if (index === keys.length - 1) {
      at[name] = value;
      return;
    }
    const next = at[name];
    const inside: FormObject =
      next !== undefined && typeof next !== "string" && !Array.isArray(next) ? next : newObject();
    at[name] = inside;
    at = inside;
  }
}

/** Without a prototype, so that no key can reach one. */
const newObject = (): FormObject => Object.create(null);

function settle(value: FormValue, nested = false): FormValue {
  if (typeof value === "string" || Array.isArray(value)) return value;
  const keys = Object.keys(value);
  const settled = keys.map((key) => [key, settle(value[key] ?? "", true)] as const);
  if (nested && keys.length > 0 && keys.every((key) => /^\d+$/.test(key)))
    return settled.toSorted((a, b) => Number(a[0]) - Number(b[0])).map(([, inside]) => inside);
  const result = newObject();
  for (const [key, inside] of settled) result[key] = inside;
  return result;
}
