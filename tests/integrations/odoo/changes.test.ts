// Reading what changed in Odoo: nothing is lost, whatever falls into one second and wherever a page ends.
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { rewound } from "#app/domain/crm/conflicts.ts";
import type { CrmCursor, CrmLead, CrmProvider } from "#app/domain/crm/ports.ts";
import { draftOf, type OdooUnderTest, type Protocol, startOdoo } from "../../support/odoo.ts";

async function readAll(crm: CrmProvider, from: CrmCursor | null, limit: number) {
  const leads: CrmLead[] = [];
  let cursor = from;
  for (let n = 0; n < 200; n += 1) {
    const page = await crm.changes(cursor, limit);
    expect(page.leads.length).toBeLessThanOrEqual(limit);
    leads.push(...page.leads);
    cursor = page.cursor;
    if (!page.more) return { leads, cursor };
  }
  throw new Error("it never ends");
}

describe.each<Protocol>(["json2", "jsonrpc"])("changes by %s", (protocol) => {
  let odoo: OdooUnderTest;
  beforeAll(async () => {
    odoo = await startOdoo(protocol);
  });
  afterAll(() => odoo.simulator.close());

  test("show what people did to stage and owner, ours and lost ones alone", async () => {
    const { id } = await odoo.crm.createLead(draftOf("c-1"));
    const lost = await odoo.crm.createLead(draftOf("c-2"));
    odoo.simulator.add("crm.lead", { name: "Somebody else's" });
    odoo.simulator.add("crm.lead", { name: "Speaks of us", description: "<p>Reference: foyer: great</p>" });
    const { cursor } = await readAll(odoo.crm, null, 100);
    odoo.later(5000);
    const qualified = odoo.simulator.rows("crm.stage").find(({ name }) => name === "Qualified");
    odoo.simulator.edit("crm.lead", Number(id), { stage_id: qualified?.id, user_id: 7 });
    odoo.later(1000);
    await odoo.crm.markLost(lost.id, "Too small");
    const { leads } = await readAll(odoo.crm, cursor, 100);
    expect(leads).toMatchObject([
      { externalId: "c-1", stage: { name: "Qualified" }, owner: { id: "7", name: "Rita Sales" }, outcome: "open" },
      { externalId: "c-2", outcome: "lost", lostReason: "Too small" },
    ]);
  });

  test("end where nothing changed", async () => {
    const { cursor } = await readAll(odoo.crm, null, 100);
    expect(await odoo.crm.changes(cursor, 100)).toEqual({ leads: [], cursor, more: false });
    expect((await readAll(odoo.crm, rewound(cursor), 100)).cursor).toEqual(cursor);
  });

  test("a page full of strangers' leads doesn't stop it", async () => {
    const { cursor } = await readAll(odoo.crm, null, 100);
    odoo.later(2000);
    for (let n = 0; n < 5; n += 1)
      odoo.simulator.add("crm.lead", { name: "x", description: "<p>Reference: foyer: nice</p>" });
    odoo.later(2000);
    await odoo.crm.createLead(draftOf("c-9"));
    const { leads } = await readAll(odoo.crm, cursor, 2);
    expect(leads.map(({ externalId }) => externalId)).toEqual(["c-9"]);
  });
});

test("every change is seen exactly once, by pages of any size, however many fall into one second", async () => {
  const odoo = await startOdoo("json2");
  const ids: number[] = [];
  for (let n = 0; n < 12; n += 1) ids.push(Number((await odoo.crm.createLead(draftOf(`p-${n}`))).id));
  const touches = fc.array(fc.record({ id: fc.constantFrom(...ids), wait: fc.constantFrom(0, 0, 1, 120, 700, 3000) }), {
    minLength: 1,
    maxLength: 40,
  });
  await fc.assert(
    fc.asyncProperty(touches, fc.integer({ min: 1, max: 15 }), async (changes, limit) => {
      odoo.later(10_000);
      const { cursor } = await readAll(odoo.crm, null, 100);
      odoo.later(10_000);
      for (const { id, wait } of changes) {
        odoo.simulator.edit("crm.lead", id, { contact_name: String(wait) });
        odoo.later(wait);
      }
      const { leads } = await readAll(odoo.crm, cursor, limit);
      const touched = [...new Set(changes.map(({ id }) => String(id)))].sort();
      expect(leads.map(({ id }) => id).sort()).toEqual(touched);
    }),
    { numRuns: 60 },
  );
  await odoo.simulator.close();
});
