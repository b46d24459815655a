// What is asked on every page and every message finds its rows by an index that leads with the tenant: the policy's
// filter makes the planner drop any other, and then one big tenant slows all of them.
import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { createBuiltinModel } from "#app/domain/agent/builtin-model.ts";
import { chat } from "#app/domain/agent/chat.ts";
import { chatPage } from "#app/domain/agent/chat-page.ts";
import { ConversationFilter } from "#app/domain/agent/conversations.schema.ts";
import { getConversation, listConversations } from "#app/domain/agent/conversations.ts";
import { dashboardFigures } from "#app/domain/agent/dashboard.ts";
import { latestConversations, unansweredQuestions } from "#app/domain/agent/recent-activity.ts";
import { testData } from "#app/domain/billing/sandbox.ts";
import { loadSitePage } from "#app/domain/branding/site-page.ts";
import { searchKnowledge } from "#app/domain/knowledge/search.ts";
import { firstSteps } from "#app/domain/provisioning/first-steps.ts";
import type { VisitorActor } from "#app/platform/actor.ts";
import type { Db, TenantTx } from "#app/platform/db.ts";
import { sha256Hex } from "#app/platform/ids.ts";
import { createLogger } from "#app/platform/log.ts";
import { testDatabase } from "../setup/database.ts";
import { explaining, explainingDb, nodesOf, type PlanNode } from "../support/explain.ts";
import { newTrialTenant, type TestTenant } from "../support/tenants.ts";

const database = await testDatabase();
const ROWS = 100_000;
const SESSION = "hot-session-1";
let tenant: TestTenant;
let conversationId: string;
/** Index → its first column. */
let leads: Map<string, string>;
let big: Set<string>;

beforeAll(async () => {
  tenant = await newTrialTenant(database.db.web, "hot-one");
  const other = await newTrialTenant(database.db.web, "hot-two");
  const both = [tenant.tenantId, other.tenantId];
  await database.sql.begin(async (sql) => {
    // Rows only have to be there: references needn't be checked, nor the words of each message indexed one by one.
    await sql`set local session_replication_role = replica`;
    const [words] = await sql<{ definition: string }[]>`
      select pg_get_indexdef('messages_search'::regclass) as definition`;
    await sql`drop index messages_search`;
    await sql`
      insert into conversations (tenant_id, visitor_session, subject, created_at, last_message_at, unanswered_count)
      select t, 'hot-session-' || n, 'Question', now() - n * interval '1 minute', now() - n * interval '1 minute', n % 7 / 6
      from unnest(${both}::uuid[]) t, generate_series(1, ${ROWS}::int) n`;
    await sql`
      insert into messages (tenant_id, conversation_id, visitor_session, role, body, answered, created_at)
      select tenant_id, id, visitor_session, 'agent', 'We are open from nine.', unanswered_count = 0, created_at
      from conversations`;
    await sql`
      insert into leads (tenant_id, conversation_id, visitor_session, email, created_at)
      select tenant_id, id, visitor_session, 'visitor@example.test', created_at from conversations`;
    await sql`
      insert into knowledge_documents (tenant_id, base_id, source_id, url, title, content_hash)
      select tenant_id, id, app.uuid_v7(), 'https://hot.example/' || n, 'Page', 'hash'
      from knowledge_bases, generate_series(1, ${ROWS / 20}::int) n where tenant_id = any(${both})`;
    await sql`
      insert into knowledge_chunks (tenant_id, base_id, document_id, position, content, content_hash, search, word_count)
      select tenant_id, base_id, id, n, 'text', 'hash', '', 0 from knowledge_documents, generate_series(1, 20) n`;
    await sql`
      insert into knowledge_terms (tenant_id, base_id, term, idf, chunk_ids, impacts)
      select tenant_id, id, 'word' || n, 1, '{}', '{}'
      from knowledge_bases, generate_series(1, ${ROWS}::int) n where tenant_id = any(${both})`;
    await sql.unsafe(words?.definition ?? "");
  });
  await database.sql`vacuum analyze`;
  const [one] = await database.sql<{ id: string }[]>`
    select id from conversations where tenant_id = ${tenant.tenantId} limit 1`;
  conversationId = one?.id ?? "";
  const indexes = await database.sql<{ name: string; first: string }[]>`
    select i.indexrelid::regclass::text as name, a.attname as first from pg_index i
    join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]`;
  leads = new Map(indexes.map(({ name, first }) => [name, first]));
  const tables = await database.sql<{ name: string }[]>`
    select relname as name from pg_class where relkind = 'r' and reltuples >= ${ROWS / 20}`;
  big = new Set(tables.map(({ name }) => name));
}, 180_000);

