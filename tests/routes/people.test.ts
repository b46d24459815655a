// Signing up, in and out as browsers do it: what is set, what is said, and what is never told.
import { expect, test } from "vitest";
import { randomToken, sha256Hex } from "#app/platform/ids.ts";
import * as account from "#app/routes/_app.account.sessions.tsx";
import * as forgot from "#app/routes/forgot-password.tsx";
import * as reset from "#app/routes/reset-password.$token.tsx";
import * as signIn from "#app/routes/sign-in.tsx";
import * as signOut from "#app/routes/sign-out.ts";
import * as signUp from "#app/routes/sign-up.tsx";
import * as resend from "#app/routes/verify-email._index.tsx";
import * as verify from "#app/routes/verify-email.$token.tsx";
import { testDatabase } from "../setup/database.ts";
import { Browser, pageServices } from "../support/pages.ts";

const database = await testDatabase();
const services = await pageServices(database.db.web);
const password = "correct horse battery";

function form(email: string, more: Record<string, string> = {}) {
  return { displayName: "Ada", email, password, companyName: "Ada & Co", businessType: "corporate", ...more };
}

async function signedUp(email: string): Promise<Browser> {
  const browser = new Browser(services);
  const answer = await browser.post(signUp, "/sign-up", form(email));
  expect([answer.status, answer.location]).toEqual([302, "/onboarding/address"]);
  return browser;
}

/** What a mail's link would carry. */
async function token(email: string, kind: "verify_email" | "reset_password"): Promise<string> {
  const made = randomToken(32);
  await database.sql`
    insert into one_time_tokens (user_id, kind, token_hash, expires_at)
    select id, ${kind}, ${await sha256Hex(made)}, now() + interval '1 hour' from users where email = ${email}
    order by created_at desc limit 1`;
  return made;
}

test("signing up signs in, and the cookie's secret isn't in the database", async () => {
  const browser = await signedUp("first@example.test");
  const secret = browser.cookie.split("=")[1] ?? "";
  const rows = await database.sql`select token_hash from sessions`;
  expect(rows.map((row) => row.token_hash)).toEqual([await sha256Hex(secret)]);
  expect((await browser.get(account, "/account/sessions")).status).toBe(200);
});

test("a known address and an unknown one look alike when signing up", async () => {
  await signedUp("known@example.test");
  const proof = await token("known@example.test", "verify_email");
  await new Browser(services).post(verify, `/verify-email/${proof}`, {}, { token: proof });
  const [known, unknown] = await Promise.all(
    ["known@example.test", "unknown@example.test"].map((email) =>
      new Browser(services).post(signUp, "/sign-up", form(email)),
    ),
  );
  const visible = (answer: typeof known) => ({
    status: answer?.status,
    location: answer?.location,
    cookie: answer?.headers.get("set-cookie")?.replace(/=[^;]*/, "=…"),
  });
  expect(visible(known)).toEqual(visible(unknown));
  const people =
    await database.sql`select email_confirmed_at is not null as proved from users where email = 'known@example.test'`;
  expect(people.map(({ proved }) => proved).sort()).toEqual([false, true]);
});

test("a wrong password and an unknown address get the same answer, and no cookie", async () => {
  await signedUp("wrong@example.test");
  const answers = await Promise.all(
    ["wrong@example.test", "nobody@example.test"].map((email) =>
      new Browser(services).post(signIn, "/sign-in", { email, password: "not the password" }),
    ),
  );
  const [one, other] = answers.map(({ status, headers, data }) => [
    status,
    headers.get("set-cookie"),
    data.result.error,
    Object.keys(data.result.initialValue ?? {}),
  ]);
  expect(one).toEqual([401, null, { "": ["This address and password don't belong together."] }, ["email"]]);
  expect(one).toEqual(other);
});

