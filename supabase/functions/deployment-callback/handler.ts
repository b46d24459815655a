// Where the deployment provider tells how deployments go: verified, stored once, acknowledged. What it causes happens
// later, in the worker.
import { DELIVERIES } from "#app/domain/provisioning/deployment-reports.ts";
import { receiveDelivery } from "#app/domain/webhooks/inbox.ts";
import { AppError, problem } from "#app/platform/errors.ts";
import { readBytes } from "#app/platform/json-body.ts";
import type { DeploymentCallbackServices } from "#app/wiring.ts";

/** A status with its reason: some hundred bytes. */
const MAX_BYTES = 64 * 1024;
const HEADERS = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

type Services = Pick<DeploymentCallbackServices, "db" | "log" | "verify">;

/** Makes the handler. Answers 2xx when the notice is stored, or was; anything else makes the provider send it again. */
export function deploymentCallbackHandler(services: Services): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      await take(services, request);
      return Response.json({ received: true }, { headers: HEADERS });
    } catch (error) {
      if (!(error instanceof AppError)) services.log.error("deployment_callback.failed", { error });
      else if (error.code !== "method_not_allowed")
        services.log.warn("deployment_callback.refused", { code: error.reason ?? error.code });
      const response = problem(error);
      for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value);
      if (request.method !== "POST") response.headers.set("allow", "POST");
      return response;
    }
  };
}

async function take({ db, verify }: Services, request: Request): Promise<void> {
  if (request.method !== "POST") throw new AppError("method_not_allowed", "This address takes POST.");
  if (!verify) throw new AppError("unavailable", "Callbacks of deployments aren't set up here.", { retryAfter: 60 });
  const { messageId, ...notice } = await verify(await readBytes(request, MAX_BYTES), request.headers);
  await receiveDelivery(db, DELIVERIES, messageId, notice);
}
