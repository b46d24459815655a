import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { chat } from "#app/domain/agent/chat.ts";
import { ConversationFilter } from "#app/domain/agent/conversations.schema.ts";
import {
  deleteConversation,
  getConversation,
  listConversations,
  reopenConversation,
  replyAsMember,
  resolveConversation,
} from "#app/domain/agent/conversations.ts";
import { dashboardFigures } from "#app/domain/agent/dashboard.ts";
import type { TenantTx } from "#app/platform/db.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import { testDatabase } from "../../setup/database.ts";
import { type AgentTenant, agentTenant, chatServices } from "../../support/agent.ts";
import { SITES } from "../../support/small-business.ts";

const database = await testDatabase();
const services = chatServices(database);
let dental: AgentTenant;
let other: AgentTenant;

beforeAll(async () => {
  dental = await agentTenant(database, "dental", SITES.dental);
  other = await agentTenant(database, "other", {});
});

const read = <T>(work: (tx: TenantTx) => Promise<T>, tenant = dental) =>
  database.db.web.asTenant(tenant.actor, work, { readOnly: true });
const write = <T>(work: (tx: TenantTx) => Promise<T>, tenant = dental) => database.db.web.asTenant(tenant.actor, work);
const list = (filter: Record<string, unknown> = {}) =>
  read((tx) => listConversations(tx, ConversationFilter.parse(filter), "Europe/Zurich"));

async function talk(session_id: string, ...messages: string[]): Promise<string> {
  let id = "";
  for (const message of messages) {
    id = (await chat(services, { tenantId: dental.tenantId, channel: "web" }, { session_id, message })).conversation_id;
  }
  return id;
}

