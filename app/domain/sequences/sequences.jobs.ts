// The job of the sequences.
import { z } from "zod";
import { defineJob } from "#app/platform/jobs.ts";

/** Lets people enter and leave, and sends what is due. Every minute; the next one does what this one missed. */
export const AdvanceSequences = defineJob({
  name: "sequences.advance",
  schema: z.object({}),
  policy: "short",
  retry: { limit: 1, delaySeconds: 10, maxDelaySeconds: 10 },
  expireSeconds: 300,
});
