// What is known of a registration: where it came from, what it may pay, what staff knows of it.
import { expect, test } from "vitest";
import { startingPoint } from "#app/domain/branding/starting-points.ts";
import { cameFrom, readSubject } from "#app/domain/crm/facts.ts";
import { leadDraft, stageOf } from "#app/domain/crm/lead-mapping.ts";
import { register } from "#app/domain/team/registration.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import { testDatabase } from "../../setup/database.ts";
import { instantIdentity, newTenant, newTrialTenant, payPlan } from "../../support/tenants.ts";

const database = await testDatabase();
const { db, sql } = database;
const subjectOf = async (tenantId: string) => {
  const subject = await db.worker.asSystem({ reason: "test", tenantId }, (tx) => readSubject(tx, tenantId));
  if (!subject) throw new Error("There is no such tenant.");
  return subject.registration;
};
const revenueOf = async (tenantId: string) =>
  leadDraft({ ...(await subjectOf(tenantId)), score: null }, "Foyer").expectedRevenueCents;
const versionOf = async (plan: string) =>
  (await sql<{ id: string }[]>`select id from plan_versions where plan = ${plan} and retired_at is null`)[0]?.id ?? "";

test("a trial is expected to buy the cheapest plan, or the one that it has chosen", async () => {
  const { tenantId } = await newTrialTenant(db.web, "revenue");
  expect(await revenueOf(tenantId)).toBe(12 * 149_700);
  await sql`
    insert into checkouts (tenant_id, plan_version_id, url, keep_trial)
    values (${tenantId}, ${await versionOf("premium")}, 'https://pay.test/1', true)`;
  expect(await revenueOf(tenantId)).toBe(12 * 249_700);
  await sql`
    insert into subscriptions (tenant_id, stripe_subscription_id, plan_version_id, status, period_anchor,
      current_period_start, current_period_end, started_at)
    values (${tenantId}, 'sub_revenue', ${await versionOf("basic")}, 'trialing', now(), now(), now(), now())`;
  expect(await revenueOf(tenantId)).toBe(12 * 149_700);
  expect(await subjectOf(tenantId)).toMatchObject({ plan: "trial", mrrCents: 0 });
});

test("who has bought is expected to go on, and pays what the plan costs", async () => {
  const { tenantId } = await newTrialTenant(db.web, "pays");
  await payPlan(sql, tenantId, "premium");
  expect(await revenueOf(tenantId)).toBe(12 * 249_700);
  await payPlan(sql, tenantId, "enterprise");
  expect(await revenueOf(tenantId)).toBeNull();
});

test("where a registration came from stays with it, and isn't its members' to see", async () => {
  const company = { companyName: "From afar", businessType: "other" as const, timeZone: "UTC" };
  const person = { displayName: "Ada", email: "ada@afar.example.test", password: "a long enough password" };
  const came = { source: "newsletter", medium: "email", campaign: "Spring", referrer: "news.example" };
  const { tenantId, userId } = await register(
    db.web,
    instantIdentity,
    startingPoint,
    { ...company, ...person },
    { userAgent: null, ip: null },
    null,
    came,
  );
  expect(await subjectOf(tenantId)).toMatchObject({
    registrationSource: "newsletter",
    campaign: { source: "newsletter", medium: "email", campaign: "Spring" },
  });
  const member = { kind: "member", userId, tenantId, role: "owner", sessionId: uuidv7() } as const;
  await expect(db.web.asTenant(member, (tx) => tx`select * from tenant_origins`)).rejects.toMatchObject({
    code: "42501",
  });
  const { tenantId: plain } = await newTenant(db.web);
  expect(await subjectOf(plain)).toMatchObject({ registrationSource: "website", campaign: { source: null } });
});

test("a page that only links to us is a source, and a campaign's own word goes before it", () => {
  const none = { channel: "website", source: null, medium: null, campaign: null, referrer: null };
  expect(cameFrom({ ...none, referrer: "blog.example" })).toEqual({
    registrationSource: "blog.example",
    campaign: { source: "blog.example", medium: "Referral", campaign: null },
  });
  expect(cameFrom({ ...none, referrer: "blog.example", source: "ads" })).toMatchObject({
    registrationSource: "ads",
    campaign: { source: "ads", medium: null },
  });
  expect(cameFrom({ ...none, channel: null })).toMatchObject({ registrationSource: "website" });
});

test("what staff knows moves the lead, as far as the platform doesn't know better", async () => {
  const mark = (tenantId: string, kind: "demo" | "negotiation") => sql`
    insert into crm_marks (tenant_id, kind, planned_at, created_by)
    values (${tenantId}, ${kind}, ${kind === "demo" ? new Date() : null}, ${uuidv7()})`;
  const { tenantId } = await newTenant(db.web);
  const stage = async () => stageOf(await subjectOf(tenantId));
  expect(await stage()).toBe("New Lead");
  await mark(tenantId, "demo");
  expect(await stage()).toBe("Demo Scheduled");
  const { tenantId: trial } = await newTrialTenant(db.web, "talks");
  await mark(trial, "demo");
  expect(stageOf(await subjectOf(trial))).toBe("Trial Active");
  await mark(trial, "negotiation");
  expect(stageOf(await subjectOf(trial))).toBe("Negotiation");
});
