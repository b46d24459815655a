// The rules for leads as staff reads, tries, changes and takes them up again.
import { expect, test } from "vitest";
import { DEFAULT_RULES } from "#app/domain/crm/scoring.ts";
import { syncLead } from "#app/domain/crm/sync.ts";
import { createLogger } from "#app/platform/log.ts";
import * as rules from "#app/routes/admin.leads.rules.tsx";
import { testDatabase } from "../setup/database.ts";
import { cookieOf } from "../support/http-world.ts";
import { Browser, pageServices } from "../support/pages.ts";
import { rulesFields } from "../support/rules.ts";
import { makeStaff } from "../support/staff.ts";
import { newTrialTenant } from "../support/tenants.ts";

const database = await testDatabase();
const { sql, db } = database;
const services = { ...(await pageServices(db.web)), staff: db.staff };
const worker = { db: db.worker, log: createLogger("test", "silent"), now: () => new Date(), crm: null };
const browse = (token: string): Browser => {
  const browser = new Browser(services);
  browser.setCookie(cookieOf(token).cookie ?? "");
  return browser;
};
const superadmin = await makeStaff(database);
const staff = browse(superadmin.token);
const support = browse((await makeStaff(database, "support")).token);
const tenants = [await newTrialTenant(db.web, "one"), await newTrialTenant(db.web, "two")];
for (const { tenantId } of tenants) await syncLead(worker, tenantId);

const path = "/admin/leads/rules";
// biome-ignore lint/suspicious/noExplicitAny: each test says what it looks for
const open = async (search = "", browser = staff) => (await browser.get<any>(rules, path + search)).data;
// biome-ignore lint/suspicious/noExplicitAny: each test says what it looks for
const send = (fields: Record<string, string>, browser = staff) => browser.post<any>(rules, path, fields);
const stored = () => sql`select rules, created_by, note, restored_from from crm_rules order by created_at, id`;
/** The form as the page shows it, with something else in it. */
const form = async (over: Record<string, string> = {}, search = "") => {
  const { fields, id, from } = await open(search);
  return { ...rulesFields(fields), ...(id && { known: id }), ...(from?.id && { from: from.id }), ...over };
};

test("the page begins with the defaults, and sent as it is, the form says the same", async () => {
  const { id, history, editable } = await open();
  expect({ id, history, editable }).toEqual({ id: null, history: [], editable: true });
  const answer = await send(await form({ intent: "preview" }));
  expect(answer.status).toBe(200);
  expect(answer.data.done).toMatchObject({
    ...{ looked: 2, more: false, rows: [], strangers: [], asks: { followUps: 0, escalations: 0 } },
    ...{ scores: { changed: 0 }, owners: { changed: 0 } },
  });
  expect(await stored()).toEqual([]);
});

test("what would change is said of the leads that there are, and nothing changes", async () => {
  const before = await sql`select * from crm_leads order by id`;
  const answer = await send(
    await form({
      ...{ intent: "preview", "businessTypes.other": "100", roundRobin: "rita@operator.example" },
      ...{ "escalations[1].when.stages": "Trial Active", "escalations[1].activity.kind": "todo" },
      ...{ "escalations[1].activity.summary": "Look", "escalations[1].activity.dueInDays": "0" },
    }),
  );
  expect(answer.data.done).toMatchObject({
    scores: { changed: 2 },
    owners: { changed: 2 },
    asks: { followUps: 0, escalations: 2 },
  });
  const [row] = answer.data.done.rows;
  expect(row.owner).toEqual({ before: null, after: "rita@operator.example" });
  expect(row.score.after - row.score.before).toBe(9);
  expect(await sql`select * from crm_leads order by id`).toEqual(before);
  expect(await stored()).toEqual([]);
});

test("rules are put in force with why, and every lead is asked to follow", async () => {
  await sql`delete from pgboss.job where name = 'crm.push_all'`;
  const answer = await send(
    await form({
      ...{ intent: "save", note: "Dentists first" },
      ...{ "assignments[0].when.businessTypes": "healthcare", "assignments[0].when.regions": "Berlin, Bavaria" },
      ...{ "assignments[0].person": "Rita@operator.example", "assignments[0].when.minMonthly": "1497.50" },
      ...{ "followUps[3].activity.kind": "call", "followUps[3].activity.summary": "Call {company}" },
      ...{ "followUps[3].activity.dueInDays": "2" },
    }),
  );
  expect(answer.location).toBe(`${path}?saved=1`);
  const [row] = await stored();
  expect(row).toMatchObject({ created_by: superadmin.actor.userId, note: "Dentists first", restored_from: null });
  expect(row?.rules).toMatchObject({
    ...{ weights: DEFAULT_RULES.weights, plans: DEFAULT_RULES.plans, escalations: DEFAULT_RULES.escalations },
    assignments: [
      {
        when: { businessTypes: ["healthcare"], regions: ["Berlin", "Bavaria"], minMonthlyCents: 149_750 },
        person: "Rita@operator.example",
      },
    ],
  });
  expect(row?.rules.followUps.slice(0, 3)).toEqual(DEFAULT_RULES.followUps);
  expect(row?.rules.followUps[3]).toMatchObject({ key: expect.stringMatching(/^rule_[a-z0-9_]+$/), when: {} });
  expect(await sql`select from pgboss.job where name = 'crm.push_all'`).toHaveLength(1);
  expect((await open()).history).toMatchObject([
    {
      note: "Dentists first",
      by: expect.stringContaining("@staff.test"),
      changed: ["who gets which lead", "follow-ups"],
    },
  ]);
});

