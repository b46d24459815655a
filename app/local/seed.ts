// The demo data: two businesses and a member of staff, made through the same functions that people's clicks run.
import { chat } from "#app/domain/agent/chat.ts";
import { scoreTenant } from "#app/domain/billing/health-scores.ts";
import { startingPoint } from "#app/domain/branding/starting-points.ts";
import { addFile } from "#app/domain/knowledge/files.ts";
import { addQuestion } from "#app/domain/knowledge/questions.ts";
import { startProvisioning } from "#app/domain/provisioning/runs.ts";
import { embeddedIdentity } from "#app/domain/team/embedded-identity.ts";
import { createApiKey, currentWidgetKey } from "#app/domain/team/keys.ts";
import { hashPassword } from "#app/domain/team/passwords.ts";
import { register } from "#app/domain/team/registration.ts";
import { resolveSession } from "#app/domain/team/sessions.ts";
import { advanceOnboarding, claimAddress, startTrial } from "#app/domain/tenants/tenants.ts";
import type { MemberActor } from "#app/platform/actor.ts";
import { createDb, type Db } from "#app/platform/db.ts";
import { type Env, tenantOrigin } from "#app/platform/env.ts";
import { randomToken, sha256Hex, uuidv7 } from "#app/platform/ids.ts";
import { appointStaff } from "#app/platform/migrate.ts";
import { createWebServices, type WebServices } from "#app/wiring.ts";
import { type Demo, readDemo, writeDemo } from "./demo.ts";
import { type DemoBusiness, demoBusinesses } from "./demo-content.ts";
import { type SeedBilling, seedPlan } from "./seed-billing.ts";
import { stripeFor } from "./stripe-keys.ts";

export interface SeedTarget {
  env: Env;
  dataDir: string;
  urls: { migrator: string; web: string; worker: string };
}

const ORIGIN = { userAgent: "Foyer demo", ip: null };
const DAY_MS = 86_400_000;

/** Makes the demo once; run again, it adds what is missing. */
export async function seedDemo({ env, dataDir, urls }: SeedTarget): Promise<void> {
  const demo = readDemo(dataDir) ?? { staff: { email: "", password: "" }, tenants: [] };
  const missing = demoBusinesses.filter(({ slug }) => !demo.tenants.some((tenant) => tenant.slug === slug));
  if (missing.length === 0 && demo.staff.email) return;
  const services = await createWebServices({
    ...env,
    databaseUrls: { ...env.databaseUrls, web: urls.web },
    logLevel: "error",
  });
  const system = createDb({ url: urls.worker, size: 2 });
  const billing: SeedBilling = { system, db: services.db, stripe: stripeFor(env, dataDir) };
  try {
    if (!demo.staff.email) {
      demo.staff = await seedStaff(services.db, system, urls.migrator);
      writeDemo(dataDir, demo);
    }
    for (const business of missing) {
      await removeHalfMade(system, business);
      demo.tenants.push(await seedBusiness(services, billing, business));
      writeDemo(dataDir, demo);
    }
  } finally {
    await Promise.all([services.close(), system.close()]);
  }
}

/** What an interrupted run left under the demo's own address and owner would stand in the way. */
async function removeHalfMade(system: Db, { slug, owner }: DemoBusiness): Promise<void> {
  await system.asSystem(
    { reason: "demo" },
    (tx) => tx`delete from tenants where slug = ${slug} and contact_email = ${owner.email}`,
  );
}

async function seedStaff(db: Db, system: Db, migratorUrl: string): Promise<Demo["staff"]> {
  const staff = { email: "staff@foyer.example", password: randomToken(12) };
  const userId = uuidv7();
  await db.gate`select app.adopt_user(${userId}, ${staff.email}, true, 'Foyer staff')`;
  const token = await mailedToken(system, userId, "reset_password");
  await db.gate`select app.reset_password(${await sha256Hex(token)}, ${await hashPassword(staff.password)})`;
  await appointStaff(migratorUrl, userId, "superadmin");
  return staff;
}

/** A one-time token as a mail would carry it. */
async function mailedToken(system: Db, userId: string, kind: "verify_email" | "reset_password"): Promise<string> {
  const token = randomToken(32);
  const hash = await sha256Hex(token);
  await system.asSystem(
    { reason: "demo" },
    (tx) => tx`select app.issue_token(${userId}, ${kind}, ${hash}, interval '1 hour')`,
  );
  return token;
}

async function seedBusiness(
  services: WebServices,
  billing: SeedBilling,
  business: DemoBusiness,
): Promise<Demo["tenants"][number]> {
  const { db, env } = services;
  const identity = embeddedIdentity(db);
  const password = randomToken(12);
  const { userId, tenantId, token } = await register(
    db,
    identity,
    startingPoint,
    { ...business.company, ...business.owner, password },
    ORIGIN,
    null,
    business.cameFrom ?? null,
  );
  await identity.verifyEmail(await mailedToken(billing.system, userId, "verify_email"));
  const session = await resolveSession(db, token);
  const actor: MemberActor = { kind: "member", userId, tenantId, sessionId: session?.sessionId ?? "", role: "owner" };

  for (const question of business.questions) await db.asTenant(actor, (tx) => addQuestion(tx, actor, question));
  const keys = await db.asTenant(actor, async (tx) => {
    await claimAddress(tx, actor, env, business.slug);
    await startTrial(tx, actor);
    await startProvisioning(tx, actor);
    await advanceOnboarding(tx, "done");
    const bytes = new TextEncoder().encode(business.page.markdown);
    await addFile(tx, actor, { filename: business.page.filename, mediaType: "text/markdown", bytes });
    const api = await createApiKey(tx, actor, { name: "Demo", scopes: ["chat"] });
    return { api_key: api.key, widget_key: (await currentWidgetKey(tx)).publicKey };
  });
  if (business.plan) await seedPlan(billing, actor, business.plan);
  for (const conversation of business.conversations) await seedConversation(services, actor, conversation);
  // The score from before there was anything to see would stand beside it until the night.
  await scoreTenant({ db: billing.system }, actor.tenantId);
  return {
    slug: business.slug,
    url: tenantOrigin(env, business.slug),
    owner_email: business.owner.email,
    owner_password: password,
    ...keys,
  };
}

/** Lets the real agent answer, then moves the conversation back to its day. */
async function seedConversation(
  services: WebServices,
  actor: MemberActor,
  { daysAgo, messages }: DemoBusiness["conversations"][number],
): Promise<void> {
  const session_id = randomToken(16);
  let conversationId = "";
  for (const message of messages) {
    const answer = await chat(services, { tenantId: actor.tenantId, channel: "web" }, { session_id, message });
    conversationId = answer.conversation_id;
  }
  const back = `${(daysAgo * DAY_MS) / 1000} seconds`;
  await services.db.asTenant(actor, async (tx) => {
    await tx`update conversations set created_at = created_at - ${back}::text::interval,
      last_message_at = last_message_at - ${back}::text::interval where id = ${conversationId}`;
    await tx`update messages set created_at = created_at - ${back}::text::interval where conversation_id = ${conversationId}`;
  });
}
