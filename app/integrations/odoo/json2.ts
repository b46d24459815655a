// Odoo's JSON-2 protocol (19 and later): named arguments, a bearer key, real HTTP statuses.
// https://www.odoo.com/documentation/19.0/developer/reference/external_api.html
import { AppError } from "#app/platform/errors.ts";
import {
  type Answer,
  CONTEXT,
  createSend,
  exceptionIn,
  failureOf,
  keyRefused,
  notUnderstood,
  type OdooConfig,
  type OdooTransport,
} from "./transport.ts";

export function createJson2(config: OdooConfig): OdooTransport {
  const send = createSend(config);
  const headers = {
    authorization: `bearer ${config.apiKey}`,
    ...(config.database !== null && { "x-odoo-database": config.database }),
  };

  function judge({ status, body }: Answer): unknown {
    if (status === 200) return body;
    const exception = exceptionIn(body);
    if (exception) throw failureOf(exception, config.apiKey);
    if (status === 401 || status === 403) throw keyRefused();
    if (status === 404)
      // A page: there is no such database, or no such protocol.
      throw new AppError("internal", "Odoo doesn't know the configured database, or is older than version 19.", {
        reason: "provider_address",
      });
    throw notUnderstood(`status ${status}`);
  }

  return {
    call: ({ model, method, ids, args, repeatable }) =>
      send(
        {
          path: `/json/2/${model}/${method}`,
          headers,
          body: { ...args, ...(ids && { ids }), context: CONTEXT },
          repeatable,
        },
        judge,
      ),
    version: () =>
      send({ method: "GET", path: "/web/version", headers, repeatable: true }, ({ body }) => {
        const said = typeof body === "object" && body && "version_info" in body ? body.version_info : null;
        if (!Array.isArray(said)) throw notUnderstood("no version");
        return Number.parseInt(String(said[0]).replace(/^\D+/, ""), 10);
      }),
  };
}
