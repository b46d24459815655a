// The doors to the data. Each opens a transaction, takes a role and the actor's claims for just that transaction,
// and hands out a tagged template that stops working once the transaction has settled or lost its connection.
import type postgres from "postgres";
import type { MemberActor, StaffActor, SystemActor, TenantActor, UserActor, VisitorActor } from "./actor.ts";
import { type Actor, claimsOf } from "./actor.ts";
import { translateDatabaseError } from "./database-errors.ts";
import { AppError } from "./errors.ts";
import { createPool, type Lease, type PoolOptions } from "./pool.ts";

type Value = postgres.ParameterOrFragment<never> | readonly Value[] | Date | Uint8Array;

/** A postgres.js tagged template: column names come back in camelCase, JSON untouched, bigint and numeric as text. */
export interface Query {
  <T extends readonly object[] = postgres.Row[]>(
    strings: TemplateStringsArray,
    ...values: readonly Value[]
  ): postgres.PendingQuery<T>;
  /** Columns and values of rows for `insert into t ${tx.rows(rows, "a", "b")}`. */
  rows<T extends object>(rows: T | readonly T[], ...columns: (keyof T & string)[]): postgres.Fragment;
  /** A jsonb parameter. */
  json(value: unknown): postgres.Parameter;
}

declare const door: unique symbol;
interface Through<Name extends string> {
  readonly [door]: Name;
}
export type TenantTx = Query & Through<"tenant">;
export type VisitorTx = Query & Through<"visitor">;
export type UserTx = Query & Through<"user">;
export type StaffTx = Query & Through<"staff">;
export type SystemTx = Query & Through<"system">;
/** Any transaction that is confined to one tenant by its claims. */
export type InTenantTx = TenantTx | VisitorTx | SystemTx;
export type AnyTx = InTenantTx | UserTx | StaffTx;

export interface TxOptions {
  /** Loaders read: the database itself then refuses a write. */
  readOnly?: boolean;
}

