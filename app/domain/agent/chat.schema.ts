// The chat's wire: what a visitor's page or a program sends, and what it gets back.
import { z } from "zod";

/** Characters of one message at the most. */
export const MAX_MESSAGE = 4000;

export const SessionId = z
  .string({ error: "session_id is needed." })
  .regex(/^[A-Za-z0-9_-]{8,128}$/, "session_id takes 8 to 128 letters, digits, hyphens and underscores.");

export const ChatRequest = z.object({
  /** Chosen by the client, random, kept for the whole conversation. */
  session_id: SessionId,
  message: z
    .string({ error: "message is needed." })
    // Postgres can't store NUL, and a lone surrogate is no character.
    .transform((text) => text.replaceAll("\u0000", "").toWellFormed().trim())
    .pipe(z.string().min(1, "The message is empty.").max(MAX_MESSAGE, `At most ${MAX_MESSAGE} characters.`)),
  /** Chosen by the client for each message. Repeating it repeats the answer. */
  message_id: z.uuid("message_id must be a UUID.").toLowerCase().optional(),
});
export type ChatRequest = z.infer<typeof ChatRequest>;