test("a rule that is wrong is said at its field, and what was typed stays", async () => {
  const wrong: [Record<string, string>, string][] = [
    [{ "weights.plan": "-1" }, "weights.plan"],
    [{ "businessTypes.other": "" }, "businessTypes.other"],
    [{ "plans.basic": "many" }, "plans.basic"],
    [{ "recency.freshDays": "40" }, "recency.staleDays"],
    [{ roundRobin: "rita@operator.example\nnobody" }, "roundRobin[1]"],
    [{ "assignments[0].person": "Rita" }, "assignments[0].person"],
    [{ "assignments[0].when.minScore": "101" }, "assignments[0].when.minScore"],
    [{ "followUps[0].activity.summary": "" }, "followUps[0].activity.summary"],
    [{ "escalations[0].activity.dueInDays": "61" }, "escalations[0].activity.dueInDays"],
    [{ note: "x".repeat(301) }, "note"],
  ];
  const before = await stored();
  for (const [over, field] of wrong) {
    const answer = await send(await form({ ...over, intent: "save" }));
    expect([over, answer.status, Object.keys(answer.data.result.error ?? {})]).toEqual([over, 422, [field]]);
    expect(answer.data.result.initialValue.weights).toBeDefined();
  }
  expect(await stored()).toEqual(before);
});

test("without JavaScript, too, rules are added, moved and removed", async () => {
  const start = await form();
  const intend = async (type: string, payload: object) =>
    (await send({ ...start, __intent__: JSON.stringify({ type, payload }) })).data.result;
  const added = await intend("insert", { name: "assignments", defaultValue: {} });
  expect(added.initialValue.assignments).toHaveLength(2);
  const moved = await intend("reorder", { name: "followUps", from: 0, to: 1 });
  expect(moved.initialValue.followUps.map(({ key }: { key: string }) => key).slice(0, 2)).toEqual([
    "trial_ended",
    "welcome_call",
  ]);
  const removed = await intend("remove", { name: "escalations", index: 0 });
  expect(removed.initialValue.escalations ?? []).toEqual([]);
  expect(
    (
      await send({
        ...start,
        __intent__: JSON.stringify({ type: "remove", payload: { name: "escalations", index: 0 } }),
      })
    ).status,
  ).toBe(200);
});

test("who changes rules that somebody else has changed meanwhile hears of it, and overwrites nothing", async () => {
  const mine = await form({ intent: "save", note: "Mine" });
  expect((await send(await form({ intent: "save", note: "Theirs" }))).status).toBe(302);
  const before = await stored();
  const answer = await send(mine);
  expect([answer.status, answer.data.result.error?.[""]]).toEqual([
    409,
    ["Somebody else has changed the rules. Look at theirs first."],
  ]);
  expect(answer.data.result.initialValue).toMatchObject({ note: "Mine", known: mine.known });
  expect(await stored()).toEqual(before);
});

test("earlier rules are looked at without being in force, and taken up again as a change of its own", async () => {
  const { history } = await open();
  const first = history.at(-1);
  await send(await form({ intent: "save", "businessTypes.other": "1" }));
  const search = `?from=${first.id}`;
  const shown = await open(search);
  expect(shown).toMatchObject({ from: { id: first.id }, fields: { businessTypes: { other: 40 } } });
  expect((await open()).fields.businessTypes.other).toBe(1);
  expect((await send(await form({ intent: "save", note: "Back" }, search))).status).toBe(302);
  const last = (await stored()).at(-1);
  expect(last).toMatchObject({ restored_from: first.id, note: "Back", rules: { businessTypes: { other: 40 } } });
  expect((await open()).history[0]).toMatchObject({ restoredFrom: first.id, changed: ["points by type of business"] });
  expect(await open("?from=defaults")).toMatchObject({
    from: "defaults",
    fields: { followUps: DEFAULT_RULES.followUps },
  });
  for (const from of ["nonsense", crypto.randomUUID()]) expect((await open(`?from=${from}`)).from).toBeNull();
});

test("support reads the rules, superadmins change them, nobody else knows of them", async () => {
  expect(await open("", support)).toMatchObject({ editable: false });
  const before = await stored();
  for (const intent of ["save", "preview"]) expect((await send(await form({ intent }), support)).status).toBe(403);
  const owner = browse(tenants[0]?.token ?? "");
  expect((await owner.get(rules, path)).status).toBe(404);
  expect((await send(await form({ intent: "save" }), owner)).status).toBe(404);
  expect(await stored()).toEqual(before);
});
