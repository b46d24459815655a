// Tenants for tests, made as people make them: by registering.
import type { Sql } from "postgres";
import type { Metric } from "#app/domain/billing/metrics.ts";
import { startingPoint } from "#app/domain/branding/starting-points.ts";
import type { IdentityProvider } from "#app/domain/team/ports.ts";
import { type Registered, register } from "#app/domain/team/registration.ts";
import { resolveSession } from "#app/domain/team/sessions.ts";
import { claimAddress, startTrial } from "#app/domain/tenants/tenants.ts";
import type { MemberActor } from "#app/platform/actor.ts";
import type { Db } from "#app/platform/db.ts";
import { randomToken } from "#app/platform/ids.ts";

/** A sign-in that costs no hashing, for tests that aren't about passwords. */
export const instantIdentity: IdentityProvider = {
  name: "embedded",
  signIn: async () => null,
  signUp: async ({ password }) => ({ userId: null, passwordHash: `plain:${password}` }),
  requestPasswordReset: async () => {},
  resetPassword: async () => "invalid",
  verifyEmail: async () => "invalid",
  requestVerification: async () => {},
};

export interface TestTenant extends Registered {
  actor: MemberActor;
  email: string;
}

/** Registers a person with a tenant. */
export async function newTenant(
  db: Db,
  name = "Test Company",
  identity: IdentityProvider = instantIdentity,
): Promise<TestTenant> {
  const email = `${randomToken(9).toLowerCase()}@example.test`;
  const input = {
    companyName: name,
    businessType: "other" as const,
    timeZone: "UTC",
    displayName: "Test Owner",
    email,
    password: "a long enough password",
  };
  const registered = await register(db, identity, startingPoint, input, { userAgent: "test", ip: null });
  const session = await resolveSession(db, registered.token);
  if (!session) throw new Error("The session of a fresh registration doesn't resolve.");
  const { userId, tenantId } = registered;
  return {
    ...registered,
    email,
    actor: { kind: "member", userId, tenantId, sessionId: session.sessionId, role: "owner" },
  };
}

/** Registers a tenant, gives it an address and starts its trial. */
export async function newTrialTenant(db: Db, slug: string): Promise<TestTenant> {
  const tenant = await newTenant(db, `Company ${slug}`);
  await db.asTenant(tenant.actor, async (tx) => {
    await claimAddress(tx, tenant.actor, { appDomain: "localhost" }, slug);
    await startTrial(tx, tenant.actor);
  });
  return tenant;
}

/**
 * Registers a tenant that has paid for a plan, as far as our own records say: a month that began now, no customer at Stripe.
 * @param superuser whom no policy binds
 */
export async function newPaidTenant(
  db: Db,
  superuser: Sql,
  slug: string,
  plan: "basic" | "premium" | "enterprise" = "basic",
): Promise<TestTenant> {
  const tenant = await newTrialTenant(db, slug);
  await payPlan(superuser, tenant.tenantId, plan);
  return tenant;
}

/** Makes a tenant one that has paid for a plan, as `newPaidTenant`. */
export async function payPlan(
  superuser: Sql,
  tenantId: string,
  plan: "basic" | "premium" | "enterprise" = "basic",
): Promise<void> {
  await superuser`update tenants set status = 'active', plan = ${plan} where id = ${tenantId}`;
  await superuser`
    update billing_accounts set plan_version_id = (select id from plan_versions where plan = ${plan} and retired_at is null),
      period_anchor = now(), period_start = now(), period_end = now() + interval '1 month'
    where tenant_id = ${tenantId}`;
}

/** Sets a limit of one tenant's own, as the operator may. */
export async function overrideLimit(
  superuser: Sql,
  tenantId: string,
  metric: Metric,
  included: number | null,
): Promise<void> {
  await superuser`
    insert into limit_overrides (tenant_id, metric, included, reason) values (${tenantId}, ${metric}, ${included}, 'test')
    on conflict (tenant_id, metric) do update set included = excluded.included`;
}
