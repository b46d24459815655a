// The baseline of isolation: the very same statements as a superuser, whom no policy binds, without a transaction; the
// tenant stands in each as a literal.
import type postgres from "postgres";
import type { Db, TenantTx } from "#app/platform/db.ts";

const TENANT = /\(select app\.tenant_id\(\)\)|app\.tenant_id\(\)/g;

/** A handle that behaves like a tenant's transaction and is none. `sql` needs the camel transform. */
// biome-ignore lint/suspicious/noExplicitAny: stands in for every kind of transaction.
export function plainTx(sql: postgres.Sql<any>, tenantId: string): TenantTx & never {
  const known = statements(tenantId);
  const query = (strings: TemplateStringsArray, ...values: never[]) => sql(known(strings), ...values);
  return Object.assign(query, {
    rows: (rows: never, ...columns: never[]) => sql(rows, ...columns),
    json: (value: never) => sql.json(value),
  }) as unknown as TenantTx & never;
}

const tenants = new Map<string, (strings: TemplateStringsArray) => TemplateStringsArray>();

/** Each statement with the literal in it, made once: postgres.js prepares statements by their text. */
function statements(tenantId: string): (strings: TemplateStringsArray) => TemplateStringsArray {
  const made = tenants.get(tenantId);
  if (made) return made;
  const texts = new WeakMap<TemplateStringsArray, TemplateStringsArray>();
  const known = (strings: TemplateStringsArray): TemplateStringsArray => {
    let text = texts.get(strings);
    if (!text) {
      const parts = strings.map((part) => part.replaceAll(TENANT, `'${tenantId}'::uuid`));
      text = Object.assign(parts, { raw: parts }) as unknown as TemplateStringsArray;
      texts.set(strings, text);
    }
    return text;
  };
  tenants.set(tenantId, known);
  return known;
}

/**
 * Doors without isolation, for the server that pages with isolation are compared to: a transaction of the superuser,
 * pipelined as the product's, in which no role is taken, no claims are set and no policy applies.
 */
// biome-ignore lint/suspicious/noExplicitAny: postgres.js types its custom types so.
export function plainDoors(db: Db, sql: postgres.Sql<any>): Db {
  return {
    ...db,
    async asTenant(actor, fn) {
      const client = await sql.reserve();
      let begun = false;
      const inTransaction = new Proxy(client, {
        apply(target, self, args) {
          if (!begun) client.unsafe("begin").execute();
          begun = true;
          return Reflect.apply(target, self, args);
        },
      });
      try {
        return await fn(plainTx(inTransaction, actor.tenantId));
      } finally {
        if (begun) client.unsafe("commit").execute();
        client.release();
      }
    },
  };
}
