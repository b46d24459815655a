// Removing one of the operator's sequences: who may, what becomes of those under way, and where it is written down.
import { expect, test } from "vitest";
import { OPERATOR_DEFAULTS } from "#app/domain/sequences/defaults.ts";
import * as followUps from "#app/routes/_app.settings.follow-ups.tsx";
import * as list from "#app/routes/admin.sequences._index.tsx";
import * as page from "#app/routes/admin.sequences.$sequenceId.tsx";
import { testDatabase } from "../setup/database.ts";
import { cookieOf, makeParty } from "../support/http-world.ts";
import { Browser, pageServices } from "../support/pages.ts";
import { sequenceWorld } from "../support/sequences.ts";
import { makeStaff } from "../support/staff.ts";

const database = await testDatabase();
const { sql } = database;
const services = { ...(await pageServices(database.db.web)), staff: database.db.staff };
const world = sequenceWorld(database);
const browse = (token: string): Browser => {
  const browser = new Browser(services);
  browser.setCookie(cookieOf(token).cookie ?? "");
  return browser;
};
const staff = browse((await makeStaff(database, "support")).token);
const billing = browse((await makeStaff(database, "billing")).token);
const owner = browse((await makeParty(database, "a")).token);
const id = OPERATOR_DEFAULTS[0]?.sequenceId ?? "";
const path = `/admin/sequences/${id}`;
const params = { sequenceId: id };

test("is removed with all ways through it, to be found in the trails, and by whoever may", async () => {
  await world.trial("on-the-way");
  await world.advance();
  const ways = (state: string) => sql<{ tenantId: string }[]>`
    select tenant_id as "tenantId" from sequence_enrolments where sequence_id = ${id} and state = ${state}`;
  const before = await ways("active");
  expect(before.length).toBeGreaterThan(0);
  world.skip(24 * 3);
  await world.advance();
  expect(await sql`select from outbox_mails where template = 'sequence' and status = 'queued'`).not.toEqual([]);
  world.sent.length = 0;
  expect((await billing.post(page, path, { intent: "remove" }, params)).status).toBe(403);
  const removed = await staff.post(page, path, { intent: "remove" }, params);
  expect([removed.status, removed.location]).toEqual([302, "/admin/sequences"]);
  await world.deliver();
  expect(world.sent).toEqual([]);
  expect(await ways("active")).toEqual([]);
  expect(
    await sql`select tenant_id as "tenantId", detail from audit_log where action = 'sequence.removed'`,
  ).toContainEqual({ tenantId: before[0]?.tenantId, detail: { ended: 1 } });
  expect((await staff.get(page, path, params)).status).toBe(404);
  expect((await staff.post(page, path, { intent: "remove" }, params)).status).toBe(404);
  const { sequences } = (await staff.get<{ sequences: { id: string }[] }>(list, "/admin/sequences")).data;
  expect(sequences.map((one) => one.id)).not.toContain(id);
  expect((await owner.post(followUps, "/settings/follow-ups", { intent: "remove" })).status).toBe(400);
  await world.pass(24);
  expect(await ways("active")).toEqual([]);
});
