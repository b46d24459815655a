// A deployment simulator with somebody who takes its callbacks, and a client for it.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type {
  DeploymentNotice,
  DeploymentOrder,
  DeploymentProvider,
} from "#app/domain/provisioning/deployment-ports.ts";
import type { HostProbe } from "#app/domain/provisioning/ports.ts";
import { verifyDeploymentCallback } from "#app/integrations/deployments/callback.ts";
import { createSharedDeployments } from "#app/integrations/deployments/shared-app.ts";
import {
  type DeploymentSimulator,
  type DeploymentSimulatorOptions,
  startDeploymentSimulator,
} from "#app/integrations/deployments/simulator.ts";
import {
  createWebhookDeployments,
  type WebhookDeploymentsConfig,
} from "#app/integrations/deployments/webhook-client.ts";
import { AppError, statusOf } from "#app/platform/errors.ts";
import { uuidv7 } from "#app/platform/ids.ts";

export const SECRET = `whsec_${btoa("orders are signed with this!")}`;
export const CALLBACK_SECRET = `whsec_${btoa("callbacks are signed with it")}`;
export const TOKEN = "token";

export interface DeploymentWorld {
  simulator: DeploymentSimulator;
  provider: DeploymentProvider;
  clientOf(config?: Partial<WebhookDeploymentsConfig>): DeploymentProvider;
  /** What was told and verified, in the order of its arrival. */
  notices: DeploymentNotice[];
  /** From now on callbacks are answered with it. */
  answerCallbacks(status: number): void;
  close(): Promise<void>;
}

/** @param take what becomes of a callback before it is answered */
export async function startDeploymentWorld(
  options: Partial<DeploymentSimulatorOptions> = {},
  take: (notice: DeploymentNotice) => Promise<unknown> = async () => {},
): Promise<DeploymentWorld> {
  const notices: DeploymentNotice[] = [];
  let status = 204;
  const receiver = createServer(async (incoming, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of incoming as AsyncIterable<Buffer>) pieces.push(piece);
    const headers = new Headers(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
    let answer = status;
    if (status < 300) {
      const notice = await verifyDeploymentCallback(Buffer.concat(pieces), headers, [CALLBACK_SECRET], new Date());
      try {
        await take(notice);
        notices.push(notice);
      } catch (error) {
        // What wasn't taken is sent again, as the real door has it.
        if (!(error instanceof AppError)) throw error;
        answer = statusOf(error);
      }
    }
    response.writeHead(answer).end();
  });
  await new Promise<void>((done) => receiver.listen(0, "127.0.0.1", done));
  const { port } = receiver.address() as AddressInfo;
  const simulator = await startDeploymentSimulator({
    secrets: [SECRET],
    token: TOKEN,
    callback: { url: `http://127.0.0.1:${port}/`, secrets: [CALLBACK_SECRET] },
    stepMs: 1,
    ...options,
  });
  const clientOf = (config: Partial<WebhookDeploymentsConfig> = {}) =>
    createWebhookDeployments({
      triggerUrl: simulator.triggerUrl,
      baseUrl: simulator.baseUrl,
      token: TOKEN,
      secrets: [SECRET],
      pause: () => Promise.resolve(),
      ...config,
    });
  return {
    simulator,
    provider: clientOf(),
    clientOf,
    notices,
    answerCallbacks(next) {
      status = next;
    },
    async close() {
      await simulator.close();
      receiver.closeAllConnections();
      await new Promise((done) => receiver.close(done));
    },
  };
}

export const orderOf = (change: Partial<DeploymentOrder> = {}): DeploymentOrder => ({
  deploymentId: uuidv7(),
  tenantId: uuidv7(),
  host: "acme.example.com",
  version: "v1",
  kind: "deploy",
  replicas: 1,
  ...change,
});

/** The app itself as who runs tenants' hosts, proved by this probe. */
export const sharedBy = (probe: HostProbe): DeploymentProvider =>
  createSharedDeployments({ probe, originOf: (host) => `http://${host}:3000`, version: "dev", usage: null });
