// Owns the simulator's state: tables of rows that are replaced, never changed in place, so that work can be undone, and
// a journal of what changed since it was last asked.
import type { Kind, Tables } from "./objects.ts";

export interface Change {
  kind: Kind;
  id: string;
  /** null when the row was dropped. */
  row: Tables[Kind] | null;
}
interface Undo {
  kind: Kind;
  id: string;
  before: Tables[Kind] | undefined;
}

export interface Store {
  get<K extends Kind>(kind: K, id: string): Tables[K] | undefined;
  /** Rows in the order in which they came. */
  all<K extends Kind>(kind: K): Tables[K][];
  put<K extends Kind>(kind: K, row: Tables[K] & { id: string }): void;
  drop(kind: Kind, id: string): void;
  /** Runs work that is undone when it throws, or when its result is not to be kept. */
  attempt<T>(work: () => T, keep?: (result: T) => boolean): T;
  /** What changed since the last call. */
  takeChanges(): Change[];
  count(): Partial<Record<Kind, number>>;
}

export function createStore(rows: Iterable<Change> = []): Store {
  const tables = new Map<Kind, Map<string, Tables[Kind]>>();
  let log: Undo[] = [];

  function tableOf(kind: Kind): Map<string, Tables[Kind]> {
    const table = tables.get(kind) ?? new Map<string, Tables[Kind]>();
    tables.set(kind, table);
    return table;
  }
  function set({ kind, id, row }: Change): void {
    if (row === null) tableOf(kind).delete(id);
    else tableOf(kind).set(id, row);
  }
  for (const change of rows) set(change);

  return {
    // A table holds rows of its own kind only: `put` is the one way in.
    get: <K extends Kind>(kind: K, id: string) => tableOf(kind).get(id) as Tables[K] | undefined,
    all: <K extends Kind>(kind: K) => [...tableOf(kind).values()] as Tables[K][],
    put(kind, row) {
      log.push({ kind, id: row.id, before: tableOf(kind).get(row.id) });
      set({ kind, id: row.id, row });
    },
    drop(kind, id) {
      log.push({ kind, id, before: tableOf(kind).get(id) });
      set({ kind, id, row: null });
    },
    attempt(work, keep = () => true) {
      const mark = log.length;
      const undo = () => {
        for (const { kind, id, before } of log.splice(mark).reverse()) set({ kind, id, row: before ?? null });
      };
      try {
        const result = work();
        if (!keep(result)) undo();
        return result;
      } catch (error) {
        undo();
        throw error;
      }
    },
    takeChanges() {
      const last = new Map(log.map(({ kind, id }) => [`${kind} ${id}`, { kind, id }]));
      log = [];
      return [...last.values()].map(({ kind, id }) => ({ kind, id, row: tableOf(kind).get(id) ?? null }));
    },
    count: () =>
      Object.fromEntries([...tables].flatMap(([kind, { size }]) => (size > 0 ? [[kind, size] as const] : []))),
  };
}
