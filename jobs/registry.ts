// All handlers. A queue exists because its job stands here.
import { billingHandlers } from "./billing.ts";
import { certificateHandlers } from "./certificates.ts";
import { crmHandlers } from "./crm.ts";
import { dataHandlers } from "./data.ts";
import { eventHandlers } from "./events.ts";
import type { Handler } from "./handler.ts";
import { healthHandlers } from "./health.ts";
import { knowledgeHandlers } from "./knowledge.ts";
import { mailHandlers } from "./mail.ts";
import { provisioningHandlers } from "./provisioning.ts";
import { sequenceHandlers } from "./sequences.ts";
import { usageHandlers } from "./usage.ts";
import { webhookHandlers } from "./webhooks.ts";

export const handlers: readonly Handler[] = [
  ...billingHandlers,
  ...certificateHandlers,
  ...crmHandlers,
  ...dataHandlers,
  ...eventHandlers,
  ...healthHandlers,
  ...knowledgeHandlers,
  ...mailHandlers,
  ...provisioningHandlers,
  ...sequenceHandlers,
  ...usageHandlers,
  ...webhookHandlers,
];
