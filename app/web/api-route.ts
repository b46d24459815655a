// Routes for programs: whatever happens, the answer is JSON or a problem (RFC 9457), with the request's id.
import type { ActionFunctionArgs, LoaderFunctionArgs } from "@remix-run/node";
import { AppError, problem } from "#app/platform/errors.ts";
import type { WebServices } from "#app/wiring.ts";
import "./context.ts";

export interface ApiContext {
  request: Request;
  services: WebServices;
  clientIp: string;
}

/** A resource route's loader or action that answers for itself. */
export function apiRoute(fn: (context: ApiContext) => Promise<Response>) {
  return async ({ request, context }: ActionFunctionArgs | LoaderFunctionArgs): Promise<Response> => {
    let response: Response;
    try {
      response = await fn({ request, services: context.services, clientIp: context.clientIp });
    } catch (error) {
      if (!(error instanceof AppError))
        context.services.log.error("api.failed", { request_id: context.requestId, error });
      response = problem(error, new URL(request.url).pathname);
    }
    response.headers.set("x-request-id", context.requestId);
    return response;
  };
}
