// The API's glue by itself: what a declaration doesn't name isn't sent, what doesn't fit it is our failure, and links in
// refusals are whole.
import { expect, test } from "vitest";
import { z } from "zod";
import { AppError } from "#app/platform/errors.ts";
import { createLogger } from "#app/platform/log.ts";
import { declare } from "#app/web/api/declare.ts";
import { apiResource, reads } from "#app/web/api/endpoint.ts";
import { apiRoute } from "#app/web/api-route.ts";
import { testDatabase } from "../setup/database.ts";
import { pageServices } from "../support/pages.ts";
import { newTenant } from "../support/tenants.ts";

const database = await testDatabase();
const lines: string[] = [];
const services = {
  ...(await pageServices(database.db.web)),
  log: createLogger("test", "info", (line: string) => lines.push(line)),
};
const tenant = await newTenant(database.db.web);

const endpoint = declare({
  id: "test",
  method: "GET",
  path: "/api/v1/test",
  tag: "Test",
  summary: "A test",
  auth: { by: "tenant", scope: "tenant:read", permission: "settings:read" },
  replies: { 200: { description: "It.", schema: z.object({ shown: z.int() }), example: { shown: 1 } } },
});
const context = { ...{ services, requestId: "r-1", nonce: "", clientIp: "192.0.2.1" }, site: { kind: "app" as const } };
async function ask(run: ReturnType<typeof apiRoute>): Promise<{ status: number; body: unknown }> {
  const request = new Request("http://localhost:3000/api/v1/test", {
    headers: { authorization: `Bearer ${tenant.token}` },
  });
  const response = await run({ request, params: {}, context });
  return { status: response.status, body: await response.json() };
}

test("what the declaration doesn't name stays here", async () => {
  const resource = apiResource(reads(endpoint, async () => ({ shown: 1, secret: 2 })));
  expect(await ask(resource)).toEqual({ status: 200, body: { shown: 1 } });
});

test("an answer that doesn't fit is our failure: logged, and nothing of it told", async () => {
  const answer = await ask(apiResource(reads(endpoint, async () => ({ shown: 1.5 }))));
  expect(answer).toMatchObject({ status: 500, body: { code: "internal" } });
  expect(JSON.stringify(answer)).not.toContain("1.5");
  expect(lines.join("\n")).toContain('"api.failed"');
});

test("a reader can't write", async () => {
  const write = reads(endpoint, async ({ tx }) => {
    await tx`update tenants set name = 'x' where id = app.tenant_id()`;
    return { shown: 1 };
  });
  expect((await ask(apiResource(write))).status).toBe(500);
});

test("links in a refusal are whole addresses", async () => {
  const refused = apiRoute(async () => {
    throw new AppError("payment_required", "No.", {
      help: { upgrade_url: "/billing/plans", feature: "/x", resets_at: null },
    });
  });
  const whole = { upgrade_url: "http://localhost:3000/billing/plans", feature: "/x", resets_at: null };
  expect(await ask(refused)).toMatchObject({ status: 402, body: whole });
});
