// What asking "may this tenant do this now?" adds to a transaction: the same work with and without the gate, in turns.
import { entitlements } from "#app/domain/billing/entitlements.ts";
import { consume, usageRoom } from "#app/domain/billing/usage.ts";
import { createDb, type TenantTx } from "#app/platform/db.ts";
import { newPaidTenant } from "../support/tenants.ts";
import { figure, median, percentile, type Report, times } from "./measure.ts";
import type { Stage } from "./stage.ts";

const ROUNDS = 7;
const CALLS = 400;

export async function gate(stage: Stage, report: Report): Promise<void> {
  const tenant = await newPaidTenant(stage.db.web, stage.sql, "bench-gate", "enterprise");
  const db = createDb({ url: stage.urls.web, size: 1 });
  let key = 0;
  /** A transaction that reads and writes a row, as whatever is gated does. */
  const work = (ask: (tx: TenantTx) => Promise<unknown>) => () =>
    db.asTenant(tenant.actor, async (tx) => {
      await tx`select name, language from tenants where id = (select app.tenant_id())`;
      await tx`update tenant_configurations set greeting = greeting where tenant_id = (select app.tenant_id())`;
      await ask(tx);
    });
  const sides = {
    bare: work(async () => {}),
    consume: work((tx) => {
      key += 1;
      return consume(tx, { metric: "messages", key: `bench ${key}` });
    }),
    room: work((tx) => usageRoom(tx, "messages")),
    entitlements: work((tx) => entitlements(tx)),
  };
  const names = Object.keys(sides) as (keyof typeof sides)[];
  for (const name of names) await times(100, sides[name]);
  const rounds = { bare: [], consume: [], room: [], entitlements: [] } as Record<keyof typeof sides, number[][]>;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) rounds[name].push(await times(CALLS, sides[name]));
  }
  const at = (name: keyof typeof sides, p: number) => median(rounds[name].map((taken) => percentile(taken, p)));
  for (const name of names) {
    if (name === "bare") continue;
    for (const p of [50, 99]) {
      report(figure(`gate.${name}_p${p}`, at(name, p), "ms", at("bare", p)));
      report(figure(`gate.${name}_added_p${p}`, at(name, p) - at("bare", p), "ms"));
    }
  }
  await db.close();
}
