import { describe, expect, it } from "vitest";
import { type DeliveryEffect, processDelivery, receiveDelivery } from "#app/domain/webhooks/inbox.ts";
import { createDb } from "#app/platform/db.ts";
import { testDatabase } from "../../setup/database.ts";

const database = await testDatabase();
await database.sql`create table effects (event_id text not null)`;
await database.sql`grant insert on effects to service_role`;

const note: DeliveryEffect = async (tx, delivery) => {
  await tx`insert into effects (event_id) values (${delivery.eventId})`;
  return "done";
};

async function inboxId(eventId: string): Promise<string> {
  const [row] = await database.sql`select id from webhook_inbox where event_id = ${eventId}`;
  return row?.id;
}
const effects = async (eventId: string) => (await database.sql`select from effects where event_id = ${eventId}`).length;

describe("the inbox of webhooks", () => {
  it("stores the same event a hundred times at once as one row with one job, over several processes' pools", async () => {
    const others = [1, 2, 3].map(() => createDb({ url: database.urls.functions, size: 5 }));
    const pools = [database.db.functions, ...others];
    const received = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        receiveDelivery(pools[index % 4] ?? database.db.functions, "test", "evt_same", { n: index }),
      ),
    );
    await Promise.all(others.map((db) => db.close()));
    expect(received.filter(Boolean)).toHaveLength(1);
    expect(await database.sql`select from webhook_inbox where event_id = 'evt_same'`).toHaveLength(1);
    const jobs = await database.sql`select data from pgboss.job where name = 'webhook.process'`;
    expect(jobs.map(({ data }) => data.inboxId)).toEqual([await inboxId("evt_same")]);
  });

  it("has one effect, however many workers process it", async () => {
    await receiveDelivery(database.db.functions, "test", "evt_once", {});
    const id = await inboxId("evt_once");
    await Promise.all(Array.from({ length: 10 }, () => processDelivery(database.db.worker, id, { test: note })));
    expect(await effects("evt_once")).toBe(1);
  });

  it("has one effect when a zombie wakes up after another worker took over", async () => {
    await receiveDelivery(database.db.functions, "test", "evt_zombie", {});
    const id = await inboxId("evt_zombie");
    let wake = () => {};
    const asleep = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const zombie: DeliveryEffect = async (tx, delivery) => {
      await asleep;
      return note(tx, delivery);
    };
    const first = processDelivery(database.db.worker, id, { test: zombie });
    const second = processDelivery(database.db.worker, id, { test: note });
    wake();
    await Promise.all([first, second]);
    expect(await effects("evt_zombie")).toBe(1);
  });

  it("would have two effects without the lock and the mark", async () => {
    await receiveDelivery(database.db.functions, "test", "evt_unfenced", {});
    const id = await inboxId("evt_unfenced");
    const unfenced = () =>
      database.db.worker.asSystem({ reason: "control" }, (tx) =>
        note(tx, {
          id,
          provider: "test",
          eventId: "evt_unfenced",
          tenantId: null,
          payload: {},
          receivedAt: new Date(),
        }),
      );
    await Promise.all([unfenced(), unfenced()]);
    expect(await effects("evt_unfenced")).toBe(2);
  });

  it("leaves a delivery open when its effect fails, and when nobody knows its provider", async () => {
    await receiveDelivery(database.db.functions, "unknown", "evt_open", {});
    const id = await inboxId("evt_open");
    await expect(processDelivery(database.db.worker, id, { test: note })).rejects.toThrow(/No effect is registered/);
    await expect(processDelivery(database.db.worker, id, { constructor: note })).rejects.toThrow(/No effect/);
    const failing: DeliveryEffect = async (tx, delivery) => {
      await note(tx, delivery);
      throw new Error("half way");
    };
    await expect(processDelivery(database.db.worker, id, { unknown: failing })).rejects.toThrow("half way");
    expect(await effects("evt_open")).toBe(0);
    const [row] = await database.sql`select processed_at from webhook_inbox where id = ${id}`;
    expect(row?.processed_at).toBeNull();
  });
});