/** What reads a big table otherwise than by an index and a condition that lead with the tenant. */
function strays(plans: readonly PlanNode[]): string[] {
  const wrong = plans.flatMap(nodesOf).flatMap((node) => {
    const type = String(node["Node Type"]);
    const table = node["Relation Name"];
    if (type === "Seq Scan") return big.has(String(table)) ? [`${type} on ${table}`] : [];
    const index = node["Index Name"];
    if (typeof index !== "string" || ![...big].some((name) => index.startsWith(name))) return [];
    const condition = String(node["Index Cond"]);
    return leads.get(index) === "tenant_id" && /\btenant_id = /.test(condition) ? [] : [`${index}: ${condition}`];
  });
  return [...new Set(wrong)];
}

const asMember = (fn: (tx: TenantTx) => Promise<unknown>) => (plans: PlanNode[]) =>
  database.db.web.asTenant(tenant.actor, (tx) => fn(explaining(tx, plans)), { readOnly: true });
/** In sandbox: the few rows of one mode are found among the many of the other. */
const asTester = (fn: (tx: TenantTx) => Promise<unknown>) => (plans: PlanNode[]) =>
  database.db.web.asTenant({ ...tenant.actor, sandbox: true }, (tx) => fn(explaining(tx, plans)), { readOnly: true });
const visitor = (): VisitorActor => ({ kind: "visitor", tenantId: tenant.tenantId, sessionId: SESSION });
const filter = (search: Record<string, string>) => ConversationFilter.parse(search);
const doors = (plans: PlanNode[]): Db => explainingDb(database.db.functions, plans);

const HOT: Record<string, (plans: PlanNode[]) => Promise<unknown>> = {
  "home: figures": asMember((tx) => dashboardFigures(tx, { days: 30, timeZone: "Europe/Vienna" })),
  "home: latest conversations": asMember((tx) => latestConversations(tx)),
  "home: unanswered questions": asMember((tx) => unansweredQuestions(tx)),
  "home: first steps": asMember((tx) => firstSteps(tx, "http://hot-one.localhost")),
  "conversations: list": asMember((tx) => listConversations(tx, filter({}), "UTC")),
  "conversations: by state": asMember((tx) => listConversations(tx, filter({ state: "waiting" }), "UTC")),
  "conversations: unanswered": asMember((tx) => listConversations(tx, filter({ unanswered: "1" }), "UTC")),
  "conversations: by words": asMember((tx) => listConversations(tx, filter({ q: "parking" }), "UTC")),
  "conversations: one": asMember((tx) => getConversation(tx, conversationId)),
  "sandbox: figures": asTester((tx) => dashboardFigures(tx, { days: 30, timeZone: "Europe/Vienna" })),
  "sandbox: conversations": asTester((tx) => listConversations(tx, filter({}), "UTC")),
  "sandbox: conversations by words": asTester((tx) => listConversations(tx, filter({ q: "parking" }), "UTC")),
  "sandbox: how much test data": asTester((tx) => testData(tx)),
  "chat: a message and its answer": (plans) =>
    chat(
      { db: doors(plans), log: createLogger("test", "silent"), model: createBuiltinModel() },
      { tenantId: tenant.tenantId, channel: "web", origin: null },
      { session_id: SESSION, message: "When are you open?", message_id: randomUUID() },
    ),
  "search: a misspelt word": (plans) =>
    database.db.functions.asVisitor(
      visitor(),
      (tx) => searchKnowledge(explaining(tx, plans), { query: "how much is a wordd7 and word12" }),
      { readOnly: true },
    ),
  "widget: configuration and history": (plans) => chatPage(doors(plans), tenant.tenantId, SESSION),
  "public page": (plans) =>
    database.db.web.asVisitor(visitor(), (tx) => loadSitePage(explaining(tx, plans)), { readOnly: true }),
};

