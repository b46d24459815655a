// Reads the plans of a function's statements: its handle explains each statement before it runs it.
import type { Db, TenantTx, TxOptions, VisitorTx } from "#app/platform/db.ts";

export type PlanNode = Record<string, unknown> & { Plans?: PlanNode[] };

/** The node and all below it. */
export const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];

type Tx = TenantTx | VisitorTx;
type Values = never[];

/** A statement that is explained and run when awaited, and a fragment when it stands in another one. */
class Explained {
  readonly fragment: () => unknown;
  readonly #run: () => Promise<unknown>;

  constructor(fragment: () => unknown, run: () => Promise<unknown>) {
    this.fragment = fragment;
    this.#run = run;
  }

  // biome-ignore lint/suspicious/noThenProperty: a query is awaited, and interpolated without being awaited.
  then<A, B>(done: (rows: unknown) => A, failed: (error: unknown) => B): Promise<A | B> {
    return this.#run().then(done, failed);
  }
}

/** A handle whose plans are put into `plans`. */
export function explaining<T extends Tx>(tx: T, plans: PlanNode[]): T {
  const query = (strings: TemplateStringsArray, ...values: Values) => {
    const parts = () =>
      values.map((value: unknown) => (value instanceof Explained ? value.fragment() : value)) as Values;
    const run = async (): Promise<unknown> => {
      const texts = [`explain (format json) ${strings[0]}`, ...strings.slice(1)];
      const [row] = await tx(Object.assign(texts, { raw: texts }), ...parts());
      const [found] = Object.values(row ?? {})[0] as { Plan: PlanNode }[];
      if (found) plans.push(found.Plan);
      return tx(strings, ...parts());
    };
    return new Explained(() => tx(strings, ...parts()), run);
  };
  return Object.assign(query, { rows: tx.rows, json: tx.json }) as unknown as T;
}

/** Doors whose handles explain. */
export function explainingDb(db: Db, plans: PlanNode[]): Db {
  return {
    ...db,
    asTenant: (actor, fn, options?: TxOptions) => db.asTenant(actor, (tx) => fn(explaining(tx, plans)), options),
    asVisitor: (actor, fn, options?: TxOptions) => db.asVisitor(actor, (tx) => fn(explaining(tx, plans)), options),
  };
}
