// Where the mail provider tells of mails that came in to the domain for replies: verified, stored once where it is a
// person's reply, acknowledged. What it causes happens later, in the worker. Of the mail itself nothing is kept.
import { INBOUND_MAIL, replyIn } from "#app/domain/sequences/replies.ts";
import { webhookDoor } from "#app/domain/webhooks/door.ts";
import { receiveDelivery } from "#app/domain/webhooks/inbox.ts";
import { AppError } from "#app/platform/errors.ts";
import type { MailInboundServices } from "#app/wiring.ts";

/** Addresses and headers; a text that comes with them isn't read. */
const MAX_BYTES = 1024 * 1024;

/** Makes the handler. Answers 2xx when the notice is stored, was, or needn't be; else the provider sends it again. */
export function mailInboundHandler({
  db,
  log,
  verify,
}: Pick<MailInboundServices, "db" | "log" | "verify">): (request: Request) => Promise<Response> {
  return webhookDoor({
    name: "mail_inbound",
    log,
    maxBytes: MAX_BYTES,
    take:
      verify &&
      (async (body, headers) => {
        const messageId = await verify(body, headers);
        const reply = replyIn(jsonOf(body));
        if (reply) await receiveDelivery(db, INBOUND_MAIL, messageId, reply);
      }),
  });
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (error) {
    throw new AppError("invalid", "This message isn't JSON.", { cause: error });
  }
}
