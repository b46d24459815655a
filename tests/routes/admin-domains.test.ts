// Tenants' hosts and their certificates, as staff lists and has them looked at again, and as the tenant's people read them.
import { beforeEach, describe, expect, test } from "vitest";
import { loadEnv } from "#app/platform/env.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import * as progress from "#app/routes/_app.provisioning.tsx";
import * as page from "#app/routes/admin.domains.tsx";
import * as tenantPage from "#app/routes/admin.tenants.$tenantId.tsx";
import { testDatabase } from "../setup/database.ts";
import { makeParty } from "../support/http-world.ts";
import { Browser, pageServices } from "../support/pages.ts";
import { makeStaff } from "../support/staff.ts";

const database = await testDatabase();
const { sql } = database;
const plain = { ...(await pageServices(database.db.web)), staff: database.db.staff };
const secure = { ...plain, env: loadEnv({ APP_URL: "https://app.example.com", LOG_LEVEL: "silent" }) };
const [a, b] = await Promise.all([makeParty(database, "a"), makeParty(database, "b")]);
const member = await makeStaff(database);

function browse(token: string, services: typeof plain): Browser {
  const browser = new Browser(services);
  browser.setCookie(`${services === secure ? "__Host-" : ""}foyer_session=${token}`);
  return browser;
}
const staff = browse(member.token, secure);
const billing = browse((await makeStaff(database, "billing")).token, secure);
const owner = browse(b.token, secure);

interface Row {
  id: string;
  host: string;
  tlsStatus: string;
  tlsReason: string | null;
  certifiable: boolean;
}
interface Page {
  domains: Row[];
  nextCursor: string | null;
  troubles: number;
  https: boolean;
  editable: boolean;
}
const list = async (search = "", who = staff) => (await who.get<Page>(page, `/admin/domains${search}`)).data;
const domainOf = async (host: string) => (await sql`select id from domains where host = ${host}`)[0]?.id as string;
const hostOf = (slug: string) => `${slug}.localhost`;
const look = (domainId: string, tenantId = b.tenantId, who = staff) =>
  who.post(page, "/admin/domains", { intent: "look", tenantId, domainId });
const looks = () => sql`select data from pgboss.job where name = 'tls.check'`;
beforeEach(() => sql`delete from pgboss.job where name = 'tls.check'`);

describe("the list", () => {
  test("shows every tenant's host, and finds them by words, kind and certificate", async () => {
    await sql`
      update domains set tls_status = 'failed', tls_reason = 'The certificate ended.', tls_trouble = 'expired', tls_checked_at = now()
      where host = ${hostOf(b.slug)}`;
    expect(await list()).toMatchObject({ troubles: 1, https: true, editable: true, nextCursor: null });
    expect((await list()).domains.map(({ host }) => host).toSorted()).toEqual(
      [hostOf(a.slug), hostOf(b.slug)].toSorted(),
    );
    const found = [expect.objectContaining({ host: hostOf(b.slug), tlsReason: "The certificate ended." })];
    for (const search of [
      `?q=${b.slug}`,
      "?certificate=trouble",
      "?certificate=failed",
      "?certificate=failed&kind=subdomain",
    ])
      expect([search, (await list(search)).domains]).toEqual([search, found]);
    for (const search of ["?kind=custom", "?certificate=ready", "?q=nobody-at-all", "?q=%25"])
      expect([search, (await list(search)).domains]).toEqual([search, []]);
    expect((await list("?kind=%00&certificate=x&cursor=y~z")).domains).toHaveLength(2);
  });

  test("says why a host has no certificate before one could fail", async () => {
    await sql`
      insert into domains (tenant_id, host, kind) values (${a.tenantId}, 'www.unproved.test', 'custom')`;
    expect((await list("?kind=custom")).domains).toMatchObject([
      { tlsReason: "It gets its certificate once its owner is proved.", certifiable: false },
    ]);
    await sql`delete from domains where host = 'www.unproved.test'`;
  });

  test("goes on where the page before ended, missing nobody and naming nobody twice", async () => {
    await sql`
      insert into domains (tenant_id, host, kind) select ${a.tenantId}, 'many-' || n || '.test', 'custom' from generate_series(1, 60) n`;
    const seen: string[] = [];
    for (let cursor = ""; ; ) {
      const { domains, nextCursor } = await list(`?q=many-&cursor=${encodeURIComponent(cursor)}`);
      seen.push(...domains.map(({ host }) => host));
      if (!nextCursor) break;
      cursor = nextCursor;
    }
    expect([seen.length, new Set(seen).size]).toEqual([60, 60]);
    await sql`delete from domains where host like 'many-%'`;
  });

  test("is staff's alone", async () => {
    expect((await owner.get(page, "/admin/domains")).status).toBe(404);
    expect((await new Browser(secure).get(page, "/admin/domains")).location).toMatch(/^\/sign-in/);
    expect(await list("", billing)).toMatchObject({ editable: false });
  });
});

describe("another look", () => {
  test("is taken by the worker, once however often it is asked for, and stands in the tenant's trail", async () => {
    const id = await domainOf(hostOf(b.slug));
    for (let time = 0; time < 2; time++) expect((await look(id)).status).toBe(200);
    expect((await looks()).map(({ data }) => data)).toEqual([{ tenantId: b.tenantId, domainId: id }]);
    expect(
      await sql`select actor_kind, actor_id, tenant_id, detail from audit_log where action = 'tls.checked_again' and subject_id = ${id}`,
    ).toMatchObject(
      Array(2).fill({
        ...{ actor_kind: "staff", actor_id: member.actor.userId, tenant_id: b.tenantId },
        detail: { host: hostOf(b.slug) },
      }),
    );
  });

  test("is refused where there is nothing to look at, and to whoever may not", async () => {
    const id = await domainOf(hostOf(b.slug));
    expect((await look(uuidv7())).status).toBe(404);
    expect((await look(id, a.tenantId)).status).toBe(404);
    expect((await look("not an id")).status).toBe(422);
    expect((await look(id, b.tenantId, billing)).status).toBe(403);
    expect((await look(id, b.tenantId, owner)).status).toBe(404);
    expect((await look(id, b.tenantId, browse(member.token, plain))).status).toBe(409);
    await sql`update tenants set status = 'pending' where id = ${b.tenantId}`;
    expect((await look(id)).status).toBe(409);
    await sql`update tenants set status = 'active' where id = ${b.tenantId}`;
    expect(await looks()).toEqual([]);
  });
});

test("a tenant's page shows its hosts with their certificates", async () => {
  const at = [`/admin/tenants/${b.tenantId}`, { tenantId: b.tenantId }] as const;
  const { data } = await staff.get<{ tenant: { domains: Row[] }; https: boolean }>(tenantPage, ...at);
  expect(data).toMatchObject({
    https: true,
    tenant: { host: hostOf(b.slug), domains: [{ host: hostOf(b.slug), tlsStatus: "failed" }] },
  });
});

test("the tenant's people read how their certificate stands, and that there is none where plain http is spoken", async () => {
  const read = async (services: typeof plain) =>
    (await browse(b.token, services).get<{ certificate: object }>(progress, "/provisioning")).data.certificate;
  expect(await read(secure)).toMatchObject({
    ...{ host: hostOf(b.slug), https: true, status: "failed", reason: "The certificate ended.", known: true },
  });
  expect(await read(plain)).toMatchObject({ https: false });
});