test("each sign-in gets a session of its own, and the browser's earlier one ends", async () => {
  const browser = await signedUp("rotate@example.test");
  const before = browser.cookie;
  const answer = await browser.post(signIn, "/sign-in", { email: "rotate@example.test", password });
  expect([answer.status, answer.location]).toEqual([302, "/onboarding/address"]);
  expect(browser.cookie).not.toBe(before);
  const thief = new Browser(services);
  thief.setCookie(before);
  expect((await thief.get(account, "/account/sessions")).location).toMatch(/^\/sign-in/);
});

test("signing out ends the session in the database, not only in the browser; opening its address doesn't", async () => {
  const browser = await signedUp("out@example.test");
  const copy = new Browser(services);
  copy.setCookie(browser.cookie);
  await browser.get(signOut, "/sign-out");
  expect((await copy.get(account, "/account/sessions")).status).toBe(200);
  const answer = await browser.post(signOut, "/sign-out", {});
  expect([answer.location, browser.cookie]).toEqual(["/sign-in", ""]);
  expect((await copy.get(account, "/account/sessions")).location).toMatch(/^\/sign-in/);
});

test("a session of somebody who is shut out is refused", async () => {
  const browser = await signedUp("banned@example.test");
  await database.sql`update users set banned_until = now() + interval '1 day' where email = 'banned@example.test'`;
  expect((await browser.get(account, "/account/sessions")).location).toMatch(/^\/sign-in/);
});

test.each([
  ["/home?tab=1", "/home?tab=1"],
  ["https://evil.example/", "/onboarding/address"],
  ["//evil.example/", "/onboarding/address"],
  ["/\\evil.example/", "/onboarding/address"],
  ["/\t/evil.example/", "/onboarding/address"],
  ["javascript:alert(1)", "/onboarding/address"],
])("after signing in, next=%s leads to %s", async (next, to) => {
  const email = `next-${randomToken(6).toLowerCase()}@example.test`;
  await signedUp(email);
  const answer = await new Browser(services).post(signIn, "/sign-in", { email, password, next });
  expect(answer.location).toBe(to);
});

test("failures with one address lock it for a while, growing, from wherever they come; success forgets them", async () => {
  const email = "locked@example.test";
  await signedUp(email);
  const attempt = (secret: string, ip: string) =>
    new Browser(services, ip).post(signIn, "/sign-in", { email, password: secret });
  for (let i = 0; i < 9; i++) expect((await attempt("wrong password", `192.0.2.${i}`)).status).toBe(401);
  expect((await attempt(password, "192.0.2.50")).status).toBe(302);
  for (let i = 0; i < 9; i++) expect((await attempt("wrong password", `192.0.2.${i}`)).status).toBe(401);
  expect((await attempt("wrong password", "192.0.2.60")).status).toBe(429);
  const locked = await attempt(password, "198.51.100.1");
  expect([locked.status, locked.headers.has("retry-after")]).toEqual([429, true]);
  const names = await database.sql`select key from rate_limits`;
  expect(names.filter(({ key }) => key.includes("example") || key.includes("192.0.2"))).toEqual([]);
});

test("one sender can't sign up without end", async () => {
  const ip = "203.0.113.9";
  await database.sql`
    insert into rate_limits (key, window_start, used) values (${`sign-up:ip:${await sha256Hex(ip)}`}, now(), 60)`;
  const answer = await new Browser(services, ip).post(signUp, "/sign-up", form("flood@example.test"));
  expect(answer.status).toBe(429);
  expect(await database.sql`select 1 from users where email = 'flood@example.test'`).toHaveLength(0);
});

test("a form with faults keeps what was typed, but never the password", async () => {
  const answer = await new Browser(services).post(signUp, "/sign-up", form("no address", { companyName: "" }));
  expect(answer.status).toBe(422);
  expect(Object.keys(answer.data.result.error ?? {})).toEqual(["companyName", "email"]);
  expect(answer.data.result.initialValue).toMatchObject({ displayName: "Ada", email: "no address" });
  expect(JSON.stringify(answer.data)).not.toContain(password);
});

