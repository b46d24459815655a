// The gate's people: nothing tells whether an account exists, and every change of standing counts from the next call on.
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openSession, resolveSession, switchTenant } from "#app/domain/team/sessions.ts";
import { claimsOf } from "#app/platform/actor.ts";
import { randomToken, sha256Hex, uuidv7 } from "#app/platform/ids.ts";
import { testDatabase } from "../setup/database.ts";
import { newTenant, type TestTenant } from "../support/tenants.ts";

const database = await testDatabase();
const { sql } = database;
const { web } = database.db;
const from = { userAgent: "test", ip: null };

beforeAll(async () => {
  await sql`select pgboss.create_queue(q, '{"policy":"standard"}') from unnest(array['mail.send', 'webhook.process', 'usage.alert']) q`;
});

/** A person with a tenant who proved the address, unless told otherwise. */
async function person(options: { email?: string; confirmed?: boolean } = {}): Promise<TestTenant> {
  const tenant = await newTenant(web);
  const email = options.email ?? tenant.email;
  await sql`update users set email = ${email}, email_confirmed_at = ${options.confirmed === false ? null : new Date()} where id = ${tenant.userId}`;
  return { ...tenant, email };
}

/** A one-time token as the mail job issues it. */
async function tokenFor(userId: string, kind: "verify_email" | "reset_password", lifetime = "1 hour"): Promise<string> {
  const hash = await sha256Hex(randomToken());
  await database.db.worker.asSystem(
    { reason: "test" },
    (tx) => tx`select * from app.issue_token(${userId}, ${kind}, ${hash}, ${lifetime}::text::interval)`,
  );
  return hash;
}
const outcome = async (statement: Promise<{ outcome: string }[]>) => (await statement)[0]?.outcome;
const verify = (hash: string) => outcome(web.gate<{ outcome: string }[]>`select app.verify_email(${hash}) as outcome`);
const reset = (hash: string) =>
  outcome(web.gate<{ outcome: string }[]>`select app.reset_password(${hash}, 'new hash') as outcome`);
const candidates = async (email: string) =>
  (await web.gate<{ userId: string }[]>`select * from app.sign_in_candidates(${email})`).map(({ userId }) => userId);

describe("an address", () => {
  test("that is known and one that isn't register alike: same answer, same rows, same mail", async () => {
    const known = await person();
    const counts = async () => {
      const [row] =
        await sql`select (select count(*)::int from users) as users, (select count(*)::int from tenants) as tenants,
        (select count(*)::int from sessions) as sessions, (select count(*)::int from outbox_mails) as mails, (select count(*)::int from pgboss.job) as jobs`;
      return Object.values(row ?? {});
    };
    const register = async (email: string) => {
      const before = await counts();
      const session = JSON.stringify({ tokenHash: randomToken(), expiresAt: new Date(Date.now() + 1e6) });
      const company = JSON.stringify({ name: "X", theme: {}, widgetKey: randomToken(), suggestions: [] });
      const [row] = await web.gate<
        object[]
      >`select * from app.register(null, ${email}, 'hash', 'Jane', ${session}::text::jsonb, ${company}::text::jsonb)`;
      const after = await counts();
      const [mail] =
        await sql`select template, status, tenant_id from outbox_mails where recipient = ${email} order by created_at desc limit 1`;
      return { keys: Object.keys(row ?? {}), grown: after.map((n, at) => n - before[at]), mail };
    };
    expect(await register(known.email)).toEqual(await register(`${uuidv7()}@example.test`));
    expect(await candidates(known.email)).toEqual([known.userId]);
  });

  test("asks for a reset alike, whether it has an account or not", async () => {
    const known = await person();
    for (const email of [known.email, `${uuidv7()}@example.test`])
      expect(await web.gate`select app.request_password_reset(${email})`).toEqual([{ requestPasswordReset: "" }]);
    await web.gate`select app.request_password_reset(${known.email})`;
    const mails =
      await sql`select template from outbox_mails where recipient = ${known.email} and template = 'reset_password'`;
    expect(mails).toHaveLength(1);
  });

  test("that somebody proved is theirs alone at sign-in; before, the newest three may try", async () => {
    const email = `${uuidv7()}@example.test`;
    const provisional = [];
    for (let n = 0; n < 4; n += 1) provisional.push((await person({ email, confirmed: false })).userId);
    expect(await candidates(email.toUpperCase())).toEqual(provisional.slice(1).reverse());
    const holder = await person({ email });
    expect(await candidates(email)).toEqual([holder.userId]);
    await sql`update users set banned_until = now() + interval '1 hour' where id = ${holder.userId}`;
    expect(await candidates(email)).toEqual([]);
    await sql`update users set banned_until = null, deleted_at = now() where id = ${holder.userId}`;
    expect(await candidates(email)).not.toContain(holder.userId);
  });
});

