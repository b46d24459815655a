// What a deployment provider tells unasked: verified over the raw bytes, then put in our terms. Runs at the edge.
import type { DeploymentNotice } from "#app/domain/provisioning/deployment-ports.ts";
import { AppError } from "#app/platform/errors.ts";
import { verifySigned } from "#app/platform/standard-webhooks.ts";
import { StatusMessage } from "./wire.ts";

/**
 * Verifies a status callback by any of the secrets and says what it tells. The sender's word on whose deployment it is
 * counts only as far as both ids lead to one that he was given.
 * @param body the bytes as they came
 * @param now the time of arrival
 * @throws AppError invalid (reason `signature_invalid`), unprocessable (`callback_unknown`)
 */
export async function verifyDeploymentCallback(
  body: Uint8Array,
  headers: Headers,
  secrets: readonly string[],
  now: Date,
): Promise<DeploymentNotice> {
  const messageId = await verifySigned(body, headers, secrets, now);
  const message = StatusMessage.safeParse(jsonOf(body));
  if (!message.success)
    throw new AppError("unprocessable", "This is no status of a deployment.", {
      reason: "callback_unknown",
      cause: message.error,
    });
  const { id, deployment_id, tenant_id, ...report } = message.data.data;
  return { messageId, deploymentId: deployment_id, tenantId: tenant_id, externalId: id, report };
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}
