// Where the mail provider tells of mails that came in to the domain for replies: verified, stored once where it is a
// person's reply, acknowledged. What it causes happens later, in the worker. Of the mail itself nothing is kept.
import { INBOUND_MAIL, replyIn } from "#app/domain/sequences/replies.ts";
import { receiveDelivery } from "#app/domain/webhooks/inbox.ts";
import { AppError, problem } from "#app/platform/errors.ts";
import { readBytes } from "#app/platform/json-body.ts";
import type { MailInboundServices } from "#app/wiring.ts";

/** Addresses and headers; a text that comes with them isn't read. */
const MAX_BYTES = 1024 * 1024;
const HEADERS = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

type Services = Pick<MailInboundServices, "db" | "log" | "verify">;

/** Makes the handler. Answers 2xx when the notice is stored, was, or needn't be; else the provider sends it again. */
export function mailInboundHandler(services: Services): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      await take(services, request);
      return Response.json({ received: true }, { headers: HEADERS });
    } catch (error) {
      if (!(error instanceof AppError)) services.log.error("mail_inbound.failed", { error });
      else if (error.code !== "method_not_allowed")
        services.log.warn("mail_inbound.refused", { code: error.reason ?? error.code });
      const response = problem(error);
      for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value);
      if (request.method !== "POST") response.headers.set("allow", "POST");
      return response;
    }
  };
}

async function take({ db, verify }: Services, request: Request): Promise<void> {
  if (request.method !== "POST") throw new AppError("method_not_allowed", "This address takes POST.");
  if (!verify) throw new AppError("unavailable", "Mails that come in aren't set up here.", { retryAfter: 60 });
  const body = await readBytes(request, MAX_BYTES);
  const messageId = await verify(body, request.headers);
  const reply = replyIn(jsonOf(body));
  if (reply) await receiveDelivery(db, INBOUND_MAIL, messageId, reply);
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (error) {
    throw new AppError("invalid", "This message isn't JSON.", { cause: error });
  }
}
