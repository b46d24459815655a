// What a test must know of one route, and of one form that its action takes.
import type { Ids } from "./http-world.ts";

export type Fields = Record<string, string | File>;

export interface Form {
  /** Said when something is wrong. */
  name: string;
  /** Valid values; ids are the given party's. */
  fields(ids: Ids): Fields;
}

export interface Recipe {
  /** Who may open it: anybody, whoever is signed in, members of a tenant (the default), the operator's staff alone. */
  access?: "public" | "user" | "member" | "key" | "staff";
  params?(ids: Ids): Record<string, string>;
  forms?: Form[];
  /** True where the page belongs to tenants' hosts. */
  onTenantHost?: boolean;
  /** Why it may tell an id that somebody has from one that nobody has. */
  tells?: string;
  /** Asked with these search parameters as well. */
  search?(ids: Ids): Record<string, string>;
}

export const one = (name: string, fields: Fields | ((ids: Ids) => Fields)): Form => ({
  name,
  fields: typeof fields === "function" ? fields : () => fields,
});
