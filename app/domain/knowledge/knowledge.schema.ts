// Forms around knowledge: adding websites and answers, looking through sources.
import { z } from "zod";

/** Largest file that one may upload, in bytes. */
export const MAX_UPLOAD_BYTES = 20 * 2 ** 20;

export const SOURCE_KINDS = ["website", "file", "qa"] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

/** A web address as people type it: the scheme may be missing, the fragment goes. */
export const WebAddress = z
  .string({ error: "Enter the address of your website." })
  .trim()
  .min(1, "Enter the address of your website.")
  .max(2000, "This address is too long.")
  .transform((text, context) => {
    const href = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`;
    const url = URL.canParse(href) ? new URL(href) : null;
    const named = url && (url.hostname.includes(".") || url.hostname === "localhost" || url.hostname.startsWith("["));
    if (!url || !named || !/^https?:$/.test(url.protocol) || url.username || url.password) {
      context.addIssue({
        code: "custom",
        message: "Write the address like https://www.example.com.",
      });
      return z.NEVER;
    }
    url.hash = "";
    return url.href;
  });

const optionalNumber = (schema: z.ZodType<number>) =>
  z.preprocess((value) => (value === "" || value === null ? undefined : value), schema.optional());

export const AddWebsite = z.object({
  url: WebAddress,
  maxPages: z.preprocess(
    (value) => (value === "" ? undefined : value),
    z.coerce.number().int().min(1).max(5000).default(500),
  ),
  maxDepth: z.preprocess(
    (value) => (value === "" ? undefined : value),
    z.coerce.number().int().min(0).max(20).default(8),
  ),
  /** Hours between readings; left out: only when asked. */
  syncEveryHours: optionalNumber(z.coerce.number().int().min(1).max(8760)),
});
export type AddWebsite = z.infer<typeof AddWebsite>;

export const ScheduleSource = z.object({
  sourceId: z.uuid(),
  syncEveryHours: AddWebsite.shape.syncEveryHours,
});
export type ScheduleSource = z.infer<typeof ScheduleSource>;

const questionText = z
  .string({ error: "Write the question." })
  .trim()
  .min(3, "Write the question.")
  .max(300, "At most 300 characters.");
const answerText = z
  .string({ error: "Write the answer." })
  .trim()
  .min(1, "Write the answer.")
  .max(4000, "At most 4000 characters.");

export const AddQuestion = z.object({
  question: questionText,
  answer: answerText,
});
export type AddQuestion = z.infer<typeof AddQuestion>;

export const UpdateQuestion = AddQuestion.extend({ questionId: z.uuid() });
export type UpdateQuestion = z.infer<typeof UpdateQuestion>;

export const ListSources = z.object({
  search: z
    .string()
    .transform((text) => text.trim().slice(0, 200))
    .optional(),
  kind: z.enum(SOURCE_KINDS).optional().catch(undefined),
  cursor: z.uuid().optional().catch(undefined),
  limit: z.coerce.number().int().min(1).max(100).default(25).catch(25),
});
export type ListSources = z.infer<typeof ListSources>;
