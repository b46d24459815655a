// Supabase Auth behind our sign-in, over its real client and a server that speaks its protocol.
import { beforeEach, expect, test } from "vitest";
import { supabaseIdentity } from "#app/integrations/supabase/identity.ts";
import { startSupabaseSimulator } from "#app/integrations/supabase/simulator.ts";
import { randomToken, sha256Hex } from "#app/platform/ids.ts";
import * as account from "#app/routes/_app.account.sessions.tsx";
import * as reset from "#app/routes/reset-password.$token.tsx";
import * as signIn from "#app/routes/sign-in.tsx";
import * as signUp from "#app/routes/sign-up.tsx";
import * as verify from "#app/routes/verify-email.$token.tsx";
import { testDatabase } from "../../setup/database.ts";
import { Browser, pageServices } from "../../support/pages.ts";

const database = await testDatabase();
const simulator = await startSupabaseSimulator();
const identity = supabaseIdentity(simulator, "http://localhost:3000", database.db.web);
const services = await pageServices(database.db.web, identity);
const password = "correct horse battery";
let email = "";
let count = 0;

beforeEach(() => {
  email = `person${++count}@example.test`;
});

async function signedUp(secret = password): Promise<Browser> {
  const browser = new Browser(services);
  const fields = { displayName: "Ada", email, password: secret, companyName: "Ada & Co", businessType: "corporate" };
  const answer = await browser.post(signUp, "/sign-up", fields);
  expect([answer.status, answer.location]).toEqual([302, "/onboarding/address"]);
  return browser;
}

const enter = (secret: string) => new Browser(services).post(signIn, "/sign-in", { email, password: secret });

async function open(kind: "verify" | "reset", tokenHash: string, fields: Record<string, string> = {}): Promise<string> {
  const route = kind === "verify" ? verify : reset;
  const path = kind === "verify" ? `/verify-email/${tokenHash}` : `/reset-password/${tokenHash}`;
  const answer = await new Browser(services).post<{ outcome?: string; done?: { outcome: string } }>(
    route,
    path,
    fields,
    {
      token: tokenHash,
    },
  );
  return answer.data.outcome ?? answer.data.done?.outcome ?? "";
}

const lastMail = (type: "signup" | "recovery") =>
  simulator.mails.findLast((mail) => mail.to === email && mail.type === type)?.tokenHash ?? "";

test("signing up, proving the address, signing in: the account is the provider's, no password is ours", async () => {
  await signedUp();
  expect((await enter(password)).status).toBe(403);
  expect(await open("verify", lastMail("signup"))).toBe("verified");
  const answer = await enter(password);
  expect([answer.status, answer.location]).toEqual([302, "/onboarding/address"]);
  const people = await database.sql`
    select encrypted_password, email_confirmed_at is not null as proved from users where email = ${email}`;
  expect(people).toEqual([{ encrypted_password: null, proved: true }]);
  expect(await database.sql`select 1 from outbox_mails where recipient = ${email}`).toHaveLength(0);
});

test("a wrong password and an unknown address are refused alike", async () => {
  await signedUp();
  await open("verify", lastMail("signup"));
  const known = await enter("not the password");
  email = "nobody@example.test";
  const unknown = await enter("not the password");
  expect([known.status, known.data.result.error]).toEqual([unknown.status, unknown.data.result.error]);
  expect(known.status).toBe(401);
});

test("an address with an account gives a provisional one, which the account's owner can take over by mail", async () => {
  await signedUp();
  await open("verify", lastMail("signup"));
  const [owner] = await database.sql`select id from users where email = ${email}`;
  const stranger = await signedUp("another password here");
  expect((await enter("another password here")).status).toBe(401);
  const [mail] = await database.sql`select data from outbox_mails where recipient = ${email}`;
  const token = randomToken(32);
  await database.sql`
    insert into one_time_tokens (user_id, kind, token_hash, expires_at)
    values (${mail?.data.userId}, 'verify_email', ${await sha256Hex(token)}, now() + interval '1 hour')`;
  expect(await open("verify", token)).toBe("joined");
  expect(await database.sql`select 1 from memberships where user_id = ${owner?.id}`).toHaveLength(2);
  expect((await stranger.get(account, "/account/sessions")).location).toMatch(/^\/sign-in/);
});

test("signing up with somebody's unproved address doesn't lead into their account", async () => {
  await signedUp();
  const [first] = await database.sql`select id from users where email = ${email}`;
  await Promise.all([signedUp("another password here"), signedUp("another password here")]);
  const sessions = await database.sql`select 1 from sessions where user_id = ${first?.id}`;
  expect(sessions).toHaveLength(1);
  expect(await database.sql`select 1 from memberships where user_id = ${first?.id}`).toHaveLength(1);
});

test("a new password ends every session here, and the link works once", async () => {
  const browser = await signedUp();
  await open("verify", lastMail("signup"));
  await identity.requestPasswordReset(email);
  const link = lastMail("recovery");
  expect(await open("reset", link, { password: "another good password" })).toBe("done");
  expect(await open("reset", link, { password: "another good password" })).toBe("invalid");
  expect((await browser.get(account, "/account/sessions")).location).toMatch(/^\/sign-in/);
  expect((await enter(password)).status).toBe(401);
  expect((await enter("another good password")).status).toBe(302);
});

test("asking for a new password says nothing about an address, also when the provider would", async () => {
  simulator.fail("/recover", 429, "over_email_send_rate_limit");
  await expect(identity.requestPasswordReset("busy@example.test")).resolves.toBeUndefined();
  await expect(identity.requestPasswordReset("nobody@example.test")).resolves.toBeUndefined();
});

test("an account of ours that proved the address before joins the provider's at the first sign-in", async () => {
  await database.sql`
    insert into users (id, email, email_confirmed_at) values ('01a00000-0000-7000-8000-000000000001', ${email}, now())`;
  await database.sql`
    with t as (insert into tenants (name) values ('Before') returning id)
    insert into memberships (tenant_id, user_id, role) select id, '01a00000-0000-7000-8000-000000000001', 'owner' from t`;
  await signedUp();
  expect(await open("verify", lastMail("signup"))).toBe("verified");
  const rows = await database.sql`
    select t.name from memberships m join tenants t on t.id = m.tenant_id join users u on u.id = m.user_id
    where u.email = ${email} and u.email_confirmed_at is not null order by t.name`;
  expect(rows.map(({ name }) => name)).toEqual(["Ada & Co", "Before"]);
});

test("a provider that is down is said to be down, not taken for a wrong password", async () => {
  simulator.fail("/token", 500, "unexpected_failure");
  expect((await enter(password)).status).toBe(503);
  simulator.fail("/token", 429, "over_request_rate_limit");
  expect((await enter(password)).status).toBe(429);
});

test("a project that proves no addresses is refused", async () => {
  const careless = await startSupabaseSimulator({ autoconfirm: true });
  const careful = supabaseIdentity(careless, "http://localhost:3000", database.db.web);
  await expect(careful.signUp({ email, password, displayName: "Ada" })).rejects.toThrow(/Confirm email/);
  await careless.close();
});
