// Ending a sender's mails by the link of one.
import type { Db } from "#app/platform/db.ts";
import type { Env } from "#app/platform/env.ts";
import { randomToken } from "#app/platform/ids.ts";
import type { ThemeTokens } from "../branding/theme.schema.ts";
import { publishedTheme } from "../branding/themes.ts";
import { operatorName } from "./brand.ts";
import type { Sender } from "./sequences.schema.ts";

const TOKEN = /^[0-9a-f]{32}$/;

export interface Subscription {
  sender: Sender;
  /** Who writes. */
  senderName: string;
  unsubscribed: boolean;
  /** A tenant's look, as its visitors see it; null: the operator's own. */
  theme: ThemeTokens | null;
}

/** Whose mails the link ends; null for a link that leads to none. */
export async function subscriptionOf(db: Db, env: Env, token: string): Promise<Subscription | null> {
  if (!TOKEN.test(token)) return null;
  const [row] = await db.gate<{ tenantId: string; tenantName: string; sender: Sender; unsubscribed: boolean }[]>`
    select tenant_id, tenant_name, sender, unsubscribed from app.mail_subscription(${token})`;
  if (!row) return null;
  const { tenantId, sender, tenantName, unsubscribed } = row;
  if (sender === "operator") return { sender, unsubscribed, senderName: operatorName(env), theme: null };
  const visitor = { kind: "visitor", tenantId, sessionId: randomToken(12) } as const;
  const theme = await db.asVisitor(visitor, publishedTheme, { readOnly: true });
  return { sender, unsubscribed, senderName: tenantName, theme };
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