describe("a mailed link", () => {
  test("proves the address; again, or two of them at once, does no harm", async () => {
    const fresh = await person({ confirmed: false });
    const tokens = await Promise.all([1, 2, 3, 4].map(() => tokenFor(fresh.userId, "verify_email")));
    // Held back until all of them have seen the address unproved.
    const session = await sql.reserve();
    await session`select pg_advisory_lock(hashtextextended(${`email:${fresh.email}`}, 0))`;
    const outcomes = Promise.all(tokens.map(verify));
    for (let waiting = 0; waiting < tokens.length; ) {
      const [row] = await session<{ n: number }[]>`
        select count(*)::int as n from pg_locks where locktype = 'advisory' and not granted
          and database = (select oid from pg_database where datname = current_database())`;
      waiting = row?.n ?? 0;
    }
    await session`select pg_advisory_unlock_all()`;
    session.release();
    expect(await outcomes).toEqual(["verified", "verified", "verified", "verified"]);
    expect(await verify(tokens[0] ?? "")).toBe("verified");
    const [row] = await sql`select email_confirmed_at is not null as confirmed from users where id = ${fresh.userId}`;
    expect(row?.confirmed).toBe(true);
    expect((await resolveSession(web, fresh.token))?.tenantRole).toBe("owner");
  });

  test("of an address that somebody proved before joins the tenants and ends the newcomer's sessions", async () => {
    const holder = await person();
    const newcomer = await person({ email: holder.email, confirmed: false });
    expect(await verify(await tokenFor(newcomer.userId, "verify_email"))).toBe("joined");
    expect(await resolveSession(web, newcomer.token)).toBeNull();
    const tenants = await web.asUser(holder.actor, (tx) => tx<{ tenantId: string }[]>`select * from app.my_tenants()`);
    expect(new Set(tenants.map(({ tenantId }) => tenantId))).toEqual(new Set([holder.tenantId, newcomer.tenantId]));
    expect(await resolveSession(web, holder.token)).not.toBeNull();
  });

  test("that is unknown, expired or of another kind is invalid, all alike", async () => {
    const { userId } = await person({ confirmed: false });
    const late = await tokenFor(userId, "verify_email", "-1 second");
    for (const hash of [await sha256Hex("x"), late, await tokenFor(userId, "reset_password")])
      expect(await verify(hash)).toBe("invalid");
    for (const hash of [await sha256Hex("x"), await tokenFor(userId, "verify_email")])
      expect(await reset(hash)).toBe("invalid");
  });

  test("to reset works once and ends every session", async () => {
    const owner = await person();
    const second = await openSession(web, owner.userId, from, null);
    const hash = await tokenFor(owner.userId, "reset_password");
    expect([await reset(hash), await reset(hash)]).toEqual(["done", "invalid"]);
    expect([await resolveSession(web, owner.token), await resolveSession(web, second)]).toEqual([null, null]);
  });

  test("for somebody who has gone since makes no mail and no error", async () => {
    const rows = await database.db.worker.asSystem(
      { reason: "test" },
      (tx) => tx`
      select * from app.issue_token(${uuidv7()}, 'verify_email', ${randomToken()}, '1 hour')`,
    );
    expect(rows).toEqual([]);
  });
});

