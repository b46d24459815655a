// Where a visitor comes from, carried from the landing page to the registration.
import { expect, test } from "vitest";
import { ReferralFields, referralOf } from "#app/domain/team/referral.schema.ts";
import * as landing from "#app/routes/_index.tsx";
import * as signUp from "#app/routes/sign-up.tsx";
import { readReferral } from "#app/web/referral.ts";
import { testDatabase } from "../setup/database.ts";
import { Browser, pageServices } from "../support/pages.ts";
import { instantIdentity } from "../support/tenants.ts";

const read = (search: string, referer?: string) =>
  readReferral(
    new Request(`https://foyer.test/${search}`, referer === undefined ? {} : { headers: { referer } }),
    "foyer.test",
  );

test("what the link says is taken on one line, and the page that it stands on by its host alone", () => {
  expect(read("?utm_source=News+%0A+letter&utm_medium=email&utm_campaign=Spring&other=1")).toEqual({
    ...{ utm_source: "News letter", utm_medium: "email", utm_campaign: "Spring" },
  });
  expect(read("", "https://Blog.Example/secret/path?q=1")).toEqual({ via: "blog.example" });
  expect(read("?via=first.example", "https://blog.example/")).toEqual({ via: "first.example" });
});

test("our own pages are no source, and what doesn't fit is left out", () => {
  for (const referer of [
    "https://foyer.test/sign-in",
    "about:client",
    "not an address",
    "https://localhost/",
    undefined,
  ])
    expect(read("", referer)).toEqual({});
  expect(read(`?utm_source=${"x".repeat(65)}&utm_medium=&utm_campaign=ada%40example.com&via=a/b`)).toEqual({});
  expect(referralOf({})).toEqual({ source: null, medium: null, campaign: null, referrer: null });
  // A file where words are expected.
  expect(ReferralFields.parse({ utm_source: new File([], "a") })).toEqual({});
});

test("a visitor who comes by a campaign's link and signs up is known to have come by it", async () => {
  const { db, sql } = await testDatabase();
  const services = await pageServices(db.web, instantIdentity);
  const browser = new Browser(services);
  const came = { utm_source: "newsletter", utm_medium: "email", utm_campaign: "Spring <b>" };
  const search = `?${new URLSearchParams(came)}`;
  expect((await browser.get<{ cameFrom: object }>(landing, `/${search}`)).data.cameFrom).toEqual(came);
  expect((await browser.get<{ cameFrom: object }>(signUp, `/sign-up${search}`)).data.cameFrom).toEqual(came);
  const company = { companyName: "Came by", businessType: "other", timeZone: "UTC" };
  const person = { displayName: "Ada", email: "ada@came.example.test", password: "a long enough password" };
  const answer = await browser.post(signUp, `/sign-up${search}`, { ...company, ...person, ...came });
  expect(answer.status).toBe(302);
  const [row] =
    await sql`select o.* from tenant_origins o join tenants t on t.id = o.tenant_id where t.name = 'Came by'`;
  expect(row).toMatchObject({
    ...{ channel: "website", source: "newsletter", medium: "email", campaign: "Spring <b>", referrer: null },
  });
});
