// A tenant's knowledge in tests: websites read by the real crawl over loopback, questions asked as a visitor.

import { type Retrieval, searchKnowledge } from "#app/domain/knowledge/search.ts";
import { addWebsite } from "#app/domain/knowledge/sources.ts";
import { syncSource } from "#app/domain/knowledge/sync.ts";
import type { VisitorActor } from "#app/platform/actor.ts";
import { createSafeFetch, type SafeFetch } from "#app/platform/http.ts";
import { createLogger } from "#app/platform/log.ts";
import type { TestDatabase } from "../setup/database.ts";
import { newTrialTenant, type TestTenant } from "./tenants.ts";

export const loopbackFetch: SafeFetch = createSafeFetch({ allowLoopback: true, userAgent: "FoyerBot/test" });
const log = createLogger("test", "silent");

export interface KnowledgeTenant extends TestTenant {
  /** Asks as a visitor does, in a read-only transaction. */
  ask(query: string, options?: { language?: string; limit?: number }): Promise<Retrieval>;
  /** Adds a website without reading it. */
  website(url: string, caps?: { maxPages?: number; maxDepth?: number }): Promise<string>;
  /** Reads a source as the worker's job does. */
  sync(sourceId: string, options?: { fetch?: SafeFetch; signal?: AbortSignal }): Promise<void>;
}

export async function knowledgeTenant(database: TestDatabase, slug: string): Promise<KnowledgeTenant> {
  const tenant = await newTrialTenant(database.db.web, slug);
  const visitor: VisitorActor = { kind: "visitor", tenantId: tenant.tenantId, sessionId: "visitor-session-1" };
  return {
    ...tenant,
    ask: (query, options = {}) =>
      database.db.functions.asVisitor(visitor, (tx) => searchKnowledge(tx, { query, ...options }), { readOnly: true }),
    website: async (url, { maxPages = 200, maxDepth = 8 } = {}) => {
      const input = { url, maxPages, maxDepth };
      const { sourceId } = await database.db.web.asTenant(tenant.actor, (tx) => addWebsite(tx, tenant.actor, input));
      return sourceId;
    },
    sync: (sourceId, options = {}) =>
      syncSource(
        { db: database.db.worker, fetch: options.fetch ?? loopbackFetch, embedder: null },
        { tenantId: tenant.tenantId, sourceId },
        { signal: options.signal ?? new AbortController().signal, log },
      ),
  };
}

/** A page with a heading, paragraphs and links. */
export function htmlPage(title: string, paragraphs: string[], links: string[] = [], language = "en"): string {
  return `<!doctype html><html lang="${language}"><head><title>${title}</title></head><body><main><h1>${title}</h1>
    ${paragraphs.map((text) => `<p>${text}</p>`).join("\n")}
    ${links.map((href) => `<a href="${href}">${href}</a>`).join(" ")}</main></body></html>`;
}
