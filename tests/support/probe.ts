// Runs statements under a role and claims, each in a savepoint that is taken back, and looks at the rows of others
// with a superuser's eyes before and after. Pipelined, so that tens of thousands take seconds.
import type postgres from "postgres";
import { quote } from "./seed.ts";

export interface Outcome {
  /** SQLSTATE, where the statement failed. */
  error: string | null;
  /** Rows that the statement says it touched. */
  count: number;
  /** Column `n` of the first row. */
  n: number;
}

export interface Probe {
  name: string;
  role: string;
  claims: string | null;
  statement: string;
  table: string;
  /** Which rows aren't the role's own; null where that isn't asked. */
  foreign: string | null;
  /** What is wrong with the outcome, or null. */
  judge(outcome: Outcome): string | null;
}

/** An open transaction of a superuser. */
export type Session = Pick<postgres.ReservedSql, "unsafe">;

/** Statements that set role and claims for what follows. */
export function disguise(role: string, claims: string | null): string {
  const set = claims === null ? "select 1" : `select set_config('request.jwt.claims', ${quote(claims)}, true)`;
  return `set local role ${role}; ${set}`;
}

const traceOf = (table: string, foreign: string) =>
  `select coalesce(string_agg(ctid::text || '/' || xmin::text, ' ' order by ctid), '') as trace from ${table} where ${foreign}`;

/** Runs the probes in the session's transaction; returns what is wrong, in words. */
export async function run(session: Session, probes: readonly Probe[]): Promise<string[]> {
  const before = new Map<string, Promise<string>>();
  for (const { table, foreign } of probes) {
    const key = foreign === null ? null : traceOf(table, foreign);
    if (key && !before.has(key))
      before.set(
        key,
        session.unsafe<{ trace: string }[]>(key).then((rows) => rows[0]?.trace ?? ""),
      );
  }
  const found = await Promise.all(
    probes.map(async (probe) => {
      const trace = probe.foreign === null ? null : traceOf(probe.table, probe.foreign);
      const sent = [
        session.unsafe(`savepoint probe; ${disguise(probe.role, probe.claims)}`).execute(),
        session.unsafe<{ n?: string }[]>(probe.statement).execute(),
        session.unsafe<Looked>(`reset role; ${trace ?? "select ''"}`).execute(),
        session.unsafe("rollback to savepoint probe; release savepoint probe").execute(),
      ] as const;
      const [, statement, looked, undone] = await Promise.allSettled(sent);
      if (undone.status === "rejected") throw undone.reason;
      const wrong = probe.judge(outcomeOf(statement));
      if (wrong) return [`${probe.name}: ${wrong}`];
      const seen = looked.status === "fulfilled" ? looked.value[1][0]?.trace : undefined;
      const unchanged = statement.status === "rejected" || trace === null || seen === (await before.get(trace));
      return unchanged ? [] : [`${probe.name}: foreign rows changed`];
    }),
  );
  return found.flat();
}

/** postgres.js gives one result for `reset role` and one for the rows that follow. */
type Looked = [never[], { trace: string }[]];

function outcomeOf(statement: PromiseSettledResult<postgres.RowList<{ n?: string }[]>>): Outcome {
  if (statement.status === "rejected") {
    const error: { code?: string } = statement.reason;
    return { error: error.code ?? String(error), count: 0, n: 0 };
  }
  return { error: null, count: statement.value.count ?? 0, n: Number(statement.value[0]?.n ?? 0) };
}
