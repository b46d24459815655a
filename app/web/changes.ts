// News of a tenant's rows, from NOTIFY to whoever is listening in this process. Ids only: listeners read the rows
// through their own door.
import { z } from "zod";
import type { Db } from "#app/platform/db.ts";
import type { Logger } from "#app/platform/log.ts";

/** Without a tenant it is the operator's own news. */
const Change = z.object({ tenant_id: z.string().nullable(), topic: z.string(), id: z.string() });

export interface ChangeEvent {
  topic: string;
  id: string;
}

export interface Changes {
  /** Calls back for each change in the tenant until the returned function is called. */
  subscribe(tenantId: string, listener: (change: ChangeEvent) => void): () => void;
  /** The same for the changes of every tenant: for the operator's staff. */
  subscribeAll(listener: (change: ChangeEvent) => void): () => void;
}

/** Listens on the database for as long as the process lives; after an outage every listener is told to look again. */
export async function createChanges(db: Db, log: Logger): Promise<Changes> {
  const listeners = new Map<string, Set<(change: ChangeEvent) => void>>();
  const ofAll = new Set<(change: ChangeEvent) => void>();
  let connectedBefore = false;

  function tellAll(): void {
    if (connectedBefore)
      for (const set of [ofAll, ...listeners.values()]) for (const listener of set) listener({ topic: "*", id: "" });
    connectedBefore = true;
  }

  await db.listen(
    "foyer_changes",
    (payload) => {
      const change = Change.safeParse(parseJson(payload));
      if (!change.success) return log.warn("changes.unreadable");
      const { tenant_id: tenantId, topic, id } = change.data;
      for (const listener of [...(listeners.get(tenantId ?? "") ?? []), ...ofAll]) listener({ topic, id });
    },
    tellAll,
  );

  return {
    subscribe(tenantId, listener) {
      const set = listeners.get(tenantId) ?? new Set();
      listeners.set(tenantId, set.add(listener));
      return () => {
        set.delete(listener);
        if (set.size === 0) listeners.delete(tenantId);
      };
    },
    subscribeAll(listener) {
      ofAll.add(listener);
      return () => ofAll.delete(listener);
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
