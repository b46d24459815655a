// Nobody learns whether another tenant has something: its id and an id that nobody has get the very same answer.
import { beforeAll, describe, expect, test } from "vitest";
import type { MemberActor, VisitorActor } from "#app/platform/actor.ts";
import type { TenantTx } from "#app/platform/db.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import { testDatabase } from "../setup/database.ts";
import { claimsFor } from "../support/attacks.ts";
import { grantedColumns, holds, primaryKey, readCatalogue, type Table } from "../support/catalogue.ts";
import { ownerColumnOf, ownershipOf } from "../support/ownership.ts";
import { disguise } from "../support/probe.ts";
import { insertOf, isOneOf, type Seeded, seed } from "../support/seed.ts";

const database = await testDatabase();
const { web } = database.db;
let tables: Table[];
let seeded: Seeded;
let member: MemberActor;
let visitor: VisitorActor;

beforeAll(async () => {
  tables = (await readCatalogue(database.sql)).filter((table) => table.kind === "table");
  seeded = await seed(database.sql, tables);
  const { a } = seeded.parties;
  member = { kind: "member", userId: a.userId, sessionId: a.signInId, tenantId: a.tenantId ?? "", role: "owner" };
  visitor = { kind: "visitor", sessionId: a.visitorSession, tenantId: a.tenantId ?? "" };
});

interface Answer {
  code: string | undefined;
  message: string | undefined;
  rows: number;
}

async function answer(doing: Promise<{ count: number | null }>): Promise<Answer> {
  return doing.then(
    ({ count }) => ({ code: undefined, message: undefined, rows: count ?? 0 }),
    (error: { code?: string; message?: string }) => ({ code: error.code, message: error.message, rows: 0 }),
  );
}

/** Runs a statement as a member of a's in a transaction of its own, and takes it back. `before` runs as superuser. */
async function asMember(statement: string, before = "select 1"): Promise<Answer> {
  const session = await database.sql.reserve();
  try {
    await session.unsafe(
      `begin; ${before}; ${disguise("authenticated", claimsFor("authenticated", seeded.parties.a))}`,
    );
    return await answer(session.unsafe(statement));
  } finally {
    await session.unsafe("rollback");
    session.release();
  }
}

test("a row that refers to another tenant's row gets the answer of one that refers to nothing", async () => {
  let tried = 0;
  const published = new Set(tables.filter((table) => ownershipOf(table)?.by === "everybody").map(({ name }) => name));
  for (const table of tables.filter((candidate) => holds(candidate, "authenticated", "insert"))) {
    const column = grantedColumns(table, "authenticated", "insert");
    for (const key of table.foreignKeys) {
      if (published.has(key.target)) continue;
      const parents = seeded.rows.get(key.target);
      const own = key.columns.filter((name) => name !== ownerColumnOf(table));
      if (own.length === 0 || !parents?.b) continue;
      const at = (name: string) => key.targetColumns[key.columns.indexOf(name)] ?? "";
      const row = seeded.fresh(table, "a");
      const foreign = { ...row, ...Object.fromEntries(own.map((name) => [name, parents.b?.[at(name)]])) };
      const nothing = { ...row, ...Object.fromEntries(own.map((name) => [name, unlike(parents.b?.[at(name)])])) };
      const [toForeign, toNothing] = [
        await asMember(insertOf(table, foreign, column)),
        await asMember(insertOf(table, nothing, column)),
      ];
      expect([key.name, toForeign]).toEqual([key.name, toNothing]);
      expect([key.name, toForeign.rows]).toEqual([key.name, 0]);
      tried += 1;
    }
  }
  expect(tried).toBeGreaterThan(6);
});

const unlike = (value: unknown) =>
  typeof value === "boolean" ? value : /^[0-9a-f-]{36}$/.test(String(value)) ? uuidv7() : `nothing ${value}`;

test("a key that another tenant uses is free for one's own rows", async () => {
  let tried = 0;
  for (const table of tables.filter((candidate) => holds(candidate, "authenticated", "insert"))) {
    const tenant = ownerColumnOf(table);
    const { b } = seeded.rows.get(table.name) ?? {};
    for (const index of table.indexes.filter(({ unique, columns }) => unique && tenant && columns.includes(tenant))) {
      const columns = index.columns.filter(
        (name) => name !== null && name !== tenant && !references(table, name),
      ) as string[];
      if (columns.length === 0 || !b) continue;
      const row = { ...seeded.fresh(table, "a"), ...Object.fromEntries(columns.map((name) => [name, b[name]])) };
      const statement = insertOf(table, row, grantedColumns(table, "authenticated", "insert"));
      const { code } = await asMember(statement, `delete from ${table.name} where "${tenant}" = '${member.tenantId}'`);
      expect([index.name, code]).toEqual([index.name, undefined]);
      tried += 1;
    }
  }
  expect(tried).toBeGreaterThan(10);
});

const references = (table: Table, name: string | null) =>
  table.foreignKeys.some((key) => key.columns.includes(name ?? ""));