describe("standing", () => {
  let owner: TestTenant;
  let other: TestTenant;
  beforeEach(async () => {
    owner = await person();
    other = await person();
  });

  test("the token hook makes the claims that our own doors make", async () => {
    const hook = async () => {
      const event = JSON.stringify({
        user_id: owner.userId,
        claims: { sub: owner.userId, app_metadata: { provider: "email", tenant_id: other.tenantId } },
      });
      const [row] = await sql<{ out: { claims: { app_metadata: Record<string, unknown> } } }[]>`
        select app.custom_access_token_hook(${event}::text::jsonb) as out`;
      const { provider: _, epoch, ...ours } = row?.out.claims.app_metadata ?? {};
      return { ours, epoch };
    };
    const { ours, epoch } = await hook();
    expect(ours).toEqual(claimsOf(owner.actor).app_metadata);
    expect(epoch).toEqual(expect.any(Number));
    await sql`update tenants set status = 'deleted' where id = ${owner.tenantId}`;
    expect((await hook()).ours).toEqual({});
  });

  test("a removed member is out with the next request and can't come back by switching", async () => {
    await sql`insert into memberships (tenant_id, user_id, role) values (${other.tenantId}, ${owner.userId}, 'admin')`;
    await web.asUser(owner.actor, (tx) => switchTenant(tx, other.tenantId));
    expect(await resolveSession(web, owner.token)).toMatchObject({ tenantId: other.tenantId, tenantRole: "admin" });
    await sql`update memberships set role = 'viewer' where tenant_id = ${other.tenantId} and user_id = ${owner.userId}`;
    expect(await resolveSession(web, owner.token)).toMatchObject({ tenantRole: "viewer" });
    await sql`delete from memberships where tenant_id = ${other.tenantId} and user_id = ${owner.userId}`;
    expect(await resolveSession(web, owner.token)).toMatchObject({ tenantId: null, tenantRole: null });
    await expect(web.asUser(owner.actor, (tx) => switchTenant(tx, other.tenantId))).rejects.toMatchObject({
      code: "not_found",
    });
    expect(await resolveSession(web, await openSession(web, owner.userId, from, null))).toMatchObject({
      tenantId: owner.tenantId,
    });
  });

  test("a deleted tenant is nobody's place any more", async () => {
    await sql`update tenants set status = 'deleted' where id = ${owner.tenantId}`;
    expect(await resolveSession(web, owner.token)).toMatchObject({ tenantId: null, tenantRole: null });
    await expect(web.asUser(owner.actor, (tx) => switchTenant(tx, owner.tenantId))).rejects.toMatchObject({
      code: "not_found",
    });
    expect(await resolveSession(web, await openSession(web, owner.userId, from, null))).toMatchObject({
      tenantId: null,
    });
  });

  test("nobody switches or ends the session of somebody else", async () => {
    const forged = { ...other.actor, sessionId: owner.actor.sessionId };
    await expect(web.asUser(forged, (tx) => switchTenant(tx, other.tenantId))).rejects.toMatchObject({
      code: "not_found",
    });
    const ended = await web.asUser(
      forged,
      (tx) => tx`update sessions set revoked_at = now() where id = ${owner.actor.sessionId} returning id`,
    );
    expect(ended).toEqual([]);
    expect(await resolveSession(web, owner.token)).toMatchObject({ tenantId: owner.tenantId });
  });

  test("a token doesn't survive the sign-in that replaces it, a ban or its expiry, and is stored as a digest only", async () => {
    const next = await openSession(web, owner.userId, from, owner.token);
    expect(await resolveSession(web, owner.token)).toBeNull();
    expect(await resolveSession(web, next)).not.toBeNull();
    const stored = await sql<
      { text: string }[]
    >`select s::text as text from sessions s where user_id = ${owner.userId}`;
    for (const { text } of stored) for (const token of [owner.token, next]) expect(text).not.toContain(token);
    await sql`update users set banned_until = now() + interval '1 hour' where id = ${owner.userId}`;
    expect(await resolveSession(web, next)).toBeNull();
    await sql`update users set banned_until = null where id = ${owner.userId}`;
    await sql`update sessions set expires_at = now() where user_id = ${owner.userId}`;
    expect(await resolveSession(web, next)).toBeNull();
  });

  test("a person sees neither digests nor passwords, and changes neither address nor role", async () => {
    const refused = [
      "select encrypted_password from users",
      "select token_hash from sessions",
      "select * from one_time_tokens",
    ];
    const writes = [
      "update users set email = 'x@y.zz'",
      "update users set raw_app_meta_data = '{}'",
      "update sessions set user_id = user_id",
      "update tenants set plan = 'enterprise'",
      "update tenants set status = 'active'",
    ];
    const session = await sql.reserve();
    for (const statement of [...refused, ...writes]) {
      await session.unsafe(
        `begin; set local role authenticated; select set_config('request.jwt.claims', '${JSON.stringify(claimsOf(owner.actor))}', true)`,
      );
      await expect(session.unsafe(statement), statement).rejects.toMatchObject({ code: "42501" });
      await session.unsafe("rollback");
    }
    session.release();
  });
});
