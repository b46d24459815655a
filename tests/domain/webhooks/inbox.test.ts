import { describe, expect, it } from "vitest";
import { type DeliveryEffect, processDelivery, receiveDelivery } from "#app/domain/webhooks/inbox.ts";
import { createDb } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { testDatabase } from "../../setup/database.ts";
import { newTenant } from "../../support/tenants.ts";

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

  describe("after a failure", () => {
    const stateOf = async (id: string) => {
      const [row] = await database.sql`
        select tenant_id, attempts, error, failed_at is not null as failed, processed_at is not null as done
        from webhook_inbox where id = ${id}`;
      return { ...row };
    };
    const received = async (eventId: string): Promise<string> => {
      await receiveDelivery(database.db.functions, "test", eventId, {});
      return inboxId(eventId);
    };
    const tryWith = (id: string, effect: DeliveryEffect) => processDelivery(database.db.worker, id, { test: effect });

    it("keeps what went wrong, when, how often and whose it is, until it works", async () => {
      const { tenantId } = await newTenant(database.db.web);
      const id = await received("evt_failing");
      const failing: DeliveryEffect = async (tx, delivery) => {
        delivery.tenantId = tenantId;
        await note(tx, delivery);
        throw new AppError("unavailable", "The other side is closed.");
      };
      for (let n = 0; n < 2; n++) await expect(tryWith(id, failing)).rejects.toThrow("closed");
      const failed = {
        tenant_id: tenantId,
        attempts: 2,
        error: "The other side is closed.",
        failed: true,
        done: false,
      };
      expect(await stateOf(id)).toEqual(failed);
      expect(await effects("evt_failing")).toBe(0);
      await tryWith(id, note);
      expect(await stateOf(id)).toEqual({ tenant_id: tenantId, attempts: 3, error: null, failed: false, done: true });
      expect(await effects("evt_failing")).toBe(1);
    });

    it("says nothing of what was delivered", async () => {
      const id = await received("evt_private");
      const quoting: DeliveryEffect = async (tx) => {
        await tx`select ${"ada@example.com"}::text::uuid`;
        return "done";
      };
      await expect(tryWith(id, quoting)).rejects.toThrow();
      expect((await stateOf(id)).error).not.toMatch(/ada/);
      await expect(tryWith(id, async () => Promise.reject(new Error("ada@example.com")))).rejects.toThrow();
      expect((await stateOf(id)).error).toBe("Something went wrong on our side (Error).");
    });

    it("forgets the failure of a zombie that another worker overtook", async () => {
      const id = await received("evt_late_failure");
      const zombie: DeliveryEffect = async (tx) => {
        const [own] = await tx<{ pid: number }[]>`select pg_backend_pid() as pid`;
        await database.sql`select pg_terminate_backend(${own?.pid ?? 0}, 5000)`;
        await tryWith(id, note);
        throw new Error("too late");
      };
      await expect(tryWith(id, zombie)).rejects.toThrow("too late");
      expect(await stateOf(id)).toMatchObject({ error: null, failed: false, done: true });
    });
  });
});
