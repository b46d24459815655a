// The sandbox: one switch, after which everything that happens is test data, seen by nobody in real mode, billed to
// nobody and mailed to nobody outside; and wiped without a trace of the real being touched.
import { beforeAll, describe, expect, test } from "vitest";
import { admitWidget } from "#app/domain/agent/admission.ts";
import { chat } from "#app/domain/agent/chat.ts";
import { chatPage } from "#app/domain/agent/chat-page.ts";
import { ConversationFilter } from "#app/domain/agent/conversations.schema.ts";
import { getConversation, listConversations, replyAsMember } from "#app/domain/agent/conversations.ts";
import { dashboardFigures } from "#app/domain/agent/dashboard.ts";
import { entitlements } from "#app/domain/billing/entitlements.ts";
import { setSandbox, testData, wipeSandbox } from "#app/domain/billing/sandbox.ts";
import { consume } from "#app/domain/billing/usage.ts";
import { queueMail, sendMail } from "#app/domain/mail/outbox.ts";
import { resolveApiKey } from "#app/domain/team/keys.ts";
import { resolveSession } from "#app/domain/team/sessions.ts";
import { resolveSite } from "#app/domain/tenants/sites.ts";
import { claimsOf, type MemberActor } from "#app/platform/actor.ts";
import type { TenantTx } from "#app/platform/db.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import type { Mailer } from "#app/platform/mail.ts";
import { testDatabase } from "../../setup/database.ts";
import { type AgentTenant, agentTenant, chatServices } from "../../support/agent.ts";
import { SITES } from "../../support/small-business.ts";

const database = await testDatabase();
const { sql } = database;
const { web } = database.db;
const services = chatServices(database);
let tenant: AgentTenant;
let neighbour: AgentTenant;
let testing: MemberActor;

beforeAll(async () => {
  const queues = ["mail.send", "usage.alert"];
  await sql`select pgboss.create_queue(q, '{"policy":"standard"}') from unnest(${queues}::text[]) q`;
  tenant = await agentTenant(database, "dental", SITES.dental);
  neighbour = await agentTenant(database, "neighbour", {});
  testing = { ...tenant.actor, sandbox: true };
});

const real = <T>(work: (tx: TenantTx) => Promise<T>) => web.asTenant(tenant.actor, work);
const inTest = <T>(work: (tx: TenantTx) => Promise<T>) => web.asTenant(testing, work);
const subjectsOf = async (actor: MemberActor) =>
  (await web.asTenant(actor, (tx) => listConversations(tx, ConversationFilter.parse({}), "UTC"))).conversations.map(
    ({ subject }) => subject,
  );
const say = (session_id: string, message: string, sandbox: boolean, of = tenant) =>
  chat(services, { tenantId: of.tenantId, channel: "web", sandbox }, { session_id, message });

describe("the switch", () => {
  test("reaches every door with the next request, and goes back", async () => {
    const knock = (key: string) => admitWidget(web, services.env, key, services.env.appUrl);
    const modes = async () => [
      (await resolveSession(web, tenant.token))?.sandbox,
      (await resolveApiKey(web, tenant.apiKey)).actor.sandbox,
      (await knock(tenant.widgetKey)).sandbox,
      await resolveSite(web, "dental.localhost", []).then((site) => site.kind === "tenant" && site.sandbox),
    ];
    expect(await modes()).toEqual([false, false, false, false]);
    await real((tx) => setSandbox(tx, tenant.actor, true));
    expect(await modes()).toEqual([true, true, true, true]);
    expect((await knock(neighbour.widgetKey)).sandbox).toBe(false);
    await inTest((tx) => setSandbox(tx, testing, false));
    expect(await modes()).toEqual([false, false, false, false]);
    const trail = await sql`
      select action from audit_log where tenant_id = ${tenant.tenantId} and action like 'sandbox.%' order by created_at`;
    expect(trail.map(({ action }) => action)).toEqual(["sandbox.on", "sandbox.off"]);
  });

  test("that is on already is no news, and stands in no trail twice", async () => {
    await real((tx) => setSandbox(tx, tenant.actor, false));
    const [row] = await sql`select count(*)::int as n from audit_log where action = 'sandbox.off'`;
    expect(row?.n).toBe(1);
  });

  test("is owners' and admins' alone, in the database too", async () => {
    for (const role of ["agent", "viewer"] as const) {
      const actor: MemberActor = { ...tenant.actor, role };
      await expect(web.asTenant(actor, (tx) => setSandbox(tx, actor, true))).rejects.toMatchObject({
        code: "forbidden",
      });
      await expect(web.asTenant(actor, (tx) => wipeSandbox(tx, actor))).rejects.toMatchObject({ code: "forbidden" });
      for (const call of ["app.set_sandbox(true)", "app.wipe_sandbox()"])
        await expect(
          web.asTenant(actor, (tx) => tx(Object.assign([`select ${call}`], { raw: [`select ${call}`] }))),
        ).rejects.toMatchObject({ code: "42501" });
    }
    await expect(real((tx) => tx`update tenants set sandbox = true`)).rejects.toMatchObject({ code: "42501" });
  });

  test("stands in the claims only where it is on, as in those of the token hook", async () => {
    const hook = async () => {
      const event = JSON.stringify({ user_id: tenant.userId, claims: { app_metadata: { sandbox: true } } });
      const [row] = await sql<{ out: { claims: { app_metadata: object } } }[]>`
        select app.custom_access_token_hook(${event}::text::jsonb) as out`;
      return row?.out.claims.app_metadata;
    };
    expect(claimsOf(tenant.actor).app_metadata).not.toHaveProperty("sandbox");
    expect(await hook()).not.toHaveProperty("sandbox");
    await sql`update tenants set sandbox = true where id = ${tenant.tenantId}`;
    expect(await hook()).toMatchObject({ sandbox: true });
    expect(claimsOf(testing).app_metadata).toMatchObject({ sandbox: true });
    await sql`update tenants set sandbox = false where id = ${tenant.tenantId}`;
  });
});

