// Sessions over HTTP: new at each sign-in, gone at sign-out, reset and when a person is disabled, only digests at rest,
// cookies as strict as the scheme allows, and open redirects nowhere.
import { expect, test } from "vitest";
import { randomToken, sha256Hex } from "#app/platform/ids.ts";
import { testDatabase } from "../setup/database.ts";
import { readCatalogue } from "../support/catalogue.ts";
import { type Browser, browser, signUpForm } from "../support/http-browser.ts";
import { startWeb } from "../support/http-server.ts";
import { cookieOf, PASSWORD } from "../support/http-world.ts";

const database = await testDatabase();
const { sql } = database;
const web = await startWeb(database);
const address = (): string =>
  `${randomToken(9)
    .replaceAll(/[^A-Za-z0-9]/g, "x")
    .toLowerCase()}@example.test`;

/** Signs somebody up over HTTP. */
async function newPerson(): Promise<{ person: Browser; email: string }> {
  const [person, email] = [browser(web), address()];
  const answer = await person.submit("/sign-up", signUpForm(email, PASSWORD));
  expect([answer.status, answer.headers.location]).toEqual([302, "/onboarding/address"]);
  return { person, email };
}
const isIn = async (token: string | null): Promise<boolean> =>
  (await web.send("/account/sessions", { headers: cookieOf(token ?? "") })).status === 200;
const signIn = (person: Browser, email: string, fields = {}, path = "/sign-in") =>
  person.submit(path, { email, password: PASSWORD, ...fields });

test("a sign-up whose answer got lost is sent again and makes nothing twice; from elsewhere it is another account", async () => {
  const email = address();
  const form = signUpForm(email, PASSWORD);
  const made = async (): Promise<object> => {
    const [row] = await sql`
      select count(distinct u.id)::int as people, count(distinct m.tenant_id)::int as tenants, count(distinct s.id)::int as sessions,
        (select count(*)::int from outbox_mails where recipient = ${email}) as mails
      from users u join memberships m on m.user_id = u.id join sessions s on s.user_id = u.id where u.email = ${email}`;
    return { ...row };
  };
  const person = browser(web);
  await person.open("/sign-up");
  const again = browser(web);
  const tries = await Promise.all([person.submit("/sign-up", form), person.submit("/sign-up", form)]);
  expect(tries.map(({ status }) => status)).toEqual([302, 302]);
  expect(await made()).toEqual({ people: 1, tenants: 1, sessions: 2, mails: 1 });
  expect(await isIn(person.token)).toBe(true);
  // Another browser, another password, or the proved address: never the first one's account.
  await again.open("/sign-up");
  await again.submit("/sign-up", form);
  expect(await made()).toMatchObject({ people: 2, tenants: 2 });
  const other = browser(web);
  other.attempt = person.attempt;
  await other.submit("/sign-up", signUpForm(email, "some other fine password"));
  expect(await made()).toMatchObject({ people: 3, tenants: 3 });
  await sql`update users set email_confirmed_at = now() where id = (select user_id from sessions where token_hash = ${await sha256Hex(person.token ?? "")})`;
  other.token = null;
  await other.submit("/sign-up", form);
  expect(await made()).toMatchObject({ people: 4, tenants: 4 });
});

test("a session rotates at sign-in: the token that came along is dead, the new one lives", async () => {
  const { person, email } = await newPerson();
  const before = person.token;
  expect(await isIn(before)).toBe(true);
  expect((await signIn(person, email)).status).toBe(302);
  expect(person.token).not.toBe(before);
  expect([await isIn(before), await isIn(person.token)]).toEqual([false, true]);
});

test("a token that somebody was made to carry is never adopted", async () => {
  const { email } = await newPerson();
  const victim = browser(web);
  const planted = randomToken(32);
  victim.token = planted;
  await signIn(victim, email);
  expect(victim.token).not.toBe(planted);
  expect(await isIn(planted)).toBe(false);
});

test("signing out ends the session, not just the cookie", async () => {
  const { person } = await newPerson();
  const token = person.token;
  const answer = await person.submit("/sign-out", {});
  expect(answer.headers["set-cookie"]?.[0]).toMatch(/^foyer_session=; .*Max-Age=0/);
  expect(await isIn(token)).toBe(false);
  expect((await web.send("/sign-out", { headers: cookieOf(token ?? "") })).status).toBe(302);
});

test("a disabled person is out on the next request and can't come back", async () => {
  const { person, email } = await newPerson();
  await sql`update users set banned_until = now() + interval '1 day' where email = ${email}`;
  expect(await isIn(person.token)).toBe(false);
  const answer = await signIn(browser(web), email);
  expect([answer.status, answer.headers["set-cookie"]]).toEqual([401, undefined]);
});

test("an expired session is none", async () => {
  const { person, email } = await newPerson();
  await sql`update sessions set expires_at = now() - interval '1 second' where user_id = (select id from users where email = ${email})`;
  expect(await isIn(person.token)).toBe(false);
});

