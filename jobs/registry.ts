// All handlers. A queue exists because its job stands here.
import { dataHandlers } from "./data.ts";
import type { Handler } from "./handler.ts";
import { knowledgeHandlers } from "./knowledge.ts";
import { mailHandlers } from "./mail.ts";
import { provisioningHandlers } from "./provisioning.ts";
import { webhookHandlers } from "./webhooks.ts";

export const handlers: readonly Handler[] = [
  ...dataHandlers,
  ...knowledgeHandlers,
  ...mailHandlers,
  ...provisioningHandlers,
  ...webhookHandlers,
];
