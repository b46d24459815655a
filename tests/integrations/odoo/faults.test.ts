// What Odoo's client bears: failures that pass, answers that get lost, doubles, refusals and wrong configuration.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createJson2 } from "#app/integrations/odoo/json2.ts";
import { createLabels } from "#app/integrations/odoo/labels.ts";
import { draftOf, type OdooUnderTest, type Protocol, startOdoo } from "../../support/odoo.ts";

/** Held until the simulator is mended. */
const HELD_MS = 60_000;

describe.each<Protocol>(["json2", "jsonrpc"])("when Odoo fails, by %s", (protocol) => {
  let odoo: OdooUnderTest;
  const leads = (externalId: string) =>
    odoo.simulator.rows("crm.lead").filter((lead) => lead.x_external_id === externalId);
  const labels = (model: string, name: string) => odoo.simulator.rows(model).filter((label) => label.name === name);

  beforeAll(async () => {
    odoo = await startOdoo(protocol);
  });
  afterEach(() => odoo.simulator.mend());
  afterAll(() => odoo.simulator.close());

  test("a page of somebody else's instead of an answer is told, and what was done isn't done twice", async () => {
    odoo.simulator.fail({ match: odoo.of("crm.lead", "create"), effect: "garbage", times: 1 });
    await expect(odoo.crm.createLead(draftOf("page"))).rejects.toMatchObject({ reason: "provider_answer" });
    await odoo.crm.createLead(draftOf("page"));
    expect(leads("page")).toHaveLength(1);
  });

  test.each(["error_500", "error_503", "reset_before", "reset_after"] as const)(
    "%s while a lead is made passes, and leaves one",
    async (effect) => {
      odoo.simulator.fail({ match: odoo.of("crm.lead", "create"), effect, times: 1 });
      odoo.simulator.fail({ match: odoo.of("crm.lead", "search_read"), effect, times: 1 });
      const lead = await odoo.crm.createLead(draftOf(effect));
      expect(leads(effect).map(({ id }) => String(id))).toEqual([lead.id]);
    },
  );

  test("a creation that arrives late, after another try, ends in one lead: the oldest", async () => {
    odoo.simulator.fail({ match: odoo.of("crm.lead", "create"), effect: "late", ms: HELD_MS, times: 1 });
    const { id } = await odoo.crm.createLead(draftOf("late"));
    odoo.simulator.mend();
    await odoo.simulator.settled();
    expect(leads("late")).toHaveLength(2);
    expect(await odoo.crm.createLead(draftOf("late"))).toMatchObject({ id });
    expect(leads("late").map((lead) => String(lead.id))).toEqual([id]);
  });

  test("a double that people already work on stays", async () => {
    const { id } = await odoo.crm.createLead(draftOf("worked-on"));
    const double = odoo.simulator.add("crm.lead", { name: "Double", x_external_id: "worked-on" });
    odoo.later(2000);
    odoo.simulator.edit("crm.lead", double, { contact_name: "Rita called" });
    expect(await odoo.crm.createLead(draftOf("worked-on"))).toMatchObject({ id });
    expect(leads("worked-on")).toHaveLength(2);
  });

  test("two processes at once end with one lead and one of each label", async () => {
    const at = draftOf("twice", { tags: ["both"], source: "both", medium: "both", campaign: "both", stage: "Both" });
    const made = await Promise.all([1, 2, 3, 4].map(() => odoo.again().createLead(at)));
    expect(new Set((await Promise.all(made.map(() => odoo.crm.createLead(at)))).map(({ id }) => id)).size).toBe(1);
    expect(leads("twice")).toHaveLength(1);
    for (const model of ["crm.tag", "utm.source", "utm.medium", "utm.campaign"])
      expect(odoo.simulator.rows(model).filter(({ name }) => String(name).startsWith("both"))).toHaveLength(1);
    expect(labels("crm.stage", "Both")).toHaveLength(1);
    const [kept] = leads("twice");
    expect(kept?.tag_ids).toEqual([labels("crm.tag", "both")[0]?.id]);
  });

  test.each(["error_500", "reset_before"] as const)("%s without end is told, with the time to wait", async (effect) => {
    odoo.simulator.fail({ effect });
    const told = { code: "unavailable", retryAfter: 10 };
    await expect(odoo.crm.createLead(draftOf(`endless-${effect}`))).rejects.toMatchObject(told);
    odoo.simulator.mend();
    expect(leads(`endless-${effect}`)).toEqual([]);
  });

  test("too many requests are told at once, with the time that Odoo names", async () => {
    odoo.simulator.fail({ effect: "rate_limit", retryAfter: 17, times: 1 });
    await expect(odoo.crm.users()).rejects.toMatchObject({ code: "rate_limited", retryAfter: 17 });
    odoo.simulator.fail({ effect: "rate_limit", times: 1 });
    await expect(odoo.crm.users()).rejects.toMatchObject({ code: "rate_limited", retryAfter: 30 });
  });

  test("an Odoo that doesn't answer in time isn't asked again at once", async () => {
    await odoo.crm.users();
    odoo.simulator.requests.length = 0;
    odoo.simulator.fail({ effect: "delay", ms: 60_000 });
    const told = { code: "unavailable", reason: "provider_slow", retryAfter: 10 };
    const impatient = odoo.again({ timeoutMs: 100 });
    await expect(impatient.users()).rejects.toMatchObject(told);
    expect(odoo.simulator.requests).toHaveLength(1);
  });

  test("what mustn't be done twice isn't repeated blindly: a note whose answer was lost is found again", async () => {
    const { id } = await odoo.crm.createLead(draftOf("note"));
    const note = { key: "lost-answer", html: "<p>Once</p>" };
    odoo.simulator.fail({ match: odoo.of("crm.lead", "message_post"), effect: "reset_after", times: 1 });
    await expect(odoo.crm.postNote(id, note)).rejects.toMatchObject({ code: "unavailable" });
    await odoo.crm.postNote(id, note);
    expect(odoo.simulator.rows("mail.message").filter(({ body }) => body === note.html)).toHaveLength(1);
    const activity = { kind: "todo", summary: "Once", note: "", due: "2026-12-01", userId: null } as const;
    odoo.simulator.fail({ match: odoo.of("crm.lead", "activity_schedule"), effect: "reset_after", times: 1 });
    await expect(odoo.crm.scheduleActivity(id, activity)).rejects.toMatchObject({ code: "unavailable" });
    await odoo.crm.scheduleActivity(id, activity);
    expect(odoo.simulator.rows("mail.activity").filter(({ summary }) => summary === "Once")).toHaveLength(1);
  });

  test("a key that isn't accepted is told without the key", async () => {
    odoo.simulator.requests.length = 0;
    const refused = await odoo
      .again({ apiKey: "wrong-secret" })
      .users()
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "internal", reason: "provider_key_refused" });
    expect(JSON.stringify(refused) + String(refused)).not.toContain("wrong-secret");
    expect(odoo.simulator.requests).toHaveLength(1);
  });

  test("a database that isn't there, and an address that is no Odoo, are told as such", async () => {
    const database = protocol === "json2" ? "provider_address" : "provider_database_unknown";
    await expect(odoo.again({ database: "other" }).users()).rejects.toMatchObject({ reason: database });
    const elsewhere = odoo.again({ url: `${odoo.simulator.origin}/elsewhere` });
    await expect(elsewhere.users()).rejects.toMatchObject({ code: "internal", reason: "provider_address" });
  });

  test("under any mixture of faults, retries end with exactly one lead each and one of each label", async () => {
    const mixed = await startOdoo(protocol);
    const effects = ["error_500", "rate_limit", "reset_before", "reset_after", "late"] as const;
    mixed.simulator.fail(...effects.map((effect) => ({ effect, probability: 0.04, ms: 5 })));
    const ids = Array.from({ length: 20 }, (_, n) => `mixed-${n}`);
    const insist = async (id: string) => {
      const crm = mixed.again();
      for (let n = 0; n < 100; n += 1) {
        const done = await crm.createLead(draftOf(id)).then(
          () => true,
          () => false,
        );
        if (done) return;
      }
      throw new Error(`${id} was never made`);
    };
    await Promise.all(ids.flatMap((id) => [insist(id), insist(id)]));
    mixed.simulator.mend();
    await mixed.simulator.settled();
    for (const id of ids) await mixed.crm.createLead(draftOf(id));
    const kept = mixed.simulator.rows("crm.lead");
    expect(kept.map(({ x_external_id }) => x_external_id).sort()).toEqual(ids.toSorted());
    await mixed.simulator.close();
  });
});

