// Where replies to mails are heard of: as configured, or on this machine alone by the mailbox's own Reply button.
import type { Env } from "#app/platform/env.ts";
import { ensureSecrets } from "./secrets.ts";

type Settings = Record<string, string | undefined>;

/** The settings of the worker, which writes the address for replies, and of mailbox and door, which sign and verify. */
export function mailSettingsFor(env: Env, dataDir: string): { worker: Settings; inbound: Settings } {
  const configured = env.mailReplies !== null || env.mailInboundSecret !== null || env.appDomain !== "localhost";
  if (configured)
    return {
      worker: { MAIL_REPLY_DOMAIN: env.mailReplies?.domain },
      inbound: { MAIL_INBOUND_SECRET: env.mailInboundSecret ?? undefined },
    };
  return {
    worker: { MAIL_REPLY_DOMAIN: "replies.localhost" },
    inbound: { MAIL_INBOUND_SECRET: ensureSecrets(dataDir).mailInbound },
  };
}