describe("the list", () => {
  let parking: string;
  let casino: string;
  let person: string;

  beforeAll(async () => {
    parking = await talk("session-parking", "Is there parking?", "I'm Anna Berg, anna@example.com");
    casino = await talk("session-casino", "Do you have a casino?");
    person = await talk("session-person", "I want to talk to a human");
    await talk("session-percent", "is 100% of it covered?");
  });

  test("is newest first and can be filtered by state, by open questions, by words and by day", async () => {
    expect((await list()).conversations.slice(1).map(({ id }) => id)).toEqual([person, casino, parking]);
    expect((await list({ state: "waiting" })).conversations.map(({ id }) => id)).toEqual([person]);
    expect((await list({ unanswered: "1" })).conversations.map(({ id }) => id)).toContain(casino);
    expect((await list({ q: "parking" })).conversations.map(({ id }) => id)).toEqual([parking]);
    expect((await list({ q: "CASINO" })).conversations.map(({ id }) => id)).toEqual([casino]);
    expect((await list({ q: "100%" })).conversations).toHaveLength(1);
    expect((await list({ q: "0% o_" })).conversations).toHaveLength(0);
    expect((await list({ from: "2001-01-01", to: "2001-01-02" })).conversations).toHaveLength(0);
    expect((await list({ from: "2001-01-01" })).conversations).toHaveLength(4);
    expect((await list()).conversations.find(({ id }) => id === parking)?.lead).toBe("Anna Berg");
  });

  test("what doesn't fit a filter is left out of it", async () => {
    const odd = {
      state: "nonsense",
      from: "2026-99-99",
      to: "x",
      cursor: "~'; drop table",
      unanswered: "maybe",
      q: "\u0000",
    };
    expect((await list(odd)).conversations).toHaveLength(4);
  });

  test("goes on where the page before ended, with nothing twice and nothing left out", async () => {
    await database.sql`
      insert into conversations (tenant_id, visitor_session, created_at, last_message_at)
      select ${other.tenantId}, 'bulk-session-' || n, t, t
      from generate_series(1, 60) n, lateral (select now() - interval '1 day' + (n / 3) * interval '1 microsecond' as t) x`;
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await read((tx) => listConversations(tx, ConversationFilter.parse({ cursor }), "UTC"), other);
      seen.push(...page.conversations.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(seen).toHaveLength(60);
    expect(new Set(seen).size).toBe(60);
  });
});

describe("one conversation", () => {
  let id: string;
  beforeEach(async () => {
    id = await talk(`session-${uuidv7()}`, "Is there parking?", "my phone is +41 44 123 45 67");
  });

  test("shows its messages in order, their sources, and the lead", async () => {
    const detail = await read((tx) => getConversation(tx, id));
    expect(detail.messages.map(({ role }) => role)).toEqual(["visitor", "agent", "visitor", "agent"]);
    expect(detail.messages[1]?.citations[0]?.quote).toContain("parking");
    expect(detail.contact?.phone).toBe("+41 44 123 45 67");
  });

  test("another tenant's and one that nobody has look alike", async () => {
    const foreign = await read((tx) => getConversation(tx, id), other).catch((error: unknown) => error);
    const nobody = await read((tx) => getConversation(tx, uuidv7()), other).catch((error: unknown) => error);
    const malformed = await read((tx) => getConversation(tx, "nonsense"), other).catch((error: unknown) => error);
    expect(foreign).toMatchObject({ code: "not_found" });
    expect([String(nobody), String(malformed)]).toEqual([String(foreign), String(foreign)]);
    for (const change of [resolveConversation, reopenConversation, deleteConversation]) {
      await expect(write((tx) => change(tx, other.actor, id), other)).rejects.toMatchObject({ code: "not_found" });
    }
    await expect(write((tx) => replyAsMember(tx, other.actor, id, { body: "x" }), other)).rejects.toMatchObject({
      code: "not_found",
    });
  });

  test("taking over, resolving, reopening and deleting are in the audit trail, each once", async () => {
    await write((tx) => replyAsMember(tx, dental.actor, id, { body: "Hello" }));
    await write((tx) => replyAsMember(tx, dental.actor, id, { body: "Are you there?" }));
    await write((tx) => resolveConversation(tx, dental.actor, id));
    await write((tx) => resolveConversation(tx, dental.actor, id));
    await write((tx) => reopenConversation(tx, dental.actor, id));
    await write((tx) => deleteConversation(tx, dental.actor, id));
    const trail = await database.sql`select action from audit_log where subject_id = ${id} order by created_at`;
    expect(trail.map(({ action }) => action)).toEqual([
      ...["conversation.taken_over", "conversation.resolved", "conversation.reopened", "conversation.deleted"],
    ]);
    const left = await database.sql`
      select (select count(*) from messages where conversation_id = ${id})
        + (select count(*) from leads where conversation_id = ${id}) as n`;
    expect(Number(left[0]?.n)).toBe(0);
  });
});

describe("the dashboard's figures", () => {
  test("are the period's, beside the one before, in the tenant's days", async () => {
    const tenant = await agentTenant(database, "figures", SITES.hotel);
    const caller = { tenantId: tenant.tenantId, channel: "web" as const };
    const ask = (session_id: string, message: string) => chat(services, caller, { session_id, message });
    await ask("figures-one", "Do you have a pool?");
    await ask("figures-one", "Do you have a casino?");
    const old = await ask("figures-two", "I want to talk to a human");
    await ask("figures-three", "call me at +41 44 123 45 67");
    await database.sql`update conversations set created_at = created_at - interval '9 days', last_message_at = last_message_at - interval '9 days' where id = ${old.conversation_id}`;
    await database.sql`update messages set created_at = created_at - interval '9 days' where conversation_id = ${old.conversation_id}`;

    const figures = await read((tx) => dashboardFigures(tx, { days: 7, timeZone: "Pacific/Auckland" }), tenant);
    expect(figures.current).toMatchObject({
      conversations: 2,
      messages: 3,
      answered: 1,
      unanswered: 1,
      handoffs: 0,
      leads: 1,
    });
    expect(figures.previous).toMatchObject({ conversations: 1, messages: 1, answered: 0, handoffs: 1, leads: 0 });
    expect(figures.current.medianResponseMs).toBeGreaterThan(0);
    expect(figures.days).toHaveLength(7);
    expect(figures.days.reduce((sum, { messages }) => sum + messages, 0)).toBe(3);
  });

  test("and the list's read only through indexes that lead with the tenant", async () => {
    await database.sql`
      with talks as (
        insert into conversations (tenant_id, visitor_session, created_at, last_message_at)
        select t.id, 'plan-' || t.id || n, now() - n * interval '1 minute', now() - n * interval '1 minute'
        from tenants t, generate_series(1, 4000) n returning tenant_id, id, visitor_session, created_at
      ),
      contacts as (
        insert into leads (tenant_id, conversation_id, visitor_session, email, created_at)
        select tenant_id, id, visitor_session, 'a@example.com', created_at from talks
      )
      insert into messages (tenant_id, conversation_id, visitor_session, role, body, created_at)
      select tenant_id, id, visitor_session, 'visitor', 'Is there anything about ' || id, created_at from talks`;
    await database.sql`analyze`;
    const plans: string[] = [];
    await read(async (tx) => {
      // Each statement that the functions send is sent once more, as EXPLAIN.
      const spy = Object.assign((strings: TemplateStringsArray, ...values: never[]) => {
        const text = strings.join("$");
        if (!/^\s*(?:with|select)/.test(text) || /^\s*\(/.test(text)) return tx(strings, ...values);
        const explained = Object.assign([`explain (format json) ${strings[0]}`, ...strings.slice(1)], {
          raw: strings.raw,
        });
        return {
          // biome-ignore lint/suspicious/noThenProperty: stands for a pending query
          then: (resolve: (rows: unknown) => void, reject: (error: unknown) => void) =>
            tx(explained as unknown as TemplateStringsArray, ...values)
              .then((rows) => {
                plans.push(JSON.stringify(rows));
                return tx(strings, ...values);
              })
              .then(resolve, reject),
        };
      }, tx) as unknown as TenantTx;
      await dashboardFigures(spy, { days: 7, timeZone: "Europe/Zurich" });
      await listConversations(spy, ConversationFilter.parse({}), "UTC");
      await listConversations(spy, ConversationFilter.parse({ state: "bot" }), "UTC");
    });
    expect(plans.length).toBeGreaterThanOrEqual(5);
    for (const plan of plans) {
      expect(plan).toMatch(/tenant_id = \(InitPlan|tenant_id = \$|Index Cond[^}]*tenant_id/);
      expect(plan).not.toMatch(/Seq Scan","[^}]*"Relation Name":"(?:messages|conversations|leads)"/);
    }
  });
});
