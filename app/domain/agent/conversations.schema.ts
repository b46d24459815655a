// What people ask of the list of conversations, and what they write into one.
import { z } from "zod";

export const CONVERSATION_STATES = ["bot", "waiting", "human", "resolved"] as const;

const date = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .refine((text) => !Number.isNaN(Date.parse(text)))
  .optional()
  .catch(undefined);

/** From a page's search parameters; what doesn't fit is left out, so that an old link still opens. */
export const ConversationFilter = z.object({
  /** Words that a message holds; anything shorter than two characters is ignored. */
  q: z
    .string()
    .transform((text) => text.replaceAll("\u0000", "").toWellFormed().trim().slice(0, 200))
    .optional()
    .catch(undefined),
  state: z.enum(CONVERSATION_STATES).optional().catch(undefined),
  /** Only those with a question that the knowledge didn't answer. */
  unanswered: z
    .enum(["1", "true", "on"])
    .transform(() => true)
    .optional()
    .catch(undefined),
  /** Days in the tenant's time zone, both included. */
  from: date,
  to: date,
  /** Where the page before ended. */
  cursor: z.string().max(200).optional().catch(undefined),
});
export type ConversationFilter = z.infer<typeof ConversationFilter>;

export const MemberReply = z.object({
  body: z
    .string({ error: "Write a reply." })
    .transform((text) => text.replaceAll("\u0000", "").toWellFormed().trim())
    .pipe(z.string().min(1, "Write a reply.").max(4000, "At most 4000 characters.")),
});
export type MemberReply = z.infer<typeof MemberReply>;
