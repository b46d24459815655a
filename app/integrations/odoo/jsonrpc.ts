// Odoo's JSON-RPC protocol (before 19): a database, a user and a key in every call, failures with HTTP status 200.
// https://www.odoo.com/documentation/18.0/developer/reference/external_api.html
import { AppError } from "#app/platform/errors.ts";
import {
  type Answer,
  CONTEXT,
  createSend,
  exceptionIn,
  failureOf,
  keyRefused,
  notUnderstood,
  type OdooCall,
  type OdooConfig,
  type OdooTransport,
} from "./transport.ts";

export interface JsonRpcConfig extends OdooConfig {
  database: string;
  login: string;
}

export function createJsonRpc(config: JsonRpcConfig): OdooTransport {
  const send = createSend(config);
  const { database, login, apiKey } = config;
  let user: Promise<number> | null = null;
  let count = 0;

  function judge({ status, body }: Answer): unknown {
    if (status === 404)
      throw new AppError("internal", "There is no Odoo at the configured address.", { reason: "provider_address" });
    if (typeof body !== "object" || body === null || !("jsonrpc" in body)) throw notUnderstood(`status ${status}`);
    if (!("error" in body)) return "result" in body ? body.result : null;
    const { error } = body;
    const exception = typeof error === "object" && error && "data" in error ? exceptionIn(error.data) : null;
    throw exception ? failureOf(exception, apiKey) : notUnderstood("an error without a name");
  }

  function rpc(service: string, method: string, args: unknown[], repeatable: boolean): Promise<unknown> {
    count += 1;
    const body = { jsonrpc: "2.0", method: "call", params: { service, method, args }, id: count };
    return send({ path: "/jsonrpc", body, repeatable }, judge);
  }

  /** Signed in once; a failure isn't remembered. */
  async function userId(): Promise<number> {
    user ??= rpc("common", "authenticate", [database, login, apiKey, {}], true).then((uid) => {
      if (typeof uid !== "number") throw keyRefused();
      return uid;
    });
    try {
      return await user;
    } catch (error) {
      user = null;
      throw error;
    }
  }

  return {
    async call({ model, method, ids, args = {}, repeatable }) {
      const { positional, named } = placed(method, ids, args);
      const values = [database, await userId(), apiKey, model, method, positional, { ...named, context: CONTEXT }];
      return rpc("object", "execute_kw", values, repeatable);
    },
    async version() {
      const said = await rpc("common", "version", [], true);
      const info = typeof said === "object" && said && "server_version_info" in said ? said.server_version_info : null;
      if (!Array.isArray(info)) throw notUnderstood("no version");
      return Number.parseInt(String(info[0]).replace(/^\D+/, ""), 10);
    },
  };
}

/** Odoo looks at the first argument of `create` by its place, whatever its name. */
function placed(method: string, ids: OdooCall["ids"], args: Record<string, unknown>) {
  const { vals_list, ...named } = args;
  if (method === "create") return { positional: [vals_list], named };
  return { positional: ids ? [ids] : [], named: args };
}
