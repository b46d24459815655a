// Two tenants with everything in them, made through the product's own functions. Each text of a tenant carries its
// canary, so that a page that shows a foreign row gives itself away.
import { createBuiltinModel } from "#app/domain/agent/builtin-model.ts";
import { chat } from "#app/domain/agent/chat.ts";
import { startingPoint } from "#app/domain/branding/starting-points.ts";
import { saveTheme } from "#app/domain/branding/themes.ts";
import { addFile } from "#app/domain/knowledge/files.ts";
import { rebuildIndex } from "#app/domain/knowledge/index-terms.ts";
import { addQuestion } from "#app/domain/knowledge/questions.ts";
import { addWebsite } from "#app/domain/knowledge/sources.ts";
import { beginWithTrial } from "#app/domain/provisioning/beginning.ts";
import { createApiKey, currentWidgetKey } from "#app/domain/team/keys.ts";
import { register } from "#app/domain/team/registration.ts";
import { openSession, resolveSession } from "#app/domain/team/sessions.ts";
import { advanceOnboarding, claimAddress } from "#app/domain/tenants/tenants.ts";
import type { MemberActor, TenantRole } from "#app/platform/actor.ts";
import { randomToken, uuidv7 } from "#app/platform/ids.ts";
import { createLogger } from "#app/platform/log.ts";
import type { TestDatabase } from "../setup/database.ts";
import { readCatalogue } from "./catalogue.ts";
import { fillBilling } from "./http-billing.ts";
import { fillPresence } from "./http-presence.ts";
import { fillSequence } from "./http-recipes-sequences.ts";
import { ownershipOf } from "./ownership.ts";
import { instantIdentity, payPlan } from "./tenants.ts";

/** Ids by which a tenant's rows are asked for. */
export interface Ids {
  tenantId: string;
  userId: string;
  sessionId: string;
  sourceId: string;
  documentId: string;
  questionId: string;
  fileSourceId: string;
  conversationId: string;
  keyId: string;
  runId: string;
  invoiceId: string;
  checkoutSession: string;
  recordId: string;
  deploymentId: string;
  slug: string;
}

export interface Party extends Ids {
  name: string;
  /** Stands in each text of theirs, and nowhere else. */
  canary: string;
  email: string;
  actor: MemberActor;
  /** Token of the owner's session, as the cookie carries it. */
  token: string;
  apiKey: string;
  widgetKey: string;
  visitorSession: string;
}

export const PASSWORD = "correct horse battery staple";
const silent = createLogger("test", "silent");
const model = createBuiltinModel();

/** Makes a tenant that has gone through onboarding, pays for Premium, and has a row in each table that belongs to tenants. */
export async function makeParty(database: TestDatabase, name: string): Promise<Party> {
  const canary = `canary${name}${randomToken(6)
    .replaceAll(/[^A-Za-z0-9]/g, "x")
    .toLowerCase()}`;
  const { web, worker } = database.db;
  const email = `${canary}@example.test`;
  const company = { companyName: `Company ${canary}`, businessType: "other" as const, timeZone: "UTC" };
  const owner = { displayName: `Owner ${canary}`, email, password: PASSWORD };
  const origin = { userAgent: `Browser ${canary}`, ip: "192.0.2.1" };
  const { userId, tenantId, token } = await register(
    web,
    instantIdentity,
    startingPoint,
    { ...company, ...owner },
    origin,
  );
  const session = await resolveSession(web, token);
  const sessionId = session?.sessionId ?? "";
  const actor: MemberActor = { kind: "member", userId, tenantId, sessionId, role: "owner" };
  const slug = canary;

  const made = await web.asTenant(actor, async (tx) => {
    await claimAddress(tx, actor, { appDomain: "localhost" }, slug);
    const start = startingPoint("other");
    await saveTheme(tx, actor, { ...start.theme, logoUrl: `https://${canary}.example.test/logo.svg` } as never);
    const { runId } = await beginWithTrial(tx, actor);
    await tx`update tenants set contact_phone = ${`+49 ${canary}`}, industry = ${canary}, region = ${canary} where id = app.tenant_id()`;
    await tx`update tenant_configurations set agent_name = ${`Agent ${canary}`}, greeting = ${`Hello ${canary}`},
      fallback = ${`Sorry ${canary}`}, instructions = ${`Do ${canary}`}, suggestions = ${[`Ask ${canary}`]}`;
    await advanceOnboarding(tx, "done");
    const question = { question: `What is ${canary}?`, answer: `The word is ${canary} indeed.` };
    await addQuestion(tx, actor, question);
    const site = await addWebsite(tx, actor, { url: `https://${canary}.example.test/`, maxPages: 5, maxDepth: 1 });
    const bytes = new TextEncoder().encode(`# ${canary}\n\nOpen daily, says ${canary}.`);
    await addFile(tx, actor, { filename: `${canary}.md`, mediaType: "text/markdown", bytes });
    const api = await createApiKey(tx, actor, { name: `Key ${canary}`, scopes: ["chat"] });
    const { publicKey } = await currentWidgetKey(tx);
    return { runId, sourceId: site.sourceId, apiKey: api.key, keyId: api.id, widgetKey: publicKey };
  });
  await payPlan(database.sql, tenantId, "premium");
  await database.sql`update domains set status = 'live' where tenant_id = ${tenantId}`;
  await database.sql`update themes set published_tokens = tokens where tenant_id = ${tenantId}`;
  const rows = <T extends object>(query: Promise<readonly T[]>): Promise<T> =>
    query.then(([row]) => {
      if (!row) throw new Error("The party lacks a row.");
      return row;
    });
  const base = await rows(database.sql<{ id: string }[]>`select id from knowledge_bases where tenant_id = ${tenantId}`);
  await worker.asSystem({ reason: "test", tenantId }, (tx) => rebuildIndex(tx, base.id));
  const document = await rows(
    database.sql<{ id: string }[]>`select id from knowledge_documents where tenant_id = ${tenantId}`,
  );
  const file = await rows(
    database.sql<{ id: string }[]>`select id from knowledge_sources where tenant_id = ${tenantId} and kind = 'file'`,
  );
  const visitorSession = `visitor-${canary}`;
  const answer = await chat(
    { db: web, log: silent, model },
    { tenantId, channel: "web", origin: `https://${canary}.example.test` },
    { session_id: visitorSession, message: `What is ${canary}?` },
  );
  const billing = await fillBilling(database, { tenantId, userId, canary });
  const presence = await fillPresence(database, { tenantId, slug, canary });
  await fillLedgers(database, { tenantId, userId, conversationId: answer.conversation_id, canary, visitorSession });
  return {
    ...{ name, canary, email, actor, token, tenantId, userId, sessionId, slug, visitorSession },
    ...made,
    ...billing,
    ...presence,
    documentId: document.id,
    questionId: document.id,
    fileSourceId: file.id,
    conversationId: answer.conversation_id,
  };
}