describe("test data", () => {
  const session = `visitor-${uuidv7()}`;

  test("is in lists, figures and threads of its own mode; the same visitor goes on separately in either", async () => {
    const [first] = await Promise.all([say(session, "Is there parking?", false)]);
    const tried = await say(session, "Do you whiten teeth?", true);
    expect(tried.conversation_id).not.toBe(first.conversation_id);
    expect(await subjectsOf(tenant.actor)).toEqual(["Is there parking?"]);
    expect(await subjectsOf(testing)).toEqual(["Do you whiten teeth?"]);
    await expect(inTest((tx) => getConversation(tx, first.conversation_id))).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(real((tx) => getConversation(tx, tried.conversation_id))).rejects.toMatchObject({ code: "not_found" });
    await say(session, "And on Saturdays?", true);
    const figures = (tx: TenantTx) => dashboardFigures(tx, { days: 7, timeZone: "UTC" });
    const messages = async () => [(await real(figures)).current.messages, (await inTest(figures)).current.messages];
    expect(await messages()).toEqual([1, 2]);
    const seen = async (sandbox: boolean) =>
      (await chatPage(database.db.functions, tenant.tenantId, session, sandbox)).messages?.filter(
        ({ role }) => role === "visitor",
      ).length;
    expect([await seen(false), await seen(true)]).toEqual([1, 2]);
  });

  test("isn't answered, written to or taken over by somebody in the other mode", async () => {
    const { conversation_id } = await say(`other-${session}`, "A person, please", true);
    await expect(
      real((tx) => replyAsMember(tx, tenant.actor, conversation_id, { body: "Hello" })),
    ).rejects.toMatchObject({
      code: "not_found",
    });
    await expect(
      real(
        (tx) => tx`
        insert into messages (tenant_id, conversation_id, visitor_session, role, body)
        values (app.tenant_id(), ${conversation_id}, ${`other-${session}`}, 'member', 'x')`,
      ),
    ).rejects.toMatchObject({ code: "not_found" });
    await inTest((tx) => replyAsMember(tx, testing, conversation_id, { body: "Hello" }));
    const [row] = await sql`
      select bool_and(sandbox) as test from messages where conversation_id = ${conversation_id}`;
    expect(row?.test).toBe(true);
  });

  test("is never billed: it has an allowance of its own, and no meter hears of it", async () => {
    const before = await real(entitlements);
    await inTest((tx) => consume(tx, { metric: "messages", quantity: 7, key: "tried" }));
    expect((await real(entitlements)).limits.messages.used).toBe(before.limits.messages.used);
    const after = await inTest(entitlements);
    expect(after.sandbox).toBe(true);
    expect(after.limits.messages).toMatchObject({ overage: "block", included: 1_000 });
    await expect(
      inTest((tx) => consume(tx, { metric: "messages", quantity: 2_000, key: "flood" })),
    ).rejects.toMatchObject({
      code: "payment_required",
    });
    const owed = await sql`
      select metric, sandbox, used from usage_counters where tenant_id = ${tenant.tenantId} and used <> metered and not sandbox
        and metric in ('messages', 'calls')`;
    const [ledger] = await sql`
      select coalesce(sum(quantity) filter (where not sandbox), 0)::int as real from usage_events
      where tenant_id = ${tenant.tenantId} and metric = 'messages'`;
    expect(owed.map(({ used }) => Number(used))).toEqual([ledger?.real].filter((n) => n > 0));
    const alerts = await sql`select * from usage_alerts where tenant_id = ${tenant.tenantId} and metric = 'messages'`;
    expect(alerts).toEqual([]);
  });

  test("mails nobody outside: such a mail is kept and never handed over; the tenant's own people get theirs", async () => {
    await sql`update billing_accounts set billing_email = 'books@elsewhere.test' where tenant_id = ${tenant.tenantId}`;
    await sql`truncate pgboss.job cascade`;
    const send = (to: string, template: string, key: string) =>
      inTest((tx) => tx`select app.queue_mail(${to}, ${template}, '{}', ${key})`);
    await send("patient@elsewhere.test", "reminder", "outside");
    await send(tenant.email.toUpperCase(), "reminder", "member");
    await send("books@elsewhere.test", "invoice", "books");
    await send("patient@elsewhere.test", "verify_email", "account");
    await send(neighbour.email, "reminder", "neighbour");
    const rows = await sql<{ id: string; dedupeKey: string; status: string }[]>`
      select id, dedupe_key as "dedupeKey", status from outbox_mails
      where tenant_id = ${tenant.tenantId} and dedupe_key in ('outside', 'member', 'books', 'account', 'neighbour')`;
    const status = Object.fromEntries(rows.map((row) => [row.dedupeKey, row.status]));
    expect(status).toEqual({
      ...{ outside: "held", neighbour: "held", member: "queued", books: "queued", account: "queued" },
    });
    const jobs = await sql<{ id: string }[]>`select data ->> 'mailId' as id from pgboss.job where name = 'mail.send'`;
    const held = rows.filter((row) => row.status === "held").map(({ id }) => id);
    expect(jobs).toHaveLength(3);
    expect(jobs.filter(({ id }) => held.includes(id))).toEqual([]);
    const sent: string[] = [];
    const mailer: Mailer = {
      send: async ({ to }) => {
        sent.push(to);
      },
      close: async () => {},
    };
    const env = { appUrl: "http://localhost:3000" } as Parameters<typeof sendMail>[0]["env"];
    for (const id of held) await sendMail({ db: database.db.worker, mailer, env }, id);
    expect(sent).toEqual([]);
  });

  test("keeps a mail back that a job queues while the tenant is in sandbox, though its claims don't say so", async () => {
    await sql`update tenants set sandbox = true where id = ${tenant.tenantId}`;
    const system = { reason: "test", tenantId: tenant.tenantId };
    await database.db.worker.asSystem(system, (tx) =>
      queueMail(tx, { to: "patient@elsewhere.test", template: "reminder" as never, data: {}, key: "by-job" }),
    );
    const [row] = await sql`select status from outbox_mails where dedupe_key = 'by-job'`;
    expect(row?.status).toBe("held");
    await sql`update tenants set sandbox = false where id = ${tenant.tenantId}`;
  });
});

