// What staff asks of the list of DNS records, and the forms that change what ought to stand in DNS.
import { z } from "zod";
import { Cursor, SearchWords } from "./tenants.schema.ts";

export const RECORD_STATUSES = [
  ...(["pending", "propagating", "verified", "drifted", "failed", "removing", "removed"] as const),
] as const;
export type RecordStatus = (typeof RECORD_STATUSES)[number];
export const RECORD_TYPES = ["A", "AAAA", "CNAME", "TXT", "CAA"] as const;

export const RecordFilter = z.object({
  /** Part of a name, a content or the tenant's name. */
  q: SearchWords,
  status: z.enum(RECORD_STATUSES).optional().catch(undefined),
  type: z.enum(RECORD_TYPES).optional().catch(undefined),
  cursor: Cursor,
});
export type RecordFilter = z.infer<typeof RecordFilter>;

const clean = (text: string) => text.replaceAll("\u0000", "").toWellFormed().trim();
const content = z
  .string({ error: "Say what the record holds." })
  .transform(clean)
  .pipe(z.string().min(1, "Say what the record holds.").max(2000, "At most 2000 characters."));
const ttl = z.coerce
  .number({ error: "Seconds, from 30 to 86400." })
  .int("Whole seconds.")
  .min(30, "At least 30 seconds.")
  .max(86_400, "At most 86400 seconds, which is a day.");

export const AddRecord = z.object({
  tenant: z
    .string({ error: "Say whose record it is." })
    .transform((text) => clean(text).toLowerCase())
    .pipe(z.string().min(1, "Say whose record it is.").max(100)),
  name: z
    .string({ error: "Enter the full name." })
    .transform(clean)
    .pipe(z.string().min(1, "Enter the full name.").max(254, "This name is too long.")),
  type: z.enum(RECORD_TYPES, { error: "Choose a type." }),
  content,
  ttl,
});
export type AddRecord = z.infer<typeof AddRecord>;

export const ChangeRecord = z.object({ content, ttl });
export type ChangeRecord = z.infer<typeof ChangeRecord>;

/** What staff does with a record as it stands. */
export const HandleRecord = z.object({ intent: z.enum(["verify", "remove"]) });
