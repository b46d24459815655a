// A tenant on Trial can't use what Basic has through pages and jobs. The chat's and the API's doors: usage-doors.test.ts.
import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { chat } from "#app/domain/agent/chat.ts";
import { agentLanguages } from "#app/domain/agent/languages.ts";
import * as agentPage from "#app/routes/_app.settings.agent.tsx";
import * as keysPage from "#app/routes/_app.settings.api-keys.tsx";
import { testDatabase } from "../../setup/database.ts";
import { chatServices } from "../../support/agent.ts";
import { cookieOf } from "../../support/http-world.ts";
import { knowledgeTenant, loopbackFetch } from "../../support/knowledge.ts";
import { Browser, pageServices } from "../../support/pages.ts";
import { startSite } from "../../support/site.ts";
import { newTrialTenant, overrideLimit, payPlan, type TestTenant } from "../../support/tenants.ts";

const database = await testDatabase();
const { sql } = database;
const { web } = database.db;
const services = chatServices(database);
const pages = await pageServices(web);
const fresh = () => newTrialTenant(web, `pages-${randomUUID().slice(0, 8)}`);
let tenant: TestTenant;
beforeEach(async () => {
  tenant = await fresh();
});

describe("pages", () => {
  const owner = () => {
    const browser = new Browser(pages);
    browser.setCookie(cookieOf(tenant.token).cookie ?? "");
    return browser;
  };
  const AGENT = { agentName: "Ada", greeting: "Hello", fallback: "I don't know that.", suggestions: "" };

  test("no key can be made on Trial, and the page says what to do", async () => {
    type Page = { refusal: { words: string; plansUrl: string } | null };
    const seen = await owner().get<Page>(keysPage, "/settings/api-keys");
    expect(seen.data.refusal).toEqual({
      words: "REST API isn't part of your plan. It comes with Basic.",
      plansUrl: "/billing/plans?plan=basic",
    });
    const form = { intent: "create", name: "Mine", scopes: "chat" };
    expect((await owner().post(keysPage, "/settings/api-keys", form)).status).toBe(402);
    expect(await sql`select from api_keys where tenant_id = ${tenant.tenantId}`).toHaveLength(0);
    await payPlan(sql, tenant.tenantId);
    expect((await owner().post(keysPage, "/settings/api-keys", form)).status).toBe(200);
    expect((await owner().get<Page>(keysPage, "/settings/api-keys")).data.refusal).toBeNull();
  });

  test("a further language needs a plan that has it, in the form and in the answer", async () => {
    const german = { session_id: "visitor-0001", message: "Ich möchte mit einem Menschen sprechen" };
    const answer = async () =>
      (
        await chat(
          services,
          { tenantId: tenant.tenantId, channel: "web" },
          { ...german, session_id: `visitor-${randomUUID()}` },
        )
      ).reply;
    const save = (languages: string) =>
      owner().post<{ result: { error?: unknown } }>(agentPage, "/settings/agent", {
        ...AGENT,
        handoffEnabled: "on",
        languages,
      });
    const refused = await save("de");
    expect(refused.status).toBe(402);
    expect(refused.data.result.error).toEqual({ languages: [expect.stringContaining("1 language")] });
    expect(await answer()).not.toContain("Ich habe");
    // Whatever is stored: what the plan hasn't doesn't count.
    await sql`update tenant_configurations set languages = '{de}' where tenant_id = ${tenant.tenantId}`;
    expect(await answer()).not.toContain("Ich habe");
    await payPlan(sql, tenant.tenantId);
    expect(await answer()).toContain("Ich habe");
    expect((await save("fr")).status).toBe(200);
    const languages = await web.asTenant(tenant.actor, (tx) => agentLanguages(tx));
    expect(languages).toEqual({ main: "en", further: ["fr"], limit: 3 });
  });
});

test("a job reads no more pages than the plan has documents", async () => {
  const site = await startSite({
    "/": `<html><body><main><h1>Start</h1><p>All about the house.</p>${["a", "b", "c", "d"].map((name) => `<a href="/${name}">${name}</a>`).join("")}</main></body></html>`,
    ...Object.fromEntries(
      ["a", "b", "c", "d"].map((name) => [
        `/${name}`,
        `<html><body><main><h1>${name}</h1><p>Page ${name} of the house.</p></main></body></html>`,
      ]),
    ),
  });
  const reader = await knowledgeTenant(database, "job-limits");
  await overrideLimit(sql, reader.tenantId, "documents", 2);
  const sourceId = await reader.website(`${site.origin}/`);
  await reader.sync(sourceId, { fetch: loopbackFetch });
  const documents = async () =>
    (await sql`select from knowledge_documents where tenant_id = ${reader.tenantId}`).length;
  expect(await documents()).toBe(2);
  const [source] = await sql`select error from knowledge_sources where id = ${sourceId}`;
  expect(source?.error).toContain("Your plan has room for 2 pages");
  await overrideLimit(sql, reader.tenantId, "documents", 100);
  await reader.sync(sourceId, { fetch: loopbackFetch });
  expect(await documents()).toBe(5);
  await site.stop();
});
