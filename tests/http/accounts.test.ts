// Nobody learns from an answer whether an address has an account: known and unknown look alike, in status, headers,
// and body, down to the throttle.
import { beforeEach, expect, test } from "vitest";
import { randomToken, sha256Hex } from "#app/platform/ids.ts";
import { testDatabase } from "../setup/database.ts";
import type { Answer } from "../setup/web.ts";
import { type Browser, browser, signUpForm } from "../support/http-browser.ts";
import { startWeb } from "../support/http-server.ts";
import { PASSWORD } from "../support/http-world.ts";

const database = await testDatabase();
const { sql } = database;
const web = await startWeb(database, { TRUST_PROXY: "1" });
const address = (): string =>
  `${randomToken(9)
    .replaceAll(/[^A-Za-z0-9]/g, "x")
    .toLowerCase()}@example.test`;

/** Addresses of one kind each: proved, never proved, disabled, unknown. */
const known = { proved: address(), unproved: address(), disabled: address() };
for (const [kind, email] of Object.entries(known)) {
  await browser(web).submit("/sign-up", signUpForm(email, PASSWORD));
  if (kind === "unproved") continue;
  await sql`update users set email_confirmed_at = now() where email = ${email}`;
  if (kind === "disabled") await sql`update users set banned_until = 'infinity' where email = ${email}`;
}

beforeEach(async () => {
  await sql`delete from rate_limits`;
});

/** All that tells one answer from another, without what was sent and what is random. */
function looks({ status, headers, body }: Answer, email: string): object {
  const { date: _, "x-request-id": __, "set-cookie": cookies, "content-security-policy": policy, ...rest } = headers;
  return {
    status,
    cookies: cookies?.map((cookie) => cookie.replace(/=[A-Za-z0-9_-]{43}/, "=token")),
    policy: String(policy).replaceAll(/'nonce-[^']+'/g, "nonce"),
    rest,
    body: body
      .replaceAll(email, "address")
      .replaceAll(encodeURIComponent(email), "address")
      .replaceAll(/nonce(=\\?"|-)[A-Za-z0-9+/=]+/g, "nonce")
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "id"),
  };
}

/** What everybody sees who asks with each of the addresses; all must be alike. */
async function compare(ask: (person: Browser, email: string) => Promise<Answer>): Promise<object[]> {
  const seen: object[] = [];
  for (const email of [...Object.values(known), address(), address()]) {
    seen.push(looks(await ask(browser(web, "198.51.100.7"), email), email));
  }
  return seen;
}

const allAlike = (seen: object[]): void => {
  for (const one of seen) expect(one).toEqual(seen.at(-1));
};

test("signing in with a wrong password looks alike", async () => {
  const seen = await compare((person, email) => person.submit("/sign-in", { email, password: "not the password" }));
  expect(seen[0]).toMatchObject({ status: 401 });
  allAlike(seen);
});

test("so does its single-fetch answer", async () => {
  allAlike(await compare((person, email) => person.submit("/sign-in.data", { email, password: "not the password" })));
});

test("signing up looks alike", async () => {
  const seen = await compare((person, email) => person.submit("/sign-up", signUpForm(email, PASSWORD)));
  expect(seen[0]).toMatchObject({ status: 302, rest: { location: "/onboarding/address" } });
  allAlike(seen);
});

test("asking for a new password looks alike", async () => {
  const seen = await compare((person, email) => person.submit("/forgot-password", { email }));
  expect(seen[0]).toMatchObject({ status: 200 });
  allAlike(seen);
});

test("asking for the verification mail again looks alike for who has proved the address and who hasn't", async () => {
  const seen: object[] = [];
  for (const email of [known.proved, known.unproved]) {
    await sql`delete from rate_limits`;
    const person = browser(web);
    await person.submit("/sign-in", { email, password: PASSWORD });
    const answer = await person.submit("/verify-email.data?index", {});
    seen.push({ status: answer.status, body: looks(answer, email) });
  }
  expect(seen[0]).toMatchObject({ status: 200 });
  expect(seen[0]).toEqual(seen[1]);
});

test("links that were used, ran out or never existed look alike", async () => {
  for (const [kind, path, fields] of [
    ["reset_password", "/reset-password", { password: "another fine password" }],
    ["verify_email", "/verify-email", {}],
  ] as const) {
    const [used, late, never] = [randomToken(32), randomToken(32), randomToken(32)];
    await sql`insert into one_time_tokens (user_id, kind, token_hash, expires_at, used_at)
      select id, ${kind}, hash, expires, used from users,
        (values (${await sha256Hex(used)}, now() + interval '1 hour', case when ${kind} = 'reset_password' then now() end),
          (${await sha256Hex(late)}, now() - interval '1 second', null)) as t (hash, expires, used)
      where id = (select id from users where email = ${known.unproved} limit 1)`;
    const tokens = kind === "reset_password" ? [used, late, never] : [late, never];
    const seen: object[] = [];
    for (const token of tokens) {
      const answer = await browser(web).submit(`${path}/${token}`, fields);
      seen.push(looks({ ...answer, body: answer.body.replaceAll(token, "token") }, "-"));
    }
    allAlike(seen);
  }
});

test("the throttle says no to known and unknown addresses at the same try", async () => {
  const tries: number[][] = [];
  for (const email of [known.proved, known.disabled, address()]) {
    const statuses: number[] = [];
    for (let at = 0; at < 12; at++) {
      const answer = await browser(web, `198.51.100.${at}`).submit("/sign-in", { email, password: "not the password" });
      statuses.push(answer.status);
      if (answer.status === 429) expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
    }
    tries.push(statuses);
  }
  expect(tries[0]?.filter((status) => status === 429).length).toBe(2);
  expect(tries[0]).toEqual(tries[1]);
  expect(tries[0]).toEqual(tries[2]);
});
