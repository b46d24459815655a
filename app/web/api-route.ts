// Routes for programs: whatever happens, the answer is JSON or a problem (RFC 9457), with the request's id.
import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { AppError, problem } from "#app/platform/errors.ts";
import type { WebServices } from "#app/wiring.ts";
import "./context.ts";

export interface ApiContext {
  request: Request;
  params: Record<string, string | undefined>;
  services: WebServices;
  clientIp: string;
  requestId: string;
  /** Of the answer, whatever becomes of the request. */
  headers: Headers;
}

/** A resource route's loader or action that answers for itself. */
export function apiRoute(fn: (context: ApiContext) => Promise<Response>) {
  return async ({ request, params, context }: ActionFunctionArgs | LoaderFunctionArgs): Promise<Response> => {
    const headers = new Headers();
    const { services, clientIp, requestId } = context;
    let response: Response;
    try {
      response = await fn({ request, params, services, clientIp, requestId, headers });
    } catch (error) {
      if (!(error instanceof AppError)) services.log.error("api.failed", { request_id: requestId, error });
      response = problem(withWholeLinks(error, services.env.appUrl), new URL(request.url).pathname);
      if (response.status === 401) response.headers.set("www-authenticate", 'Bearer realm="Foyer API"');
    }
    for (const [name, value] of headers) response.headers.set(name, value);
    response.headers.set("x-request-id", requestId);
    return response;
  };
}

/** Links in a refusal as whole addresses: a program has no page on which they would be relative. */
function withWholeLinks(error: unknown, appUrl: string): unknown {
  if (!(error instanceof AppError) || !error.help) return error;
  const help = Object.entries(error.help).map(([name, value]) => {
    const isPath = name.endsWith("_url") && typeof value === "string" && value.startsWith("/");
    return [name, isPath ? appUrl + value : value];
  });
  const { code, message, cause, fields, retryAfter, reason } = error;
  const rest = {
    cause,
    ...(fields && { fields }),
    ...(retryAfter !== undefined && { retryAfter }),
    ...(reason && { reason }),
  };
  return new AppError(code, message, { ...rest, help: Object.fromEntries(help) });
}
