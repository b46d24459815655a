// Brings an event to whoever listens for its type.
import type { Db } from "#app/platform/db.ts";
import type { StoredEvent } from "./events.ts";

/** Hears of an event, at least once: doing it again changes nothing. */
export type Listener<Services> = (services: Services, event: StoredEvent) => Promise<void>;

/**
 * Calls everybody who listens for the event's type.
 * @throws the first failure, after all have been called: the job's next try calls all of them again
 */
export async function dispatchEvent<Services extends { db: Db }>(
  services: Services,
  { tenantId, eventId }: { tenantId: string; eventId: string },
  listeners: Readonly<Record<string, readonly Listener<Services>[]>>,
): Promise<void> {
  const [event] = await services.db.asSystem(
    { reason: "event.dispatch", tenantId },
    (tx) => tx<StoredEvent[]>`
      select id, tenant_id, type, data, created_at from tenant_events where tenant_id = ${tenantId} and id = ${eventId}`,
    { readOnly: true },
  );
  if (!event) return;
  const own = Object.hasOwn(listeners, event.type) ? (listeners[event.type] ?? []) : [];
  const results = await Promise.allSettled(own.map((listener) => listener(services, event)));
  for (const result of results) if (result.status === "rejected") throw result.reason;
}
