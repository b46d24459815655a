// Every endpoint that the API has, in the order in which its description shows them.
import {
  cancelSubscription,
  changeSubscription,
  getSubscription,
  reactivateSubscription,
} from "./billing-endpoints.ts";
import { sendMessage } from "./chat-endpoint.ts";
import type { Endpoint } from "./declare.ts";
import { listInvoices, pay } from "./payment-endpoints.ts";
import { getDescription, getPlatformMetrics } from "./platform-endpoints.ts";
import { getTenant, getUsage, reportFeatureUse } from "./tenant-endpoints.ts";

export const ENDPOINTS: readonly Endpoint[] = [
  sendMessage,
  getTenant,
  getSubscription,
  changeSubscription,
  cancelSubscription,
  reactivateSubscription,
  listInvoices,
  pay,
  getUsage,
  reportFeatureUse,
  getPlatformMetrics,
  getDescription,
];
