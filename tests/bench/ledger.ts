// Writes a second of the usage ledger, against bare inserts into a table with the same unique key: over many tenants,
// and of one, whose counter orders them; and what of the difference is the door's.
import postgres from "postgres";
import { recordUsage } from "#app/domain/billing/usage.ts";
import { createDb } from "#app/platform/db.ts";
import { newPaidTenant, type TestTenant } from "../support/tenants.ts";
import { alternate, figure, type Report } from "./measure.ts";
import type { Stage } from "./stage.ts";

const TENANTS = 20;
const CONNECTIONS = 8;
const ROUNDS = 5;
const SECONDS = 2;

export async function ledger(stage: Stage, report: Report): Promise<void> {
  const tenants: TestTenant[] = [];
  for (let i = 0; i < TENANTS; i += 1) {
    tenants.push(await newPaidTenant(stage.db.web, stage.sql, `bench-ledger-${i}`, "enterprise"));
  }
  await stage.sql`
    create table public.bench_bare (tenant_id uuid not null, id uuid not null default app.uuid_v7(), metric text not null,
      quantity bigint not null, key text not null, occurred_at timestamptz not null default clock_timestamp(),
      primary key (tenant_id, id), unique (tenant_id, metric, key))`;
  await stage.sql`grant insert on public.bench_bare to authenticated`;
  const db = createDb({ url: stage.urls.web, size: CONNECTIONS });
  const bare = postgres(stage.urls.admin, { max: CONNECTIONS });
  let key = 0;
  /** Calls a second by as many at once as there are connections. */
  const rate = async (of: readonly TestTenant[], write: (tenant: TestTenant, key: string) => Promise<unknown>) => {
    const until = performance.now() + SECONDS * 1000;
    const started = performance.now();
    let written = 0;
    await Promise.all(
      Array.from({ length: CONNECTIONS }, async (_, i) => {
        for (let n = i; performance.now() < until; n += 1) {
          const tenant = of[n % of.length];
          if (!tenant) return;
          key += 1;
          await write(tenant, `bench ${key}`);
          written += 1;
        }
      }),
    );
    return (written * 1000) / (performance.now() - started);
  };
  const record = ({ actor }: TestTenant, name: string) =>
    db.asTenant(actor, (tx) => recordUsage(tx, { metric: "messages", key: name }));
  const insert = ({ tenantId }: TestTenant, name: string) =>
    bare`insert into bench_bare (tenant_id, metric, quantity, key) values (${tenantId}, 'messages', 1, ${name})`;
  /** The same insert through the door that a use is counted through: begin, role and claims, commit. */
  const insertByDoor = ({ actor, tenantId }: TestTenant, name: string) =>
    db.asTenant(
      actor,
      (tx) =>
        tx`insert into bench_bare (tenant_id, metric, quantity, key) values (${tenantId}, 'messages', 1, ${name})`,
    );
  for (const [name, of, baseline] of [
    ["ledger.writes", tenants, insert],
    ["ledger.writes_by_the_door", tenants, insertByDoor],
    ["ledger.writes_of_one_tenant", tenants.slice(0, 1), insert],
  ] as const) {
    await rate(of, record);
    await rate(of, baseline);
    const rates = await alternate(
      ROUNDS,
      () => rate(of, record),
      () => rate(of, baseline),
    );
    report(figure(name, rates.measured, "writes/s", rates.baseline));
  }
  await stage.sql`drop table public.bench_bare`;
  await Promise.all([db.close(), bare.end()]);
}
