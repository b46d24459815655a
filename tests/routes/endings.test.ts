// Each door while an organisation is paused, cancelled or deleted; and how one deletes it, restores it, and finds out.
import { beforeAll, describe, expect, test } from "vitest";
import { beginReading } from "#app/domain/knowledge/reading.ts";
import { scheduleSyncs } from "#app/domain/knowledge/sync.ts";
import { resolveSite } from "#app/domain/tenants/sites.ts";
import * as home from "#app/routes/_app.home.tsx";
import * as remove from "#app/routes/_app.settings.delete.tsx";
import * as page from "#app/routes/admin.tenants.$tenantId.tsx";
import * as change from "#app/routes/admin.tenants.$tenantId_.$change.tsx";
import * as deletedPage from "#app/routes/deleted.$tenantId.tsx";
import * as signIn from "#app/routes/sign-in.tsx";
import * as site from "#app/routes/site._index.tsx";
import * as switchTenant from "#app/routes/switch-tenant.tsx";
import { chatHandler } from "../../supabase/functions/chat/handler.ts";
import { testDatabase } from "../setup/database.ts";
import { chatServices } from "../support/agent.ts";
import { addMember, cookieOf, makeParty, type Party } from "../support/http-world.ts";
import { Browser, pageServices } from "../support/pages.ts";
import { makeStaff } from "../support/staff.ts";

const database = await testDatabase();
const { sql, db } = database;
const services = { ...(await pageServices(db.web)), staff: db.staff };
const chat = chatHandler(chatServices(database));

function browse(token: string): Browser {
  const browser = new Browser(services);
  browser.setCookie(cookieOf(token).cookie ?? "");
  return browser;
}
const superadmin = browse((await makeStaff(database)).token);
const support = browse((await makeStaff(database, "support")).token);
const change_ = (browser: Browser, { tenantId }: Party, what: string, reason = "Asked for by mail.") =>
  browser.post<{ code?: string; result?: unknown }>(
    change,
    `/admin/tenants/${tenantId}/${what}`,
    { reason },
    { tenantId, change: what },
  );
const statusOf = async ({ tenantId }: Party): Promise<string> =>
  (await sql`select status from tenants where id = ${tenantId}`)[0]?.status;

/** What a visitor of its address is shown. */
async function visit(party: Party) {
  const visitor = new Browser(services);
  visitor.site = await resolveSite(db.web, `${party.slug}.localhost`, []);
  const { status, data } = await visitor.get<{ closed: string | null; name: string | null }>(site, "/");
  return { status, ...data };
}
const ask = (headers: Record<string, string>) =>
  chat(
    new Request("http://localhost:3001/functions/v1/chat", {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ session_id: "visitor-0001", message: "When are you open?" }),
    }),
  ).then(async (response) => `${response.status} ${(await response.json()).code ?? "answered"}`);
const look = (key: string) =>
  chat(new Request(`http://localhost:3001/functions/v1/chat?key=${key}`)).then(async (response) => {
    const body = await response.json();
    return `${response.status} ${response.ok ? (body.agent.online ? "online" : "offline") : body.code}`;
  });
const crawls = async (party: Party): Promise<boolean> => {
  await sql`
    update knowledge_sources set next_sync_at = now() - interval '1 minute', sync_every_hours = 24
    where tenant_id = ${party.tenantId} and kind = 'website'`;
  await sql`delete from pgboss.job where name = 'knowledge.sync'`;
  await scheduleSyncs(db.worker);
  const due =
    await sql`select from pgboss.job where name = 'knowledge.sync' and data ->> 'tenantId' = ${party.tenantId}`;
  const reading = await beginReading(db.worker, party.tenantId, party.sourceId);
  expect(reading?.paused).toBe(due.length === 0);
  return due.length > 0;
};

