// The door of a provider's deliveries: POST alone, so many bytes at most, and an answer that makes the provider send
// again whatever wasn't taken. What stands inside is whether a delivery is the provider's, and what is stored of it.
import { AppError, problem } from "#app/platform/errors.ts";
import { readBytes } from "#app/platform/json-body.ts";
import type { Logger } from "#app/platform/log.ts";

const HEADERS = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

export interface Door {
  /** As it stands in the log. */
  name: string;
  log: Logger;
  /** A longer body is refused before it is read to its end. */
  maxBytes: number;
  /**
   * Verifies the bytes as they came and stores what they tell. Null: nothing is configured by which to verify them.
   * @throws AppError for whatever isn't the provider's, or can't be stored now
   */
  take: ((body: Uint8Array, headers: Headers) => Promise<void>) | null;
}

/** Makes the handler: 2xx once the delivery is stored, or was. */
export function webhookDoor({ name, log, maxBytes, take }: Door): (request: Request) => Promise<Response> {
  return async (request) => {
    try {
      if (request.method !== "POST") throw new AppError("method_not_allowed", "This address takes POST.");
      if (!take) throw new AppError("unavailable", "These deliveries aren't set up here.", { retryAfter: 60 });
      await take(await readBytes(request, maxBytes), request.headers);
      return Response.json({ received: true }, { headers: HEADERS });
    } catch (error) {
      if (!(error instanceof AppError)) log.error(`${name}.failed`, { error });
      else if (error.code !== "method_not_allowed") log.warn(`${name}.refused`, { code: error.reason ?? error.code });
      const response = problem(error);
      for (const [header, value] of Object.entries(HEADERS)) response.headers.set(header, value);
      if (request.method !== "POST") response.headers.set("allow", "POST");
      return response;
    }
  };
}
