// A tenant with knowledge and keys, and the chat's services over the functions' login, as the edge function has them.
import { createBuiltinModel } from "#app/domain/agent/builtin-model.ts";
import type { Model } from "#app/domain/agent/model.ts";
import { chunkDocument } from "#app/domain/knowledge/chunk.ts";
import { storeDocument } from "#app/domain/knowledge/documents.ts";
import { rebuildIndex } from "#app/domain/knowledge/index-terms.ts";
import { readHtml } from "#app/domain/knowledge/read/read-html.ts";
import { createApiKey, currentWidgetKey, saveWidgetKey } from "#app/domain/team/keys.ts";
import { createLogger, type Logger } from "#app/platform/log.ts";
import type { ChatDoorServices } from "../../supabase/functions/chat/handler.ts";
import type { TestDatabase } from "../setup/database.ts";
import { newPaidTenant, type TestTenant } from "./tenants.ts";

export interface AgentTenant extends TestTenant {
  widgetKey: string;
  apiKey: string;
}

/**
 * A tenant on Premium whose agent knows the given HTML pages, by path, and answers in four languages. Its widget may
 * appear on https://shop.test.
 */
export async function agentTenant(
  database: TestDatabase,
  slug: string,
  pages: Record<string, string>,
): Promise<AgentTenant> {
  const tenant = await newPaidTenant(database.db.web, database.sql, slug, "premium");
  await database.sql`
    update tenant_configurations set languages = '{de,fr,es}' where tenant_id = ${tenant.tenantId}`;
  await teach(database, tenant, slug, pages);
  return database.db.web.asTenant(tenant.actor, async (tx) => {
    await saveWidgetKey(tx, tenant.actor, { allowedOrigins: ["https://shop.test", "https://*.example.com"] });
    const { key } = await createApiKey(tx, tenant.actor, { name: "test", scopes: ["chat"] });
    return { ...tenant, widgetKey: (await currentWidgetKey(tx)).publicKey, apiKey: key };
  });
}

async function teach(database: TestDatabase, { tenantId }: TestTenant, slug: string, pages: Record<string, string>) {
  await database.db.worker.asSystem({ reason: "test", tenantId }, async (tx) => {
    const [base] = await tx<{ id: string }[]>`select id from knowledge_bases`;
    const [source] = await tx<{ id: string }[]>`
      insert into knowledge_sources (tenant_id, base_id, kind, name, url, status)
      values (app.tenant_id(), ${base?.id ?? ""}, 'website', ${slug}, ${`https://${slug}.test/`}, 'ready') returning id`;
    if (!base || !source) throw new Error("There is no base.");
    for (const [path, html] of Object.entries(pages)) {
      const url = `https://${slug}.test${path}`;
      const { title, language, ...rest } = readHtml(html, { url });
      const chunks = chunkDocument({ language, ...rest });
      const facts = { url, title, language, contentHash: url, etag: null, lastModified: null };
      await storeDocument(tx, { id: source.id, baseId: base.id }, { ...facts, chunks });
    }
    await rebuildIndex(tx, base.id);
  });
}

export interface TestServices extends ChatDoorServices {
  /** Lines of the log. */
  lines: string[];
}

/** The services of the chat's doors. */
export function chatServices(database: TestDatabase, model: Model = createBuiltinModel()): TestServices {
  const lines: string[] = [];
  const log: Logger = createLogger("test", "info", (line) => lines.push(line));
  const env = { appUrl: "http://localhost:3000", appDomain: "localhost", trustProxy: false };
  return { db: database.db.functions, log, model, env, lines };
}
