// A local server that speaks the protocol of webhook deployments: takes signed orders, goes through their steps in its
// own time, tells of each by signed callbacks, answers questions, keeps its state in a file.
// Control: GET /_simulator/deployments, GET and PUT /_simulator/steps (what fails or hangs where), GET and PUT
// /_simulator/callbacks (their faults), GET and PUT /_simulator/pace, GET /_simulator/attempts, and what simulator-api.ts has for requests.
import { randomUUID } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { z } from "zod";
import {
  type ApiAnswer,
  type ApiRequest,
  type ApiSimulator,
  openState,
  startApiSimulator,
} from "../dns/simulator-api.ts";
import { Callback, CallbackFault, type CallbackSender, createCallbackSender } from "./simulator-callbacks.ts";
import { isOpen, SimulatedDeployment, say, usageOf } from "./simulator-course.ts";
import { createRunner, StepFault } from "./simulator-runner.ts";
import { type StatusMessage, TriggerMessage, written } from "./wire.ts";

const State = z.object({ deployments: z.array(SimulatedDeployment), callbacks: z.array(Callback) });

export interface DeploymentSimulatorOptions {
  port?: number;
  /** `whsec_…`, those that orders may be signed with. */
  secrets: string[];
  /** Bearer token of questions. */
  token: string;
  /** Where callbacks go; null: none are sent. */
  callback: { url: string; secrets: string[] } | null;
  /** From one step to the next, in milliseconds; default 400. */
  stepMs?: number;
  /** Between two samples of use, in milliseconds; default 5 s. */
  sampleMs?: number;
  /** Before each repetition of a callback, in milliseconds. */
  retryMs?: number[];
  mostReplicas?: number;
  /** Where its state is kept; default nowhere. */
  file?: string;
  chance?: () => number;
}

export interface DeploymentSimulator extends ApiSimulator {
  triggerUrl: string;
  baseUrl: string;
  /** Oldest first. */
  deployments(): readonly Readonly<SimulatedDeployment>[];
  failSteps(...faults: z.input<typeof StepFault>[]): void;
  failCallbacks(...faults: z.input<typeof CallbackFault>[]): void;
  /** Each attempt to deliver a callback. */
  attempts: CallbackSender["attempts"];
}

/** How slow it is: from one step to the next, in milliseconds. */
const Pace = z.object({ stepMs: z.int().min(0).max(600_000) });
const TRIGGER = "/orders";
const RETRY_MS = [50, 250, 1_000, 5_000, 30_000, 120_000];
const LINES_AT_ONCE = 200;

