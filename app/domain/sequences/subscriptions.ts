// Ending a sender's mails by the link of one, and hearing that somebody replied.
import { z } from "zod";
import type { Db, SystemTx } from "#app/platform/db.ts";
import type { Env } from "#app/platform/env.ts";
import { AppError } from "#app/platform/errors.ts";
import type { Delivery, Outcome } from "../webhooks/inbox.ts";
import { operatorName } from "./brand.ts";
import type { Sender } from "./sequences.schema.ts";

/** As it stands in links and reply addresses, whatever a mail program did to its case. */
const TOKEN = /^[0-9a-f]{32}$/;

export interface Subscription {
  sender: Sender;
  /** Who writes. */
  senderName: string;
  unsubscribed: boolean;
}

/** Whose mails the link ends; null for a link that leads to none. */
export async function subscriptionOf(db: Db, env: Env, token: string): Promise<Subscription | null> {
  if (!TOKEN.test(token)) return null;
  const [row] = await db.gate<{ tenantName: string; sender: Sender; unsubscribed: boolean }[]>`
    select tenant_name, sender, unsubscribed from app.mail_subscription(${token})`;
  if (!row) return null;
  const { sender, tenantName, unsubscribed } = row;
  return { sender, unsubscribed, senderName: sender === "operator" ? operatorName(env) : tenantName };
}

/**
 * Ends the sender's mails to whoever got the link, for good. Safe twice.
 * @returns whether the link led to anybody
 */
export async function unsubscribe(db: Db, token: string, source: "page" | "one_click"): Promise<boolean> {
  if (!TOKEN.test(token)) return false;
  const [row] = await db.gate<{ done: boolean }[]>`select app.unsubscribe(${token}, ${source}) as done`;
  return row?.done ?? false;
}

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
const Notice = z.object({ tokens: z.array(z.string().regex(TOKEN)) });

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