describe("hot statements read big tables by an index that leads with the tenant", () => {
  test.each(Object.entries(HOT))("%s", async (_name, run) => {
    const plans: PlanNode[] = [];
    await run(plans);
    expect(plans.length).toBeGreaterThan(0);
    expect(strays(plans)).toEqual([]);
  });

  test("the tables are big enough to tell, and a statement without the tenant is noticed", async () => {
    expect([...big]).toEqual(
      expect.arrayContaining(["conversations", "messages", "leads", "knowledge_chunks", "knowledge_terms"]),
    );
    const explained = async (where: string) => {
      const [row] = await database.sql.unsafe(`explain (format json) select * from messages where ${where}`);
      const [found] = Object.values(row ?? {})[0] as { Plan: PlanNode }[];
      return strays(found ? [found.Plan] : []);
    };
    expect(await explained("role = 'member'")).toEqual(["Seq Scan on messages"]);
    expect(await explained("created_at > now() + interval '1 day'")).not.toEqual([]);
    expect(await explained(`tenant_id = '${tenant.tenantId}' and created_at > now() + interval '1 day'`)).toEqual([]);
  });
});

describe("the gate finds who somebody is by unique lookups", () => {
  const PEOPLE = 20_000;

  beforeAll(async () => {
    await database.sql.begin(async (sql) => {
      await sql`set local session_replication_role = replica`;
      await sql`
        insert into users (id, email) select app.uuid_v7(), 'hot-' || n || '@example.test' from generate_series(1, ${PEOPLE}::int) n`;
      await sql`
        insert into tenants (id, name, slug) select app.uuid_v7(), 'Hot', 'hot-filler-' || n from generate_series(1, ${PEOPLE}::int) n`;
      await sql`
        insert into memberships (tenant_id, user_id, role)
        select t.id, u.id, 'owner' from (select id, row_number() over () n from tenants) t
        join (select id, row_number() over () n from users) u using (n)
        on conflict do nothing`;
      await sql`insert into widget_keys (tenant_id, public_key) select id, 'wk-hot-' || id from tenants`;
      await sql`insert into domains (tenant_id, host, kind) select id, id || '.hot.test', 'subdomain' from tenants`;
      await sql`
        insert into api_keys (tenant_id, name, prefix, key_hash) select id, 'Hot', 'fk_hot', 'hash-' || id from tenants`;
      await sql`
        insert into sessions (user_id, token_hash, expires_at)
        select id, 'hash-' || id, now() + interval '1 day' from users`;
      await sql`
        insert into rate_limits (key, window_start, used) select 'hot-' || n, now(), 1 from generate_series(1, ${PEOPLE}::int) n`;
      await sql`
        insert into billing_accounts (tenant_id, plan_version_id, period_anchor, period_start, period_end)
        select t.id, v.id, now(), now(), now() + interval '1 month' from tenants t, plan_versions v where v.plan = 'basic'
        on conflict do nothing`;
      await sql`
        insert into usage_counters (tenant_id, metric, period_start, period_end, used)
        select tenant_id, metric, period_start, period_end, 1 from billing_accounts, unnest(array['messages', 'calls']) metric
        where period_start is not null on conflict do nothing`;
      await sql`
        insert into usage_events (tenant_id, metric, quantity, key, period_start, occurred_at)
        select tenant_id, 'messages', 1, 'hot ' || n, period_start, now() from billing_accounts, generate_series(1, 10) n
        where period_start is not null`;
      await sql`
        insert into limit_overrides (tenant_id, metric, included, reason) select id, 'seats', 5, 'test' from tenants`;
      await sql`insert into tenant_configurations (tenant_id) select id from tenants on conflict do nothing`;
      await sql`insert into feature_toggles (tenant_id, key, enabled) select id, 'white_label', true from tenants`;
      await sql`
        insert into feature_overrides (tenant_id, key, enabled, reason) select id, 'white_label', true, 'test' from tenants`;
    });
    await database.sql`vacuum analyze`;
  }, 60_000);

  /** Tables that the statement read from end to end. */
  async function readWhole(run: (sql: typeof database.sql) => Promise<unknown>): Promise<string[]> {
    return database.sql.begin(async (sql) => {
      const read = () => sql<{ name: string; scans: string }[]>`
        select relname as name, seq_scan as scans from pg_stat_xact_user_tables where schemaname = 'public'`;
      // What the connection has just done before may not have been handed in yet.
      const before = new Map((await read()).map(({ name, scans }) => [name, scans]));
      await run(sql as unknown as typeof database.sql);
      return (await read()).filter(({ name, scans }) => scans !== (before.get(name) ?? "0")).map(({ name }) => name);
    });
  }

  test("by session, widget key, API key, host and rate limit", async () => {
    const hash = await sha256Hex(tenant.token);
    expect(await readWhole((sql) => sql`select * from app.resolve_session(${hash})`)).toEqual([]);
    expect(await readWhole((sql) => sql`select * from app.resolve_widget_key('wk_none')`)).toEqual([]);
    expect(await readWhole((sql) => sql`select * from app.resolve_api_key('none')`)).toEqual([]);
    expect(await readWhole((sql) => sql`select * from app.resolve_host('hot-one.localhost')`)).toEqual([]);
    expect(await readWhole((sql) => sql`select * from app.take_rate('hot', 5, 60)`)).toEqual([]);
  });

  test("by the edge, which anybody can make ask", async () => {
    for (const host of ["hot-one.localhost", "nobody.hot.test"])
      expect(await readWhole((sql) => sql`select * from app.certificate_facts(${host})`)).toEqual([]);
  });

  test("what is asked of a plan, and counted, finds its rows by unique lookups too", async () => {
    const claims = JSON.stringify({ role: "anon", app_metadata: { tenant_id: tenant.tenantId } });
    const asked = async (run: (sql: typeof database.sql) => Promise<unknown>) => {
      const whole = await readWhole(async (sql) => {
        await sql`select set_config('request.jwt.claims', ${claims}, true)`;
        await run(sql);
      });
      // The plans themselves are a handful of rows.
      return whole.filter((name) => !["plan_versions", "plan_limits", "feature_flags"].includes(name));
    };
    expect(await asked((sql) => sql`select * from app.consume('messages', 1, 'hot 5')`)).toEqual([]);
    expect(await asked((sql) => sql`select * from app.consume('messages', 1, 'new')`)).toEqual([]);
    expect(await asked((sql) => sql`select * from app.consume('calls', 100000, 'far too much')`)).toEqual([]);
    expect(await asked((sql) => sql`select * from app.usage_room('messages')`)).toEqual([]);
    expect(await asked((sql) => sql`select * from app.entitlement_facts()`)).toEqual([]);
    expect(await asked((sql) => sql`select sum(quantity) from usage_events where key = 'hot 5'`)).toEqual([
      "usage_events",
    ]);
  });

  test("a look without an index is noticed", async () => {
    expect(await readWhole((sql) => sql`select count(*) from sessions where user_agent = 'none'`)).toEqual([
      "sessions",
    ]);
  });
});