test("a new password ends every session", async () => {
  const { person, email } = await newPerson();
  const token = randomToken(32);
  await sql`insert into one_time_tokens (user_id, kind, token_hash, expires_at)
    select id, 'reset_password', ${await sha256Hex(token)}, now() + interval '1 hour' from users where email = ${email}`;
  const answer = await browser(web).submit(`/reset-password/${token}`, { password: "another fine password" });
  expect(answer.status).toBe(200);
  expect(await isIn(person.token)).toBe(false);
  expect((await signIn(browser(web), email)).status).toBe(401);
});

test("the database holds digests: no token and no password is in any column of any table", async () => {
  const { person, email } = await newPerson();
  const secrets = [person.token ?? "", PASSWORD];
  const [digest] = await sql`select 1 from sessions where token_hash = ${await sha256Hex(person.token ?? "")}`;
  expect(digest).toBeDefined();
  const tables = [...(await readCatalogue(sql)).map(({ name }) => name), "pgboss.job"];
  const holding: string[] = [];
  for (const table of tables) {
    const [found] = await sql.unsafe(`select 1 from ${table} t where t::text like any ($1)`, [
      secrets.map((secret) => `%${secret}%`) as never,
    ]);
    if (found) holding.push(table);
  }
  expect(holding).toEqual([]);
  const [control] = await sql.unsafe("select 1 from users t where t::text like $1", [`%${email}%`]);
  expect(control).toBeDefined();
});

test("one's sessions are listed and end on the next request; nobody else's do", async () => {
  const { person, email } = await newPerson();
  const second = browser(web);
  await signIn(second, email);
  const third = browser(web);
  await signIn(third, email);
  const { person: stranger } = await newPerson();
  const idOf = async (token: string | null): Promise<string> => {
    const [row] = await sql<
      { id: string }[]
    >`select id from sessions where token_hash = ${await sha256Hex(token ?? "")}`;
    return row?.id ?? "";
  };
  const list = await person.open("/account/sessions");
  expect(list.body).toContain(await idOf(second.token));
  expect(list.body).not.toContain(await idOf(stranger.token));
  await person.submit("/account/sessions", { id: await idOf(second.token) });
  expect([await isIn(second.token), await isIn(third.token)]).toEqual([false, true]);
  const foreign = await person.submit("/account/sessions", { id: await idOf(stranger.token) });
  expect([foreign.status, await isIn(stranger.token)]).toEqual([404, true]);
  await person.submit("/account/sessions", { id: "others" });
  expect([await isIn(third.token), await isIn(person.token)]).toEqual([false, true]);
});

test("on http the cookie is HttpOnly and SameSite; on https it is bound to the host and Secure as well", async () => {
  const plain = await browser(web).submit("/sign-up", signUpForm(address(), PASSWORD));
  expect(plain.headers["set-cookie"]).toEqual([
    expect.stringMatching(/^foyer_session=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+$/),
  ]);
  const secure = await startWeb(database, { APP_URL: "https://app.foyer.test", APP_DOMAIN: "foyer.test" });
  const person = browser(secure);
  const answer = await person.submit("/sign-up", signUpForm(address(), PASSWORD));
  expect(answer.headers["set-cookie"]).toEqual([
    expect.stringMatching(
      /^__Host-foyer_session=[A-Za-z0-9_-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure; Max-Age=\d+$/,
    ),
  ]);
  expect(answer.headers["strict-transport-security"]).toMatch(/max-age=\d{8}/);
  expect((await person.open("/account/sessions")).status).toBe(200);
  const renamed = await secure.send("/account/sessions", { headers: cookieOf(person.token ?? "") });
  expect(renamed.status).toBe(302);
});

const ELSEWHERE = [
  ...[
    "//evil.test",
    "///evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "https://evil.test",
    "http:evil.test",
    "/\t/evil.test",
  ],
  ...["javascript:alert(1)", "data:text/html,x", "/%09/evil.test", "/%5cevil.test", "/.//evil.test", "/..//evil.test"],
  ...[
    "https:evil.test",
    "/\u0000/evil.test",
    "//evil.test/%2f..",
    "/@evil.test",
    "////evil.test",
    " //evil.test",
    "/\n//evil.test",
  ],
  ...["http://localhost@evil.test", "//localhost@evil.test", "/;@evil.test", "/?next=//evil.test", "/#//evil.test"],
];

test("whatever next says, signing in stays on this site", async () => {
  const { person, email } = await newPerson();
  for (const next of ELSEWHERE) {
    await sql`delete from rate_limits`;
    const form = browser(web);
    const query = `next=${encodeURIComponent(next)}`;
    const answers = [
      await signIn(form, email, { next }),
      await signIn(browser(web), email, {}, `/sign-in?${query}`),
      await person.open(`/sign-in?${query}`),
    ];
    for (const { status, headers } of answers) {
      if (status === 400) continue;
      const to = new URL(String(headers.location), web.origin);
      expect
        .soft([next, status, to.origin, headers.location?.startsWith("//")])
        .toEqual([next, 302, web.origin, false]);
    }
  }
  const inside = await signIn(browser(web), email, { next: "/settings/company?tab=1" });
  expect(inside.headers.location).toBe("/settings/company?tab=1");
});