test("updating or deleting another tenant's row says what it says of no row", async () => {
  for (const table of tables) {
    const { b } = seeded.rows.get(table.name) ?? {};
    if (!b || ownershipOf(table)?.by === "everybody") continue;
    const nobody = Object.fromEntries(primaryKey(table).map((name) => [name, unlike(b[name])]));
    const column = grantedColumns(table, "authenticated", "update")[0];
    const verbs = [
      `delete from ${table.name}`,
      ...(column ? [`update ${table.name} set "${column}" = "${column}"`] : []),
    ];
    for (const verb of [...verbs, `select from ${table.name}`]) {
      const theirs = await asMember(`${verb} where ${isOneOf(table, [b])}`);
      const none = await asMember(`${verb} where ${isOneOf(table, [nobody])}`);
      expect([table.name, verb, theirs]).toEqual([table.name, verb, none]);
      expect(theirs.rows).toBe(0);
    }
  }
});

describe("the functions that know more than the caller", () => {
  const through = (statement: (tx: TenantTx) => Promise<unknown>) =>
    web.asTenant(member, statement).then(
      (value) => JSON.stringify(value),
      (error: { code: string }) => error.code,
    );

  test("switching to a foreign tenant and to none are refused alike", async () => {
    const foreign = await through((tx) => tx`select app.switch_tenant(${seeded.parties.b.tenantId}) as ok`);
    expect(foreign).toBe(await through((tx) => tx`select app.switch_tenant(${uuidv7()}) as ok`));
    expect(foreign).toBe('[{"ok":false}]');
  });

  test("a slug of another's is only ever taken, and claiming it changes nothing of one's own", async () => {
    await database.sql`update tenants set slug = 'theirs' where id = ${seeded.parties.b.tenantId}`;
    await database.sql`update tenants set slug = null where id = ${member.tenantId}`;
    await database.sql`update domains set host = 'squat.localhost' where tenant_id = ${seeded.parties.b.tenantId}`;
    for (const [slug, host] of [
      ["theirs", "theirs.localhost"],
      ["squat", "squat.localhost"],
      ["mine", "www.bank.test"],
    ])
      expect(await through((tx) => tx`select app.claim_slug(${slug ?? ""}, ${host ?? ""}) as ok`)).toBe(
        '[{"ok":false}]',
      );
    const [own] = await database.sql`select slug from tenants where id = ${member.tenantId}`;
    expect(own?.slug).toBeNull();
    const [host] = await database.sql`select tenant_id from domains where host = 'squat.localhost'`;
    expect(host?.tenant_id).toBe(seeded.parties.b.tenantId);
    expect(await through((tx) => tx`select app.claim_slug('mine', 'mine.localhost') as ok`)).toBe('[{"ok":true}]');
    const hosts = await database.sql`select host from domains where tenant_id = ${member.tenantId}`;
    expect(hosts.map((row) => row.host)).toEqual(["mine.localhost"]);
  });

  test("members, tenants of a person and mails stay one's own", async () => {
    const members = await web.asTenant(member, (tx) => tx<{ userId: string }[]>`select * from app.members()`);
    expect(members.map(({ userId }) => userId)).toEqual([member.userId]);
    const mine = await web.asUser(member, (tx) => tx<{ tenantId: string }[]>`select * from app.my_tenants()`);
    expect(mine.map(({ tenantId }) => tenantId)).toEqual([member.tenantId]);
    await database.sql`select pgboss.create_queue('mail.send', '{"policy":"standard"}')`;
    const { b } = seeded.rows.get("public.outbox_mails") ?? {};
    await web.asTenant(
      member,
      (tx) => tx`select app.queue_mail('x@example.test', 'welcome', '{}', ${String(b?.dedupe_key)})`,
    );
    const [row] =
      await database.sql`select count(*)::int as n from outbox_mails where dedupe_key = ${String(b?.dedupe_key)}`;
    expect(row?.n, "another tenant's dedupe key held a mail back").toBe(2);
  });

  test("a membership can't be passed to a person whose id one guesses", async () => {
    const { userId } = seeded.parties.b;
    expect(await through((tx) => tx`update memberships set user_id = ${userId}`)).toBe("42501");
  });

  test("a visitor can't write into another visitor's conversation of the same tenant", async () => {
    const guest = seeded.rows.get("public.conversations")?.guest;
    const attempt = web.asVisitor(
      visitor,
      (tx) => tx`
      insert into messages (tenant_id, conversation_id, visitor_session, role, body)
      values (app.tenant_id(), ${String(guest?.id)}, app.visitor_session(), 'visitor', 'hello')`,
    );
    await expect(attempt).rejects.toMatchObject({ code: "not_found" });
  });

  test("a key of another tenant's can't be registered beside theirs", async () => {
    const theirs = String(seeded.rows.get("public.widget_keys")?.b?.public_key);
    const taking = (tx: TenantTx) =>
      tx`insert into widget_keys (tenant_id, public_key) values (app.tenant_id(), ${theirs})`;
    expect(await through(taking)).toBe("conflict");
  });
});