interface Doors {
  site: [status: number, closed: string | null, named: boolean];
  widget: string;
  sight: string;
  api: string;
  crawls: boolean;
  owner: [status: number, location: string | null];
}
const STATES: [name: string, bring: (party: Party) => Promise<unknown>, doors: Doors][] = [
  [
    "runs",
    async () => {},
    {
      ...{ site: [200, null, true], widget: "200 answered", sight: "200 online", api: "200 answered", crawls: true },
      owner: [200, null],
    },
  ],
  [
    "is suspended by staff",
    (party) => change_(superadmin, party, "suspend"),
    {
      ...{ site: [503, "suspended", true], widget: "403 tenant_suspended", sight: "200 offline" },
      ...{ api: "403 tenant_suspended", crawls: false, owner: [403, null] },
    },
  ],
  [
    "has a trial that ran out, before any job has said so",
    ({ tenantId }) =>
      sql`update tenants set status = 'trialing', trial_ends_at = now() - interval '1 second' where id = ${tenantId}`,
    {
      ...{ site: [503, "suspended", true], widget: "403 tenant_suspended", sight: "200 offline" },
      ...{ api: "402 trial_ended", crawls: false, owner: [403, null] },
    },
  ],
  [
    "is cancelled",
    ({ tenantId }) => sql`update tenants set status = 'cancelled' where id = ${tenantId}`,
    {
      ...{ site: [410, "closed", true], widget: "403 tenant_suspended", sight: "200 offline" },
      ...{ api: "403 tenant_suspended", crawls: false, owner: [403, null] },
    },
  ],
  [
    "is deleted",
    (party) => change_(superadmin, party, "delete"),
    {
      ...{ site: [410, "gone", false], widget: "401 unauthenticated", sight: "401 unauthenticated" },
      ...{ api: "401 unauthenticated", crawls: false, owner: [302, "/deleted/"] },
    },
  ],
];

describe.each(STATES)("an organisation that %s", (_, bring, doors) => {
  let party: Party;
  beforeAll(async () => {
    party = await makeParty(database, "d");
    await sql`update feature_flags set plans = '{premium}' where key = 'api' and not 'premium' = any(plans)`;
    await bring(party);
  });

  test("shows visitors of its address what that means", async () => {
    const { status, closed, name } = await visit(party);
    expect([status, closed, name !== null]).toEqual(doors.site);
  });

  test("answers in the widget and to programs, or doesn't", async () => {
    expect(await ask({ "x-widget-key": party.widgetKey })).toBe(doors.widget);
    expect(await look(party.widgetKey)).toBe(doors.sight);
    expect(await ask({ "x-api-key": party.apiKey })).toBe(doors.api);
  });

  test("has websites read, or doesn't", async () => {
    expect(await crawls(party)).toBe(doors.crawls);
  });

  test("lets its owner in, or tells them where to go", async () => {
    const answer = await browse(party.token).get(home, "/home");
    const [status, location] = doors.owner;
    expect([answer.status, answer.location]).toEqual([status, location && `${location}${party.tenantId}`]);
  });
});