test("asking for a new password answers alike, and only an account gets a mail", async () => {
  await signedUp("forgetful@example.test");
  const answers = await Promise.all(
    ["forgetful@example.test", "stranger@example.test"].map((email) =>
      new Browser(services).post<{ done: unknown }>(forgot, "/forgot-password", { email }),
    ),
  );
  expect(answers.map(({ status, data }) => [status, data.done])).toEqual([
    [200, { email: "forgetful@example.test" }],
    [200, { email: "stranger@example.test" }],
  ]);
  const mails = await database.sql`select recipient from outbox_mails where template = 'reset_password'`;
  expect(mails.map(({ recipient }) => recipient)).toEqual(["forgetful@example.test"]);
});

test("a new password ends every session, works once, and the old one is gone", async () => {
  const email = "renewed@example.test";
  const browser = await signedUp(email);
  const link = await token(email, "reset_password");
  const send = () =>
    new Browser(services).post<{ done: { outcome: string } }>(
      reset,
      `/reset-password/${link}`,
      { password: "another good password" },
      { token: link },
    );
  expect((await send()).data.done.outcome).toBe("done");
  expect((await send()).data.done.outcome).toBe("invalid");
  expect((await browser.get(account, "/account/sessions")).location).toMatch(/^\/sign-in/);
  const again = (secret: string) => new Browser(services).post(signIn, "/sign-in", { email, password: secret });
  expect((await again(password)).status).toBe(401);
  expect((await again("another good password")).status).toBe(302);
});

test("opening a verification link proves nothing; its button does", async () => {
  const email = "proved@example.test";
  const browser = await signedUp(email);
  const link = await token(email, "verify_email");
  expect("loader" in verify).toBe(false);
  const proved = async () => (await browser.get<{ confirmed: boolean }>(resend, "/verify-email")).data.confirmed;
  expect(await proved()).toBe(false);
  const answer = await browser.post<{ outcome: string }>(verify, `/verify-email/${link}`, {}, { token: link });
  expect([answer.data.outcome, await proved()]).toEqual(["verified", true]);
});

test("the verification mail is sent again, a few times an hour", async () => {
  const browser = await signedUp("again@example.test");
  const statuses: number[] = [];
  for (let i = 0; i < 6; i++) statuses.push((await browser.post(resend, "/verify-email", {})).status);
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
});

test("one sees one's own sessions, ends one, ends all others", async () => {
  const email = "several@example.test";
  const browser = await signedUp(email);
  const others = [new Browser(services), new Browser(services), new Browser(services)];
  for (const other of others) await other.post(signIn, "/sign-in", { email, password });
  type Listed = { sessions: { id: string; device: string; current: boolean }[] };
  const list = async () => (await browser.get<Listed>(account, "/account/sessions")).data.sessions;
  const listed = await list();
  expect(listed).toHaveLength(4);
  expect(listed[0]?.device).toBe("Firefox on Linux");
  const victim = listed.find(({ current }) => !current);
  await browser.post(account, "/account/sessions", { id: victim?.id ?? "" });
  expect(await list()).toHaveLength(3);
  await browser.post(account, "/account/sessions", { id: "others" });
  expect(await list()).toHaveLength(1);
  for (const other of others) expect((await other.get(account, "/account/sessions")).location).toMatch(/^\/sign-in/);
});

test("nobody ends another person's session", async () => {
  const [mine, theirs] = [await signedUp("mine@example.test"), await signedUp("theirs@example.test")];
  type Listed = { sessions: { id: string }[] };
  const target = (await theirs.get<Listed>(account, "/account/sessions")).data.sessions[0]?.id ?? "";
  expect((await mine.post(account, "/account/sessions", { id: target })).status).toBe(404);
  expect((await theirs.get(account, "/account/sessions")).status).toBe(200);
});
