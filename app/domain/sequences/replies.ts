// Hearing that somebody replied to a sequence: from the notice of a mail that came in to whose way it ends.
import { z } from "zod";
import type { SystemTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import type { Delivery, Outcome } from "../webhooks/inbox.ts";

/** The inbox's name for such notices. */
export const INBOUND_MAIL = "mail";

/** What a mail provider hands over of a mail that came in: to whom, and whether a machine wrote it. No text. */
export const InboundMail = z.object({
  to: z.union([z.string(), z.array(z.string())]).transform((to) => [to].flat()),
  from: z.string().max(500).default(""),
  message_id: z.string().max(500).default(""),
  /** The header of RFC 3834: anything but `no` is a machine's. */
  auto_submitted: z.string().max(200).optional(),
});
/** What is kept of it: whose reply it is. */
export interface ReplyNotice {
  tokens: string[];
}
const Notice = z.object({ tokens: z.array(z.string().regex(/^[0-9a-f]{32}$/)) });

const MACHINES = /^(mailer-daemon|postmaster|no-?reply|bounces?)([+.-][^@]*)?@/i;

/**
 * The reply that a mail means; null where it means none: a machine's, or not to an address of ours.
 * @throws AppError invalid for what is no such message
 */
export function replyIn(payload: unknown): ReplyNotice | null {
  const parsed = InboundMail.safeParse(payload);
  if (!parsed.success)
    throw new AppError("invalid", "This message lacks what a mail has: to, from.", { cause: parsed.error });
  const { to, from, auto_submitted } = parsed.data;
  const byMachine = (auto_submitted !== undefined && !/^\s*no\b/i.test(auto_submitted)) || MACHINES.test(bare(from));
  if (byMachine) return null;
  const tokens = to.flatMap((address) => /^reply\+([0-9a-f]{32})@/.exec(bare(address).toLowerCase())?.[1] ?? []);
  return tokens.length > 0 ? { tokens } : null;
}

const bare = (address: string): string => /<([^<>]*)>/.exec(address)?.[1]?.trim() ?? address.trim();

/** Ends the way of whoever replied. Runs across tenants. */
export async function applyReply(tx: SystemTx, { payload, receivedAt }: Delivery): Promise<Outcome> {
  const { tokens } = Notice.parse(payload);
  await tx`
    update sequence_enrolments set state = 'stopped', stop_reason = 'replied', ended_at = ${receivedAt}, due_at = null
    where token = any(${tokens}::text[]) and state = 'active'`;
  return "done";
}