export async function startDeploymentSimulator(options: DeploymentSimulatorOptions): Promise<DeploymentSimulator> {
  let { stepMs = 400 } = options;
  const { sampleMs = 5_000, mostReplicas = 20, chance = Math.random } = options;
  const state = openState(options.file, State, { deployments: [], callbacks: [] });
  const { deployments } = state.value;
  const sender = createCallbackSender({
    url: options.callback?.url ?? "",
    secrets: options.callback?.secrets ?? [],
    retryMs: options.retryMs ?? RETRY_MS,
    chance,
    done({ messageId }) {
      state.value.callbacks = state.value.callbacks.filter((one) => one.messageId !== messageId);
      state.save();
    },
  });

  /** Writes down what changed, and tells of it. */
  function commit(deployment: SimulatedDeployment): void {
    if (options.callback) {
      const { id, status } = deployment;
      const callback = {
        messageId: `msg_${randomUUID()}`,
        id,
        status,
        body: JSON.stringify(statusMessage(deployment)),
      };
      state.value.callbacks.push(callback);
      sender.send(callback);
    }
    state.save();
  }

  const runner = createRunner({ deployments, stepMs: () => stepMs, changed: commit });

  function order(request: ApiRequest): ApiAnswer {
    if (!isSigned(request, options.secrets)) return { status: 401, body: { message: "signature" } };
    const message = TriggerMessage.safeParse(request.body);
    const deploymentId = request.headers["webhook-id"];
    if (!message.success || message.data.data.deployment_id !== deploymentId)
      return { status: 422, body: { message: "order" } };
    const { data } = message.data;
    const text = JSON.stringify(data);
    const known = deployments.find((one) => one.deploymentId === deploymentId);
    if (known) return known.order === text ? { status: 200, body: { id: known.id } } : { status: 409 };
    const ran = deployments.some(
      ({ host, version, liveAt }) => host === data.host && version === data.version && liveAt,
    );
    if (data.replicas > mostReplicas || (data.kind === "rollback" && !ran))
      return { status: 422, body: { message: "impossible" } };
    for (const other of deployments)
      if (other.host === data.host) runner.stop(other, "Another order for this host came after it.");
    const deployment: SimulatedDeployment = {
      id: `dep_${randomUUID()}`,
      deploymentId,
      tenantId: data.tenant_id,
      ...{ host: data.host, version: data.version, kind: data.kind, replicas: data.replicas },
      ...{
        status: "queued",
        progress: 0,
        reason: null,
        at: Date.now(),
        step: 0,
        lines: [],
        liveAt: null,
        endedAt: null,
      },
      order: text,
    };
    deployments.push(deployment);
    state.save();
    runner.run(deployment);
    return { status: 202, body: { id: deployment.id } };
  }

  function answer(request: ApiRequest): ApiAnswer {
    if (request.method === "POST" && request.path === TRIGGER) return order(request);
    if (request.headers.authorization !== `Bearer ${options.token}`) return { status: 401 };
    const [, top, id, part, ...rest] = request.path.split("/").map(decodeURIComponent);
    const deployment = deployments.find((one) => one.id === id);
    if (top !== "deployments" || !deployment || rest.length > 0) return { status: 404 };
    const call = `${request.method} ${part ?? ""}`;
    if (call === "GET ") return { status: 200, body: written(reportOf(deployment)) };
    if (call === "GET logs") {
      const after = Number(request.query.get("after") ?? 0);
      const lines = deployment.lines.filter(({ line }) => line > after).slice(0, LINES_AT_ONCE);
      return { status: 200, body: { lines, next: lines.at(-1)?.line ?? after } };
    }
    if (call === "GET samples") {
      const since = Date.parse(request.query.get("since") ?? "") || 0;
      return { status: 200, body: { samples: usageOf(deployment, since, Date.now(), sampleMs) } };
    }
    if (call === "POST scale") return scale(deployment, request.body);
    if (call === "POST cancel") {
      runner.stop(deployment, "Cancelled on request.");
      return { status: 200, body: written(reportOf(deployment)) };
    }
    return { status: 404 };
  }

  function scale(deployment: SimulatedDeployment, body: unknown): ApiAnswer {
    const wanted = z.object({ replicas: z.int().min(0).max(mostReplicas) }).safeParse(body);
    if (!wanted.success) return { status: 422, body: { message: "replicas" } };
    if (deployment.status !== "live" || deployment.endedAt !== null) return { status: 409 };
    const { replicas } = wanted.data;
    if (replicas !== deployment.replicas) say(deployment, "info", `Scaled from ${deployment.replicas} to ${replicas}`);
    deployment.replicas = replicas;
    state.save();
    return { status: 200, body: { replicas } };
  }

  function control({ method, path, body }: ApiRequest): ApiAnswer | null {
    if (path === "/_simulator/deployments") return { status: 200, body: deployments };
    if (path === "/_simulator/attempts") return { status: 200, body: sender.attempts };
    if (path === "/_simulator/pace") {
      const wished = Pace.safeParse(body);
      if (method === "PUT" && !wished.success) return { status: 422, body: z.treeifyError(wished.error) };
      if (method === "PUT" && wished.success) stepMs = wished.data.stepMs;
      return { status: 200, body: { stepMs } };
    }
    if (path !== "/_simulator/steps" && path !== "/_simulator/callbacks") return null;
    const steps = path === "/_simulator/steps";
    if (method === "PUT") {
      const faults = z.array(steps ? StepFault : CallbackFault).safeParse(body);
      if (!faults.success) return { status: 422, body: z.treeifyError(faults.error) };
      if (steps) runner.setFaults(z.array(StepFault).parse(body));
      else sender.setFaults(z.array(CallbackFault).parse(body));
    }
    return { status: 200, body: steps ? runner.faults() : sender.faults() };
  }

  const api = await startApiSimulator({
    ...(options.port !== undefined && { port: options.port }),
    ...{ chance, answer, control, trouble: (status) => ({ status, body: { message: "trouble" } }) },
  });
  for (const callback of state.value.callbacks) sender.send(callback);
  for (const deployment of deployments) if (isOpen(deployment)) runner.run(deployment);

  return {
    ...api,
    triggerUrl: `${api.origin}${TRIGGER}`,
    baseUrl: api.origin,
    deployments: () => deployments,
    attempts: sender.attempts,
    failSteps: (...faults) => runner.setFaults([...runner.faults(), ...faults.map((fault) => StepFault.parse(fault))]),
    failCallbacks: (...faults) =>
      sender.setFaults([...sender.faults(), ...faults.map((fault) => CallbackFault.parse(fault))]),
    mend() {
      runner.setFaults([]);
      sender.setFaults([]);
      api.mend();
    },
    async settled() {
      await api.settled();
      await runner.settled();
      await sender.settled();
    },
    async close() {
      runner.close();
      sender.close();
      await Promise.all([runner.settled(), sender.settled(), api.close()]);
    },
  };
}

const reportOf = ({ status, progress, reason, at }: SimulatedDeployment) => ({
  status,
  progress,
  reason,
  at: new Date(at),
});

const statusMessage = (deployment: SimulatedDeployment): z.input<typeof StatusMessage> & { timestamp: string } => ({
  type: "deployment.status",
  timestamp: new Date(deployment.at).toISOString(),
  data: {
    id: deployment.id,
    deployment_id: deployment.deploymentId,
    tenant_id: deployment.tenantId,
    ...written(reportOf(deployment)),
  },
});

/** By the library, over the bytes as they came. */
function isSigned({ raw, headers }: ApiRequest, secrets: readonly string[]): boolean {
  const given = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => [
    name,
    String(headers[name] ?? ""),
  ]);
  return secrets.some((secret) => {
    try {
      new Webhook(secret).verify(raw, Object.fromEntries(given));
      return true;
    } catch {
      return false;
    }
  });
}
