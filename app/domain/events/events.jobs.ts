// The job that brings an event to whoever listens for its type.
import { z } from "zod";
import { defineJob } from "#app/platform/jobs.ts";

export const DispatchEvent = defineJob({
  name: "event.dispatch",
  schema: z.object({ tenantId: z.uuid(), eventId: z.uuid() }),
  retry: { limit: 10, delaySeconds: 2, maxDelaySeconds: 900 },
});