export interface Db {
  /** The door for members and API keys of a tenant. */
  asTenant<T>(actor: TenantActor, fn: (tx: TenantTx) => Promise<T>, options?: TxOptions): Promise<T>;
  /** The door for a visitor on a tenant's website: sees the published parts and their own conversation. */
  asVisitor<T>(actor: VisitorActor, fn: (tx: VisitorTx) => Promise<T>, options?: TxOptions): Promise<T>;
  /** The door for a signed-in person's own account, outside of any tenant. */
  asUser<T>(actor: UserActor | MemberActor, fn: (tx: UserTx) => Promise<T>, options?: TxOptions): Promise<T>;
  /** The staff's door; only the staff login can open it. */
  asStaff<T>(actor: StaffActor, fn: (tx: StaffTx) => Promise<T>, options?: TxOptions): Promise<T>;
  /** The jobs' door; only the worker login can open it. With a tenant id it is confined to that tenant. */
  asSystem<T>(actor: Omit<SystemActor, "kind">, fn: (tx: SystemTx) => Promise<T>, options?: TxOptions): Promise<T>;
  /** One statement as the bare login: may call the gate's functions and nothing else. */
  gate<T extends readonly object[]>(strings: TemplateStringsArray, ...values: readonly Value[]): Promise<T>;
  /** Calls back for each NOTIFY on the channel, and once after each (re)connection. Survives restarts of Postgres. */
  listen(channel: string, onPayload: (payload: string) => void, onConnect?: () => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/** Opens the doors for one login. */
export function createDb(options: PoolOptions): Db {
  const pool = createPool(options);
  const listener = lazy(() => pool.dedicated());

  async function through<T>(
    role: string,
    actor: Actor,
    fn: (tx: never) => Promise<T>,
    { readOnly = false }: TxOptions = {},
  ): Promise<T> {
    const claims = JSON.stringify(claimsOf(actor));
    const lease = await pool.lease();
    const started: Started = { failure: null };
    const failures: unknown[] = [];
    let open = false;
    // Not awaited: begin, claims and the first statement travel together. Should this fail, the transaction is
    // aborted or was never open, and a login by itself may read nothing. Who asks nothing costs nothing.
    const begin = (): void => {
      if (started.failure) return;
      started.failure = settle(lease.client.unsafe(opening(role, claims, readOnly)).execute());
      open = true;
    };
    try {
      const result = await fn(handle(lease, begin, failures) as never).catch(async (error) => {
        throw (await started.failure) ?? error;
      });
      const failed = await started.failure;
      if (failed) throw failed;
      if (lease.revoked) throw lost();
      if (!open) return result;
      open = false;
      const committed = settleWith("commit", lease);
      // A reader needn't wait: what this connection does next stands behind the commit, and there is nothing to lose.
      if (readOnly) {
        committed.catch(() => {});
        return result;
      }
      const done = await committed;
      // Postgres answers COMMIT of an aborted transaction with ROLLBACK and no error.
      if (done !== "COMMIT") throw new AppError("internal", "A statement failed and its error was swallowed.");
      return result;
    } catch (error) {
      if (open && !lease.revoked) await settleWith("rollback", lease).catch(() => {});
      // Of statements that travel together all after the failed one fail too; only the first says why.
      throw translateDatabaseError(isAfterFailure(error) ? (failures[0] ?? error) : error);
    } finally {
      pool.release(lease);
    }
  }

  return {
    asTenant: (actor, fn, txOptions) => through("authenticated", actor, fn, txOptions),
    asVisitor: (actor, fn, txOptions) => through("anon", actor, fn, txOptions),
    asUser: (actor, fn, txOptions) =>
      through("authenticated", { kind: "user", userId: actor.userId, sessionId: actor.sessionId }, fn, txOptions),
    asStaff: (actor, fn, txOptions) => through("staff", actor, fn, txOptions),
    asSystem: (actor, fn, txOptions) => through("service_role", { kind: "system", ...actor }, fn, txOptions),
    async gate<T extends readonly object[]>(strings: TemplateStringsArray, ...values: readonly Value[]): Promise<T> {
      const lease = await pool.lease();
      try {
        return (await lease.client<[]>(strings, ...(values as never[]))) as unknown as T;
      } catch (error) {
        throw translateDatabaseError(error);
      } finally {
        pool.release(lease);
      }
    },
    async listen(channel, onPayload, onConnect) {
      // After a reconnection postgres.js no longer finds the listener to remove; so that it falls silent all the same:
      let active = true;
      const { unlisten } = await listener().listen(
        channel,
        (payload) => active && onPayload(payload),
        () => active && onConnect?.(),
      );
      return async () => {
        active = false;
        await unlisten();
      };
    },
    close: () => pool.close(),
  };
}

/** What beginning a transaction has come to: null before its first statement is sent. */
interface Started {
  failure: Promise<unknown> | null;
}

/** Ends the transaction. From here on the handle sends nothing: it would run outside of any transaction. */
async function settleWith(ending: "commit" | "rollback", lease: Lease): Promise<string> {
  const pending = lease.client.unsafe(ending).execute();
  lease.revoke();
  return (await pending).command;
}

const lost = () =>
  new AppError("unavailable", "The connection to the database was lost. Please try again.", { retryAfter: 1 });

/**
 * Wraps the lease's client so that every statement checks, at the moment it is sent, that the lease still holds. The
 * first one begins the transaction.
 */
function handle(lease: Lease, begin: () => void, failures: unknown[]): Query {
  const sql = lease.client;
  const query = (strings: TemplateStringsArray, ...values: readonly Value[]) =>
    guard(sql(strings, ...(values as never[])), lease, begin, failures);
  return Object.assign(query, {
    rows: (rows: object | readonly object[], ...columns: string[]) => sql(rows as never, ...(columns as never[])),
    json: (value: unknown) => sql.json(value as postgres.JSONValue),
  }) as unknown as Query;
}

interface Sendable {
  handle(): unknown;
  handler(query: Sendable): unknown;
  reject(error: unknown): void;
}

/**
 * postgres.js sends a query through its `handler` when it is first awaited; that is where the lease is checked.
 * What was sent and still waits for a connection that goes is rejected with the client that the pool throws away.
 */
function guard<T extends object>(pending: T, lease: Lease, begin: () => void, failures: unknown[]): T {
  const query = pending as T & Sendable;
  const { handle: start, handler: send, reject } = query;
  // `handle` runs when the query is first awaited, `handler` a microtask later: what begins here is sent before it.
  query.handle = () => {
    if (!lease.revoked) begin();
    return start.call(query);
  };
  query.reject = (error) => {
    failures.push(error);
    reject(error);
  };
  query.handler = (sent) => (lease.revoked ? sent.reject(lost()) : send(sent));
  return pending;
}

/** in_failed_sql_transaction: the statement wasn't even looked at. */
function isAfterFailure(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "25P02";
}

/** One message that begins the transaction, takes the role and sets the claims, all for this transaction alone. */
function opening(role: string, claims: string, readOnly: boolean): string {
  const begin = readOnly ? "begin read only" : "begin";
  return `${begin}; select set_config('role', ${literal(role)}, true), set_config('request.jwt.claims', ${literal(claims)}, true)`;
}

/** A text as an SQL literal (standard_conforming_strings is on: only the quote is special). */
function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The failure of a promise that nobody awaits yet, or undefined. */
function settle(pending: PromiseLike<unknown>): Promise<unknown> {
  return Promise.resolve(pending).then(
    () => undefined,
    (error: unknown) => error,
  );
}

function lazy<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
