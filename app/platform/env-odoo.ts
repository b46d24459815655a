// The part of the configuration that names the operator's Odoo. env.ts reads the environment.
import { z } from "zod";

const port = z.coerce.number().int().min(1).max(65_535);
const url = z.string().url();

/** Its keys. */
export const OdooSource = {
  ODOO_URL: url.optional(),
  ODOO_DB: z.string().optional(),
  ODOO_LOGIN: z.string().optional(),
  ODOO_API_KEY: z.string().optional(),
  ODOO_PROTOCOL: z.enum(["json2", "jsonrpc"]).default("json2"),
  ODOO_PORT: port.optional(),
};
const Shape = z.object(OdooSource);

/** The operator's Odoo: by JSON-2 from version 19 on, else by JSON-RPC. */
export type OdooSettings = { url: string; apiKey: string } & (
  | { protocol: "json2"; database: string | null }
  | { protocol: "jsonrpc"; database: string; login: string }
);

/** Null: there is none. @throws Error naming the key that is missing */
export function odooSettings(env: z.infer<typeof Shape>): OdooSettings | null {
  const { ODOO_URL: address, ODOO_API_KEY: apiKey, ODOO_DB: database, ODOO_LOGIN: login } = env;
  if (!address && !apiKey) return null;
  const lacks = (key: string): never => {
    throw new Error(`The configuration is not valid:\n  ${key} is missing for Odoo by ${env.ODOO_PROTOCOL}.`);
  };
  const base = { url: address ?? lacks("ODOO_URL"), apiKey: apiKey ?? lacks("ODOO_API_KEY") };
  if (env.ODOO_PROTOCOL === "json2") return { ...base, protocol: "json2", database: database ?? null };
  return {
    ...base,
    protocol: "jsonrpc",
    database: database ?? lacks("ODOO_DB"),
    login: login ?? lacks("ODOO_LOGIN"),
  };
}