test("a label that somebody else makes at the same moment is taken", async () => {
  const { simulator, again } = await startOdoo("json2");
  const json2 = createJson2({ url: simulator.origin, database: null, apiKey: "odoo-key-4711" });
  const labels = createLabels({
    ...json2,
    call(call) {
      if (call.method === "create") simulator.add(call.model, { name: "vip" });
      return json2.call(call);
    },
  });
  const id = await labels.idOf("tag", "vip");
  expect(simulator.rows("crm.tag").map((tag) => [tag.id, tag.name])).toEqual([[id, "vip"]]);
  await again().createLead(draftOf("vip", { tags: ["vip"] }));
  expect(simulator.rows("crm.lead")[0]?.tag_ids).toEqual([id]);
  await simulator.close();
});

describe("a user who may not delete leads", () => {
  test("archives a double without our id, so that one lead remains", async () => {
    const odoo = await startOdoo("json2", { manager: false });
    odoo.simulator.fail({ match: odoo.of("crm.lead", "create"), effect: "late", ms: HELD_MS, times: 1 });
    const { id } = await odoo.crm.createLead(draftOf("double"));
    odoo.simulator.mend();
    await odoo.simulator.settled();
    await odoo.crm.createLead(draftOf("double"));
    const rows = odoo.simulator.rows("crm.lead");
    expect(rows.map((lead) => [String(lead.id) === id, lead.active, lead.x_external_id])).toEqual([
      [true, true, "double"],
      [false, false, false],
    ]);
    expect(await odoo.crm.findLead("double")).toMatchObject({ id });
    await odoo.simulator.close();
  });
});

test("its records outlive the simulator in a file", async () => {
  const { mkdtempSync, rmSync } = await import("node:fs");
  const { tmpdir } = await import("node:os");
  const { join } = await import("node:path");
  const folder = mkdtempSync(join(tmpdir(), "odoo-"));
  const file = join(folder, "odoo.json");
  const first = await startOdoo("json2", { file });
  const { id } = await first.crm.createLead(draftOf("kept"));
  await first.simulator.close();
  const second = await startOdoo("jsonrpc", { file });
  expect(await second.crm.createLead(draftOf("kept"))).toMatchObject({ id });
  await second.simulator.close();
  rmSync(folder, { recursive: true });
});
