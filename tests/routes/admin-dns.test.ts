// DNS records as staff lists and changes them: what ought to stand, in the trail, for the worker to follow.
import { expect, test } from "vitest";
import { uuidv7 } from "#app/platform/ids.ts";
import * as records from "#app/routes/admin.dns._index.tsx";
import * as recordPage from "#app/routes/admin.dns.$tenantId.$recordId.tsx";
import * as add from "#app/routes/admin.dns.add.tsx";
import * as tenantPage from "#app/routes/admin.tenants.$tenantId.tsx";
import { testDatabase } from "../setup/database.ts";
import { cookieOf, makeParty } from "../support/http-world.ts";
import { Browser, pageServices } from "../support/pages.ts";
import { makeStaff } from "../support/staff.ts";

const database = await testDatabase();
const { sql } = database;
const services = { ...(await pageServices(database.db.web)), staff: database.db.staff };
const [a, b] = await Promise.all([makeParty(database, "a"), makeParty(database, "b")]);

function browse(token: string): Browser {
  const browser = new Browser(services);
  browser.setCookie(cookieOf(token).cookie ?? "");
  return browser;
}
const member = await makeStaff(database);
const staff = browse(member.token);
const billing = browse((await makeStaff(database, "billing")).token);
const owner = browse(a.token);

interface Row {
  id: string;
  tenantId: string;
  name: string;
  type: string;
  content: string;
  ttl: number;
  status: string;
  propagationMs: number | null;
}
const list = async (search = "") => (await staff.get<{ records: Row[] }>(records, `/admin/dns${search}`)).data.records;
const fields = { tenant: a.slug, name: `Mail.${a.slug}.example.test.`, type: "TXT", content: "v=1", ttl: "600" };
const place = (tenantId: string, recordId: string) =>
  [`/admin/dns/${tenantId}/${recordId}`, { tenantId, recordId }] as const;
const rowOf = async (id: string) => (await sql`select * from dns_records where id = ${id}`)[0];
const trail = (id: string) =>
  sql`select action, actor_kind, actor_id, detail from audit_log where subject_id = ${id} order by created_at`;
const looks = async (id: string) =>
  (
    await sql`select from pgboss.job where name = 'dns.check' and data = ${sql.json({ tenantId: a.tenantId, recordId: id })}`
  ).length;

test("all tenants' records are listed with how fast they spread, and found by what they say", async () => {
  expect(await list()).toHaveLength(2);
  expect(await list(`?q=${b.canary}&type=CNAME&status=verified`)).toMatchObject([
    { tenantId: b.tenantId, name: `${b.slug}.localhost`, content: `edge.${b.canary}.test`, propagationMs: 4200 },
  ]);
  expect(await list("?type=CAA")).toEqual([]);
  const page = await staff.get<{ records: Row[] }>(tenantPage, `/admin/tenants/${b.tenantId}`, {
    tenantId: b.tenantId,
  });
  expect(page.data.records).toMatchObject([{ id: b.recordId }]);
});

test("a record is added for a tenant, changed, looked at again, taken away and added again", async () => {
  const added = await staff.post(add, "/admin/dns/add", fields);
  expect(added.status).toBe(302);
  const id = added.location?.split("/").at(-1) ?? "";
  const [path, params] = place(a.tenantId, id);
  expect((await staff.get(recordPage, path, params)).data).toMatchObject({
    record: { name: `mail.${a.slug}.example.test`, type: "TXT", content: "v=1", ttl: 600, status: "pending" },
    editable: true,
  });
  expect(await looks(id)).toBe(1);
  expect((await staff.post(add, "/admin/dns/add", fields)).status).toBe(409);

  await sql`update dns_records set status = 'verified', published_at = now(), verified_at = now(), record_id = 'r1' where id = ${id}`;
  const send = (form: Record<string, string>) => staff.post(recordPage, path, form, params);
  expect((await send({ intent: "change", content: "v=2", ttl: "600" })).status).toBe(200);
  expect(await rowOf(id)).toMatchObject({ content: "v=2", status: "pending", verified_at: null, record_id: "r1" });

  await sql`update dns_records set status = 'verified', verified_at = now(), next_check_at = null where id = ${id}`;
  expect((await send({ intent: "verify" })).status).toBe(200);
  expect(await rowOf(id)).toMatchObject({ status: "propagating", next_check_at: expect.any(Date) });

  expect((await send({ intent: "remove" })).status).toBe(200);
  expect(await rowOf(id)).toMatchObject({ wanted: false, status: "removing", record_id: "r1" });
  for (const intent of ["remove", "verify"]) expect((await send({ intent })).status).toBe(409);

  expect((await staff.post(add, "/admin/dns/add", { ...fields, content: "v=2" })).location).toBe(path);
  expect(await rowOf(id)).toMatchObject({ wanted: true, status: "pending" });
  expect(await trail(id)).toMatchObject(
    ["added", "changed", "verified_again", "removed", "added"].map((what) => ({
      action: `dns.record_${what}`,
      actor_kind: "staff",
      actor_id: member.actor.userId,
    })),
  );
});

test("what can't be a record is said at its field, and changes nothing", async () => {
  const errors = async (wrong: object) => {
    const answer = await staff.post(add, "/admin/dns/add", { ...fields, ...wrong });
    return [answer.status, Object.keys(answer.data.result.error ?? {})];
  };
  expect(await errors({ tenant: "nobody-has-this" })).toEqual([422, ["tenant"]]);
  expect(await errors({ type: "A", content: "not an address" })).toEqual([422, ["content"]]);
  expect(await errors({ name: "no name" })).toEqual([422, ["name"]]);
  expect(await errors({ ttl: "5" })).toEqual([422, ["ttl"]]);
  expect(await errors({ type: "MX" })).toEqual([422, ["type"]]);
  const [path, params] = place(b.tenantId, b.recordId);
  const before = await rowOf(b.recordId);
  const bad = await staff.post(recordPage, path, { intent: "change", content: "not a name", ttl: "300" }, params);
  expect([bad.status, Object.keys(bad.data.result.error ?? {})]).toEqual([422, ["content"]]);
  expect(await rowOf(b.recordId)).toEqual(before);
});

test("a record is its tenant's alone", async () => {
  for (const [tenantId, recordId] of [
    [a.tenantId, b.recordId],
    [b.tenantId, uuidv7()],
    ["x", "y"],
  ] as const) {
    const [path, params] = place(tenantId, recordId);
    expect((await staff.get(recordPage, path, params)).status).toBe(404);
    expect((await staff.post(recordPage, path, { intent: "remove" }, params)).status).toBe(404);
  }
});

test("who may only look changes nothing, and members find nothing", async () => {
  const [path, params] = place(b.tenantId, b.recordId);
  const before = await rowOf(b.recordId);
  expect((await billing.get(recordPage, path, params)).data).toMatchObject({ editable: false });
  expect((await billing.get(add, "/admin/dns/add")).status).toBe(403);
  for (const [browser, status] of [
    [billing, 403],
    [owner, 404],
  ] as const) {
    for (const intent of ["change", "verify", "remove"])
      expect((await browser.post(recordPage, path, { intent, content: "x.test", ttl: "300" }, params)).status).toBe(
        status,
      );
    expect((await browser.post(add, "/admin/dns/add", fields)).status).toBe(status);
  }
  for (const route of [records, recordPage, add]) expect((await owner.get(route, path, params)).status).toBe(404);
  expect(await rowOf(b.recordId)).toEqual(before);
});
