// What a program says of the features that its people have used.
import { z } from "zod";

/** How far back something may have happened, in days, and how far a clock may be ahead, in minutes. */
export const PAST_DAYS = 35;
export const AHEAD_MINUTES = 5;
/** Uses in one request at the most. */
export const MAX_EVENTS = 100;

export const FeatureUse = z
  .strictObject({
    feature: z
      .string({ error: "Name the feature." })
      .regex(/^[a-z][a-z0-9_.]{0,59}$/, "A feature's name takes a-z, 0-9, _ and ., begins with a letter, at most 60.")
      .describe("Your own name of the feature."),
    count: z.int().min(1).max(1_000_000).default(1).describe("How often it was used."),
    occurred_at: z.iso
      .datetime({ offset: true, error: "occurred_at takes a date and time with its zone." })
      .optional()
      .describe(`When; now where left out. At most ${PAST_DAYS} days ago.`),
  })
  .meta({ id: "FeatureUse", description: "A feature that was used." });
export type FeatureUse = z.output<typeof FeatureUse>;

/** One use by itself, or several in `events`. */
export const ReportFeatureUse = z.union([
  FeatureUse,
  z.strictObject({ events: z.array(FeatureUse).min(1).max(MAX_EVENTS) }),
]);
export type ReportFeatureUse = z.output<typeof ReportFeatureUse>;
