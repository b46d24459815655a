// Where the deployment provider tells how deployments go: verified, stored once, acknowledged. What it causes happens
// later, in the worker.
import { DELIVERIES } from "#app/domain/provisioning/deployment-reports.ts";
import { webhookDoor } from "#app/domain/webhooks/door.ts";
import { receiveDelivery } from "#app/domain/webhooks/inbox.ts";
import type { DeploymentCallbackServices } from "#app/wiring.ts";

/** A status with its reason: some hundred bytes. */
const MAX_BYTES = 64 * 1024;

/** Makes the handler. Answers 2xx when the notice is stored, or was; anything else makes the provider send it again. */
export function deploymentCallbackHandler({
  db,
  log,
  verify,
}: Pick<DeploymentCallbackServices, "db" | "log" | "verify">): (request: Request) => Promise<Response> {
  return webhookDoor({
    name: "deployment_callback",
    log,
    maxBytes: MAX_BYTES,
    take:
      verify &&
      (async (body, headers) => {
        const { messageId, ...notice } = await verify(body, headers);
        await receiveDelivery(db, DELIVERIES, messageId, notice);
      }),
  });
}
