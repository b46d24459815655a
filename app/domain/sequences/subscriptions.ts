// Ending a sender's mails by the link of one.
import type { Db } from "#app/platform/db.ts";
import type { Env } from "#app/platform/env.ts";
import { operatorName } from "./brand.ts";
import type { Sender } from "./sequences.schema.ts";

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
