// Deployments run by somebody else: ordered by a signed webhook, then asked for over HTTP. The protocol: wire.ts.
import type { z } from "zod";
import type { DeploymentProvider } from "#app/domain/provisioning/deployment-ports.ts";
import { AppError } from "#app/platform/errors.ts";
import { signedHeaders } from "#app/platform/standard-webhooks.ts";
import { type Answer, createProviderHttp } from "../dns/provider-http.ts";
import { LogsAnswer, SamplesAnswer, StatusAnswer, TriggerAnswer, triggerMessage } from "./wire.ts";

export interface WebhookDeploymentsConfig {
  /** Where orders go. */
  triggerUrl: string;
  /** Where `/deployments/{id}` is asked. */
  baseUrl: string;
  /** Bearer token of what is asked. */
  token: string;
  /** `whsec_…`, the newest first; several while one is replaced by another. */
  secrets: readonly string[];
  /** Of one request, in milliseconds; default 10 s. */
  timeoutMs?: number;
  pause?: (ms: number) => Promise<void>;
  now?: () => Date;
}

const NAME = "The deployment service";
const encoder = new TextEncoder();

export function createWebhookDeployments(config: WebhookDeploymentsConfig): DeploymentProvider {
  const { now = () => new Date() } = config;
  const patience = {
    ...(config.timeoutMs !== undefined && { timeoutMs: config.timeoutMs }),
    ...(config.pause && { pause: config.pause }),
  };
  const http = createProviderHttp({
    name: NAME,
    baseUrl: config.baseUrl,
    headers: { authorization: `Bearer ${config.token}` },
    ...patience,
  });

  const read = async <S extends z.ZodType>(schema: S, path: string): Promise<z.output<S>> =>
    http.read(schema, accepted(await http.send("GET", path)));

  return {
    name: "webhook",
    async trigger(order) {
      const at = now();
      const message = triggerMessage(order, at);
      // These are the bytes that are sent: a call's body is written by JSON.stringify, and by nothing else.
      const body = encoder.encode(JSON.stringify(message));
      const headers = await signedHeaders({ id: order.deploymentId, at, body }, config.secrets);
      const hook = createProviderHttp({ name: NAME, baseUrl: config.triggerUrl, headers, ...patience });
      const answer = await hook.send("POST", "", message);
      if (answer.status === 404) throw refused(answer);
      return { externalId: hook.read(TriggerAnswer, accepted(answer)).id };
    },
    status: async (id) => read(StatusAnswer, pathOf(id)),
    logs: async (id, afterLine) => read(LogsAnswer, `${pathOf(id)}/logs?after=${afterLine}`),
    async samples(id, since) {
      const query = new URLSearchParams({ since: since.toISOString() });
      return (await read(SamplesAnswer, `${pathOf(id)}/samples?${query}`)).samples;
    },
    async scale(id, replicas) {
      const answer = await http.send("POST", `${pathOf(id)}/scale`, { replicas });
      if (answer.status === 409)
        throw new AppError("conflict", "Only what is live can be scaled.", { reason: "deployment_not_live" });
      accepted(answer);
    },
    async cancel(id) {
      accepted(await http.send("POST", `${pathOf(id)}/cancel`, {}));
    },
  };
}

/** Dots alone, as an id, would lead elsewhere. */
function pathOf(id: string): string {
  if (/^\.*$/.test(id)) throw unknown();
  return `/deployments/${encodeURIComponent(id)}`;
}

/** What is there, or the reason why not. */
function accepted(answer: Answer): Answer {
  if (answer.status < 300) return answer;
  if (answer.status === 404) throw unknown();
  if (answer.status === 409)
    throw new AppError("conflict", `${NAME} knows this deployment with another content.`, {
      reason: "deployment_differs",
    });
  throw refused(answer);
}

const unknown = (): AppError =>
  new AppError("not_found", `${NAME} doesn't know this deployment.`, { reason: "deployment_unknown" });

const refused = ({ status, body }: Answer): AppError =>
  new AppError("unprocessable", `${NAME} doesn't accept this.`, {
    reason: "deployment_refused",
    cause: new Error(`${status} ${JSON.stringify(body)?.slice(0, 500) ?? ""}`.trim()),
  });