describe("deleting one's organisation", () => {
  let party: Party;
  let owner: Browser;
  beforeAll(async () => {
    party = await makeParty(database, "o");
    owner = browse(party.token);
  });

  test("is the owner's alone, also while it is paused, and asks for its name", async () => {
    const { data } = await owner.get<{ outlook: { name: string; host: string }; editable: boolean }>(
      remove,
      "/settings/delete",
    );
    expect(data).toMatchObject({ editable: true, outlook: { host: `${party.slug}.localhost` } });
    for (const role of ["admin", "viewer"] as const) {
      const member = browse((await addMember(database, party, role)).token);
      expect((await member.get(remove, "/settings/delete")).data).toMatchObject({ editable: false });
      const refused = await member.post(remove, "/settings/delete", { name: data.outlook.name });
      expect(refused.status).toBe(403);
    }
    for (const name of ["", "Somebody else"])
      expect((await owner.post(remove, "/settings/delete", { name })).status).toBe(422);
    await change_(superadmin, party, "suspend");
    expect((await owner.get(remove, "/settings/delete")).status).toBe(200);
    await change_(superadmin, party, "resume");
    expect(await statusOf(party)).toBe("active");
  });

  test("lands everybody of it on its end, with the way back for the owner and the way on", async () => {
    const viewer = browse((await addMember(database, party, "viewer")).token);
    const [{ name } = { name: "" }] = await sql`select name from tenants where id = ${party.tenantId}`;
    const path = `/deleted/${party.tenantId}`;
    expect((await owner.post(remove, "/settings/delete", { name })).location).toBe(path);
    for (const browser of [owner, viewer]) {
      expect((await browser.get(signIn, "/sign-in")).location).toBe(path);
      const listed = await browser.get<{ deleted: { tenantId: string }[] }>(switchTenant, "/switch-tenant");
      expect(listed.data.deleted).toMatchObject([{ tenantId: party.tenantId }]);
    }
    const params = { tenantId: party.tenantId };
    const shown = await owner.get<{ tenant: { eraseAt: Date }; mayRestore: boolean; others: number }>(
      deletedPage,
      path,
      params,
    );
    expect(shown.data).toMatchObject({ mayRestore: true, others: 0, tenant: { deletedBy: "member" } });
    const days = (+shown.data.tenant.eraseAt - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(30);
    expect((await viewer.get(deletedPage, path, params)).data).toMatchObject({ mayRestore: false });
    const refused = await viewer.post(deletedPage, path, { intent: "restore" }, params);
    expect([refused.status, await statusOf(party)]).toEqual([409, "deleted"]);
    const stranger = browse((await makeParty(database, "s")).token);
    expect((await stranger.get(deletedPage, path, params)).location).toBe("/home");
    expect((await stranger.post(deletedPage, path, { intent: "restore" }, params)).status).toBe(409);

    const back = await owner.post(deletedPage, path, { intent: "restore" }, params);
    expect([back.location, await statusOf(party)]).toEqual(["/home", "active"]);
    expect((await owner.get(deletedPage, path, params)).location).toBe("/home");
    expect((await owner.get(home, "/home")).status).toBe(200);
    const trail = await sql`
      select action, actor_kind, actor_id from audit_log
      where tenant_id = ${party.tenantId} and action in ('tenant.deleted', 'tenant.restored') order by created_at`;
    expect(trail).toEqual(
      ["tenant.deleted", "tenant.restored"].map((action) => ({
        ...{ action, actor_kind: "member", actor_id: party.userId },
      })),
    );
  });
});

describe("staff", () => {
  interface Page {
    changes: string[];
    standing: { holds: { kind: string; reason: string }[]; subscription: unknown };
  }
  const pageOf = async (browser: Browser, { tenantId }: Party) =>
    (await browser.get<Page>(page, `/admin/tenants/${tenantId}`, { tenantId })).data;

  /** One of whose changes none is under way. */
  const paying = async (name: string): Promise<Party> => {
    const party = await makeParty(database, name);
    await sql`update billing_operations set status = 'done' where tenant_id = ${party.tenantId}`;
    return party;
  };

  test("is offered what is possible and theirs to do, and nothing else works", async () => {
    const party = await paying("x");
    expect((await pageOf(superadmin, party)).changes).toEqual(["suspend", "cancel", "cancel-now", "delete"]);
    expect((await pageOf(support, party)).changes).toEqual(["suspend"]);
    const params = { tenantId: party.tenantId, change: "delete" };
    const path = `/admin/tenants/${party.tenantId}/delete`;
    expect((await superadmin.get(change, path, params)).status).toBe(200);
    expect((await support.get(change, path, params)).location).toBe(`/admin/tenants/${party.tenantId}`);
    expect((await change_(support, party, "delete")).status).toBe(403);
    expect((await change_(superadmin, party, "delete", "no")).status).toBe(422);
    expect((await change_(superadmin, party, "resume")).status).toBe(409);
    expect((await change_(superadmin, party, "explode")).status).toBe(404);
    expect(await statusOf(party)).toBe("active");
    const owner = browse(party.token);
    expect((await owner.get(change, path, params)).status).toBe(404);
    expect((await change_(owner, party, "delete")).status).toBe(404);

    expect((await change_(support, party, "suspend", "Spam in its chats.")).location).toBe(
      `/admin/tenants/${party.tenantId}`,
    );
    const held = await pageOf(superadmin, party);
    expect(held.standing.holds).toMatchObject([{ kind: "suspended", reason: "Spam in its chats." }]);
    expect(held.changes).toEqual(["resume", "cancel", "cancel-now", "delete"]);
    await change_(superadmin, party, "delete", "More spam.");
    expect((await pageOf(superadmin, party)).changes).toEqual(["restore"]);
    const [deleted] = (await owner.get<{ deleted: { tenantId: string }[] }>(switchTenant, "/switch-tenant")).data
      .deleted;
    const closed = { tenantId: deleted?.tenantId ?? "" };
    expect((await owner.get(deletedPage, `/deleted/${closed.tenantId}`, closed)).data).toMatchObject({
      mayRestore: false,
      tenant: { deletedBy: "staff" },
    });
    await change_(superadmin, party, "restore");
    await change_(superadmin, party, "resume");
    expect(await statusOf(party)).toBe("active");
  });

  test("asks for a subscription's end, at its end or at once, and not twice", async () => {
    const party = await paying("y");
    await change_(superadmin, party, "cancel", "Asked for by mail.");
    const operations = () =>
      sql`select kind, status from billing_operations where tenant_id = ${party.tenantId} and kind like 'cancel%'`;
    expect(await operations()).toEqual([{ kind: "cancel", status: "pending" }]);
    expect((await change_(superadmin, party, "cancel-now")).status).toBe(409);
    expect((await pageOf(superadmin, party)).changes).toEqual(["suspend", "delete"]);
    const [trail] = await sql`
      select detail ->> 'reason' as reason from audit_log
      where tenant_id = ${party.tenantId} and action = 'billing.cancel_requested' and actor_kind = 'staff'`;
    expect(trail).toEqual({ reason: "Asked for by mail." });
  });
});
