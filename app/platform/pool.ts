// Connections to Postgres, one client a slot, leased to one transaction at a time.
//
// postgres.js lets an old transaction handle run on whatever connection comes next after a backend died
// (https://github.com/porsager/postgres/issues/1216). Here a slot whose connection closes under a lease is
// thrown away with its client: what still holds the lease can reach no other connection.
import postgres from "postgres";
import { addArrayTypes } from "./array-types.ts";
import { AppError } from "./errors.ts";

export type Client = postgres.Sql<Record<string, never>>;

export interface Lease {
  readonly client: Client;
  /** True from the moment the connection closed or the lease was given back. */
  readonly revoked: boolean;
  revoke(): void;
}

export interface PoolOptions {
  url: string;
  /** Connections at the most. */
  size: number;
  /** Milliseconds that a caller waits for a free connection before it is told to come back. */
  waitMs?: number;
  /** Callers that may wait at once. */
  maxWaiting?: number;
  applicationName?: string;
}

export interface Pool {
  lease(): Promise<Lease>;
  release(lease: Lease): void;
  /** A client of its own for LISTEN; closed by close(). */
  dedicated(): Client;
  close(): Promise<void>;
}

interface Waiter {
  give(slot: Slot): void;
  refuse(error: unknown): void;
}

interface Slot {
  client: Client;
  lease: { revoked: boolean } | null;
}

const busy = () =>
  new AppError("unavailable", "We are very busy right now. Please try again in a moment.", { retryAfter: 1 });

/** Opens a pool. Connections are made when first needed. */
export function createPool(options: PoolOptions): Pool {
  const waitMs = options.waitMs ?? 3000;
  const maxWaiting = options.maxWaiting ?? options.size * 40;
  const idle: Slot[] = [];
  const slots = new Set<Slot>();
  const waiting: Waiter[] = [];
  const extra: Client[] = [];
  let closed = false;

  function connect(onclose: () => void): Client {
    const client = postgres(options.url, {
      max: 1,
      // See array-types.ts.
      fetch_types: false,
      idle_timeout: 300,
      max_lifetime: null,
      connect_timeout: 5,
      backoff: (attempt) => Math.min(0.05 * 2 ** attempt, 1),
      onclose,
      onnotice: () => {},
      transform: { column: { from: postgres.toCamel, to: postgres.fromCamel } },
      connection: {
        application_name: options.applicationName ?? "foyer",
        search_path: "public, extensions",
      },
    });
    addArrayTypes(client.options);
    return client;
  }

  function open(): Slot {
    const slot: Slot = { lease: null, client: connect(lost) };
    function lost(): void {
      if (!slot.lease) return;
      slot.lease.revoked = true;
      slot.client.end({ timeout: 0 }).catch(() => {});
      slots.delete(slot);
      serve();
    }
    slots.add(slot);
    return slot;
  }

  const owners = new WeakMap<Lease, Slot>();

  function hand(slot: Slot): Lease {
    const state = { revoked: false };
    slot.lease = state;
    const lease: Lease = {
      client: slot.client,
      get revoked() {
        return state.revoked;
      },
      revoke() {
        state.revoked = true;
      },
    };
    owners.set(lease, slot);
    return lease;
  }

  function next(): Slot | undefined {
    return idle.pop() ?? (slots.size < options.size ? open() : undefined);
  }

  /** Gives a free connection to whoever waits longest. */
  function serve(): void {
    const waiter = closed ? undefined : waiting.shift();
    if (!waiter) return;
    const free = next();
    if (free) waiter.give(free);
    else waiting.unshift(waiter);
  }

  return {
    async lease() {
      if (closed) throw busy();
      const slot = next();
      if (slot) return hand(slot);
      if (waiting.length >= maxWaiting) throw busy();
      return new Promise<Lease>((resolve, reject) => {
        const waiter: Waiter = {
          give(given) {
            clearTimeout(timer);
            resolve(hand(given));
          },
          refuse(error) {
            clearTimeout(timer);
            reject(error);
          },
        };
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(waiter), 1);
          reject(busy());
        }, waitMs);
        waiting.push(waiter);
      });
    },
    release(lease) {
      const slot = owners.get(lease);
      if (!slot) return;
      owners.delete(lease);
      lease.revoke();
      slot.lease = null;
      if (slots.has(slot)) idle.push(slot);
      serve();
    },
    dedicated() {
      const client = connect(() => {});
      extra.push(client);
      return client;
    },
    async close() {
      closed = true;
      for (const waiter of waiting.splice(0)) waiter.refuse(busy());
      await Promise.all([...slots].map((slot) => slot.client.end({ timeout: 5 })));
      await Promise.all(extra.map((client) => client.end({ timeout: 1 })));
    },
  };
}
