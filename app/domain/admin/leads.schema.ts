// What staff asks of the list of leads, and what it does with one.
import { z } from "zod";
import { Cursor, SearchWords } from "./tenants.schema.ts";

export const LEAD_ORDERS = ["score", "mrr", "newest"] as const;
export type LeadOrder = (typeof LEAD_ORDERS)[number];

const Word = z.string().max(200).optional().catch(undefined);

export const LeadFilter = z.object({
  /** Part of a company's name, of its address or of its contact's e-mail. */
  q: SearchWords,
  /** By its name, as the CRM has it. */
  stage: Word,
  /** By name; `-`: nobody. */
  owner: Word,
  trouble: z.literal("1").optional().catch(undefined),
  sort: z.enum(LEAD_ORDERS).optional().catch(undefined),
  cursor: Cursor,
});
export type LeadFilter = z.infer<typeof LeadFilter>;

const note = z
  .string()
  .transform((text) => text.replaceAll("\u0000", "").toWellFormed().trim())
  .pipe(z.string().max(300, "At most 300 characters."))
  .default("");

export const ScheduleDemo = z.object({
  /** As `<input type="datetime-local">` sends it, in UTC. */
  plannedAt: z
    .string({ error: "Say when it is." })
    .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/, "Say when it is.")
    .transform((text) => new Date(`${text.slice(0, 16)}:00Z`))
    .refine((date) => !Number.isNaN(date.getTime()), "There is no such day."),
  note,
});
export type ScheduleDemo = z.infer<typeof ScheduleDemo>;

export const BeginNegotiation = z.object({ note });
export type BeginNegotiation = z.infer<typeof BeginNegotiation>;

export const DropMark = z.object({ kind: z.enum(["demo", "negotiation"]) });
export const FinishFollowUp = z.object({ id: z.uuid() });
export const SyncLead = z.object({ intent: z.literal("sync") });
