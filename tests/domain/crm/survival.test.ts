// One lead for each tenant whatever breaks: workers killed at any call, faults, repeats, an outage of half a day.
import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { SyncLead } from "#app/domain/crm/crm.jobs.ts";
import type { CrmProvider } from "#app/domain/crm/ports.ts";
import { pullChanges, requestAllLeads } from "#app/domain/crm/pull.ts";
import { syncLead } from "#app/domain/crm/sync.ts";
import { testDatabase } from "../../setup/database.ts";
import { crmWorld } from "../../support/crm.ts";
import { runJobs } from "../../support/jobs.ts";
import type { Protocol } from "../../support/odoo.ts";
import { payPlan } from "../../support/tenants.ts";

const database = await testDatabase();
const { sql } = database;

describe.each<Protocol>(["json2", "jsonrpc"])("by %s", (protocol) => {
  const world = crmWorld(database, protocol);
  const { services, leads, stage, row, trial, release } = world;
  const welcomes = (tenantId: string) =>
    world.activities(tenantId).filter(({ summary }) => String(summary).startsWith("Welcome")).length;

  /** A worker killed at its nth call: it is made, and neither its answer nor anything after it is ever seen. */
  async function killedAt(at: number, tenantId: string): Promise<void> {
    let n = 0;
    const reached = Promise.withResolvers<void>();
    const deaf = world.around((_, call) => {
      const result = call();
      if (n++ !== at) return result;
      return new Promise(() => void result.then(() => reached.resolve()));
    });
    await Promise.race([syncLead(services({ crm: deaf }), tenantId), reached.promise]);
  }

  test("a worker killed at any call leaves one lead, and nobody takes its moves for a person's", async () => {
    let calls = 0;
    const counting = world.around((_, call) => {
      calls += 1;
      return call();
    });
    await syncLead(services({ crm: counting }), await trial("whole"));
    expect(calls).toBeGreaterThan(3);
    const tenants: string[] = [];
    for (let at = 0; at <= calls; at += 1) {
      const tenantId = await trial(`killed-${at}`);
      tenants.push(tenantId);
      await killedAt(at, tenantId);
      // Meanwhile the tenant pays, and whoever comes next finds the lead held.
      await payPlan(sql, tenantId, "basic");
      if (at < calls) expect(await syncLead(services(), tenantId)).toBe("busy");
      await release(tenantId);
      await syncLead(services(), tenantId);
      await syncLead(services(), tenantId);
    }
    for (const tenantId of tenants) {
      expect(leads(tenantId)).toHaveLength(1);
      expect(stage(tenantId)).toBe("Won");
      expect(await row(tenantId)).toMatchObject({ stage: "Won", stage_by_person: false });
      // Whoever was killed before asking for it finds the tenant won.
      expect(welcomes(tenantId)).toBeLessThanOrEqual(1);
    }
    expect(welcomes(tenants.at(-1) ?? "")).toBe(1);
    await world.forgetJobs();
  });

  test("one killed while it moves a lead, to its end and back, never looks like a person", async () => {
    for (let at = 0; at < 5; at += 1) {
      const tenantId = await trial(`moved-${at}`);
      await syncLead(services(), tenantId);
      for (const [before, after] of [
        ["active", "cancelled"],
        ["active", "suspended"],
      ] as const) {
        await sql`update tenants set status = ${before}, plan = 'basic' where id = ${tenantId}`;
        await killedAt(at, tenantId);
        await release(tenantId);
        await sql`update tenants set status = ${after} where id = ${tenantId}`;
        await syncLead(services(), tenantId);
        expect(await row(tenantId)).toMatchObject({ stage_by_person: false, error: null });
        expect(await row(tenantId)).toMatchObject({ stage: after === "cancelled" ? "Lost" : "Proposal Sent" });
      }
    }
    await world.forgetJobs();
  });

  test("one whose time was up writes nothing more once another has taken the lead over", async () => {
    const tenantId = await trial("zombie");
    const slow = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    const zombie = world.around(async (name, call) => {
      if (name === "createLead") {
        arrived.resolve();
        await slow.promise;
      }
      return call();
    });
    const ended = syncLead(services({ crm: zombie }), tenantId);
    await arrived.promise;
    await release(tenantId);
    await syncLead(services(), tenantId);
    const before = await row(tenantId);
    slow.resolve();
    await expect(ended).rejects.toMatchObject({ code: "conflict" });
    expect(await row(tenantId)).toEqual(before);
    expect(leads(tenantId)).toHaveLength(1);
  });

  test("faults and repeats at once end in one lead each", async () => {
    const tenants: string[] = [];
    for (let n = 0; n < 6; n += 1) tenants.push(await trial(`faults-${n}`));
    world.odoo.simulator.fail(
      { effect: "reset_after", probability: 0.1 },
      { effect: "error_500", probability: 0.1 },
      { match: world.odoo.of("crm.lead", "create"), effect: "late", ms: 20, probability: 0.3 },
    );
    const round = () =>
      Promise.allSettled(
        tenants.flatMap((tenantId) => [syncLead(services(), tenantId), syncLead(services(), tenantId)]),
      );
    for (let n = 0; n < 4; n += 1) await round();
    world.odoo.simulator.mend();
    await world.odoo.simulator.settled();
    await round();
    await world.forgetJobs();
    for (const tenantId of tenants) {
      await syncLead(services(), tenantId);
      expect(leads(tenantId)).toHaveLength(1);
      expect(await row(tenantId)).toMatchObject({ error: null, stage: "Trial Active", stage_by_person: false });
    }
  });

  test("without a look before each creation there are doubles: the control of the tests above", async () => {
    const tenantId = await trial("control");
    const blind: CrmProvider = {
      ...world.crm,
      async createLead(draft) {
        // Under another id, so that the client's look finds nothing.
        const other = randomUUID();
        await world.crm.createLead({ ...draft, externalId: other });
        for (const { id } of leads(other))
          world.odoo.simulator.edit("crm.lead", Number(id), { x_external_id: tenantId });
        throw new Error("killed");
      },
    };
    for (let n = 0; n < 2; n += 1) await expect(syncLead(services({ crm: blind }), tenantId)).rejects.toThrow("killed");
    expect(leads(tenantId)).toHaveLength(2);
    await syncLead(services(), tenantId);
    expect(leads(tenantId)).toHaveLength(1);
  });

  test("an Odoo that is down for half a day loses nothing", async () => {
    const tenantId = await trial("outage");
    world.odoo.simulator.fail({ effect: "error_500" });
    await world.forgetJobs();
    await expect(pullChanges(services())).rejects.toMatchObject({ code: "unavailable" });
    const [queue] = await sql<{ limit: number; delay: number; most: number }[]>`
      select retry_limit as limit, retry_delay as delay, retry_delay_max as most
      from pgboss.queue where name = ${SyncLead.name}`;
    if (!queue) throw new Error("There is no queue.");
    // The worker's own schedule, at its shortest: half of each delay is chance.
    let hours = 0;
    for (let n = 0; n < queue.limit; n += 1) hours += Math.min(queue.most, queue.delay * 2 ** n) / 2 / 3600;
    expect(hours).toBeGreaterThan(12);
    const [job] = await sql`
      select retry_limit from pgboss.job where name = ${SyncLead.name} and data ->> 'tenantId' = ${tenantId}`;
    expect(job).toMatchObject({ retry_limit: queue.limit });
    for (let n = 0; n < 3; n += 1)
      await expect(syncLead(services(), tenantId)).rejects.toMatchObject({ code: "unavailable" });
    expect(await row(tenantId)).toMatchObject({ error: "Odoo has trouble at the moment.", held_until: null });
    await payPlan(sql, tenantId, "basic");
    world.odoo.simulator.mend();
    await runJobs(database, services(), [SyncLead.name]);
    expect(stage(tenantId)).toBe("Won");
    expect(await row(tenantId)).toMatchObject({ error: null, failing_since: null });
    // And should it have been down for longer, the night asks for everybody.
    expect(await requestAllLeads(services())).toBeGreaterThan(1);
    await world.forgetJobs();
  });
});
