// The live news of a tenant for one signed-in person: ends with their membership and session, and few at a time for each.

import { AppError } from "#app/platform/errors.ts";
import type { ChangeEvent } from "./changes.ts";
import { eventStream } from "./sse.ts";

const MOST_PER_PERSON = 8;
const CHECK_MS = 15_000;
const open = new Map<string, number>();

export interface ChangeStreamOptions {
  userId: string;
  signal: AbortSignal;
  subscribe: (listener: (change: ChangeEvent) => void) => () => void;
  /** Whether the person may still see this; asked every `checkMs`, and when their membership has changed. */
  stillAllowed: () => Promise<boolean>;
  checkMs?: number;
}

/**
 * Answers with `change` events {topic, id}.
 * @throws AppError rate_limited where the person has too many streams open already
 */
export function changeStream({
  userId,
  signal,
  subscribe,
  stillAllowed,
  checkMs = CHECK_MS,
}: ChangeStreamOptions): Response {
  const count = open.get(userId) ?? 0;
  if (count >= MOST_PER_PERSON) {
    throw new AppError("rate_limited", "Too many live pages are open. Close one of them.", { retryAfter: 30 });
  }
  open.set(userId, count + 1);
  const ending = new AbortController();
  return eventStream(AbortSignal.any([signal, ending.signal]), (sink) => {
    const look = async (): Promise<void> => {
      // An outage of the database is no reason to send anybody away.
      const allowed = await stillAllowed().catch(() => true);
      if (!allowed) ending.abort();
    };
    const unsubscribe = subscribe(({ topic, id }) => {
      if (topic === "members" && id === userId) void look();
      sink.send("change", { topic, id });
    });
    const timer = setInterval(look, checkMs);
    return () => {
      clearInterval(timer);
      unsubscribe();
      const left = (open.get(userId) ?? 1) - 1;
      if (left > 0) open.set(userId, left);
      else open.delete(userId);
    };
  });
}