describe("wiping", () => {
  test("counts and deletes all test data, from either mode, and nothing else of anybody's", async () => {
    await say("neighbour-visitor", "Hello", true, neighbour);
    await say("neighbour-visitor", "Hello", false, neighbour);
    const tables = ["conversations", "messages", "leads", "usage_events", "usage_counters", "outbox_mails"];
    const rest = async () => {
      const counts: Record<string, unknown> = {};
      for (const table of tables) {
        const test = table === "outbox_mails" ? "status = 'held'" : "sandbox";
        const [row] = await sql.unsafe(
          `select count(*) filter (where tenant_id = '${tenant.tenantId}' and ${test})::int as test,
            string_agg(t::text, ' ' order by t::text) filter (where not (${test}) or tenant_id <> '${tenant.tenantId}') as kept from ${table} t`,
        );
        counts[table] = row;
      }
      return counts as Record<string, { test: number; kept: string }>;
    };
    const before = await rest();
    const counted = await real(testData);
    expect(counted).toEqual(await inTest(testData));
    expect(counted).toMatchObject({
      conversations: before.conversations?.test,
      messages: before.messages?.test,
      heldMails: before.outbox_mails?.test,
      usageEvents: before.usage_events?.test,
    });
    for (const n of [counted.conversations, counted.messages, counted.heldMails, counted.usageEvents])
      expect(n).toBeGreaterThan(0);
    expect(await real((tx) => wipeSandbox(tx, tenant.actor))).toEqual(counted);
    const after = await rest();
    for (const table of tables) {
      expect([table, after[table]?.test]).toEqual([table, 0]);
      expect(after[table]?.kept === before[table]?.kept, table).toBe(true);
    }
    expect(Object.values(await real(testData))).toEqual([0, 0, 0, 0, 0]);
    expect(Object.values(await web.asTenant(neighbour.actor, testData)).some((n) => n > 0)).toBe(true);
    const [trail] = await sql`select detail from audit_log where action = 'sandbox.wiped'`;
    expect(trail?.detail).toEqual(counted);
  });

  test("leaves the allowance as fresh as at the first time", async () => {
    expect((await inTest(entitlements)).limits.messages.used).toBe(0);
    const { conversation_id } = await say("again-and-again", "Is there parking?", true);
    expect(conversation_id).toBeTruthy();
    expect((await inTest(entitlements)).limits.messages.used).toBeGreaterThan(0);
  });
});