/** Rows that the product makes only in the course of events. */
async function fillLedgers(
  { sql }: TestDatabase,
  party: { tenantId: string; userId: string; conversationId: string; canary: string; visitorSession: string },
): Promise<void> {
  const { tenantId, userId, conversationId, canary, visitorSession } = party;
  await sql`insert into leads (tenant_id, conversation_id, visitor_session, name, email, note)
    values (${tenantId}, ${conversationId}, ${visitorSession}, ${canary}, ${`lead-${canary}@example.test`}, ${canary})`;
  await fillSequence({ sql }, { tenantId, canary });
  await sql`insert into invitations (tenant_id, email, role, token_hash, invited_by, expires_at)
    values (${tenantId}, ${`invited-${canary}@example.test`}, 'viewer', ${canary}, ${userId}, now() + interval '1 day')`;
  await sql`insert into idempotency_keys (tenant_id, scope, key, request_hash, response)
    values (${tenantId}, ${`visitor:${visitorSession}`}, ${canary}, ${canary}, ${sql.json({ canary })})`;
  await sql`insert into outbox_mails (tenant_id, recipient, template, data, dedupe_key, status)
    values (${tenantId}, ${`${canary}@example.test`}, 'welcome', '{}', ${canary}, 'sent')`;
  await sql`insert into webhook_inbox (provider, event_id, tenant_id, payload)
    values ('test', ${canary}, ${tenantId}, ${sql.json({ canary })})`;
  await sql`insert into one_time_tokens (user_id, kind, token_hash, expires_at)
    values (${userId}, 'verify_email', ${canary}, now() + interval '1 day')`;
}

/** Tables that belong to tenants or persons and in which the party has no row: the tests would be blind there. */
export async function emptyTables(database: TestDatabase, party: Party): Promise<string[]> {
  const empty: string[] = [];
  for (const table of await readCatalogue(database.sql)) {
    const ownership = table.kind === "table" ? ownershipOf(table) : undefined;
    if (!ownership || !("column" in ownership)) continue;
    const owner = ownership.by === "tenant" ? party.tenantId : party.userId;
    const [row] = await database.sql.unsafe(
      `select 1 as found from ${table.name} where ${ownership.column} = '${owner}' limit 1`,
    );
    if (!row) empty.push(table.name);
  }
  return empty;
}

/** Ids that nobody has. */
export function strangerIds(): Ids {
  const id = (): string => uuidv7();
  return {
    ...{ tenantId: id(), userId: id(), sessionId: id(), sourceId: id(), documentId: id(), questionId: id() },
    ...{ fileSourceId: id(), conversationId: id(), keyId: id(), runId: id() },
    ...{ recordId: id(), deploymentId: id() },
    ...{ invoiceId: id(), checkoutSession: `cs_${randomToken(9)}` },
    slug: `stranger${randomToken(5)
      .replaceAll(/[^A-Za-z0-9]/g, "x")
      .toLowerCase()}`,
  };
}

/** A further member of the party's tenant, signed in. Returns the session's token and the person's id. */
export async function addMember(
  database: TestDatabase,
  party: Pick<Party, "tenantId">,
  role: TenantRole,
): Promise<{ token: string; userId: string }> {
  const [person] = await database.sql<{ id: string }[]>`
    insert into users (email, encrypted_password, email_confirmed_at)
    values (${`${role}-${randomToken(6).toLowerCase()}@example.test`}, 'none', now()) returning id`;
  const userId = person?.id ?? "";
  await database.sql`insert into memberships (tenant_id, user_id, role) values (${party.tenantId}, ${userId}, ${role})`;
  const token = await openSession(database.db.web, userId, { userAgent: "test", ip: null }, null);
  return { token, userId };
}

/** The header that carries a session on http. */
export function cookieOf(token: string): Record<string, string> {
  return { cookie: `foyer_session=${token}` };
}
