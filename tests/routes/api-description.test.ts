// The OpenAPI document and the routes are one thing: what is described answers, what answers is described, and the
// examples are what the schemas say.
import { beforeAll, describe, expect, test } from "vitest";
import type { z } from "zod";
import { API_SCOPES } from "#app/domain/team/keys.schema.ts";
import { ENDPOINTS } from "#app/web/api/catalogue.ts";
import { describeApi } from "#app/web/api/openapi.ts";
import { testDatabase } from "../setup/database.ts";
import { apiClient, ROUTE_FILES } from "../support/api.ts";
import { pageServices } from "../support/pages.ts";

const database = await testDatabase();
const services = await pageServices(database.db.web);
const api = apiClient(services);
const PATH = "/api/v1/openapi.json";

interface Operation {
  operationId: string;
  security: Record<string, []>[];
  parameters: { name: string; in: string }[];
  requestBody?: { content: Record<string, { schema: object; example: unknown }> };
  responses: Record<string, { description: string; content: Record<string, object> }>;
}
interface Document {
  openapi: string;
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: object; headers: object; securitySchemes: object };
}
let document: Document;
beforeAll(async () => {
  document = (await api.ask("GET", PATH)).body as Document;
});

test("every route of the API is in the document, and every path of the document has its route", () => {
  const served = Object.keys(ROUTE_FILES).filter((path) => !path.endsWith("/$"));
  expect(Object.keys(document.paths).sort()).toEqual(served.sort());
});

test.each(ENDPOINTS)(
  "$method $path answers in its route, and its route answers nothing else",
  async ({ method, path }) => {
    const described = Object.keys(document.paths[path] ?? {}).map((name) => name.toUpperCase());
    const address = path.replace("{id}", "01980d4e-6f3a-7c21-9a55-0d5f3b8f2c11");
    expect((await api.ask(method, address)).status).not.toBe(405);
    for (const other of ["GET", "POST", "PUT", "PATCH", "DELETE"].filter((one) => !described.includes(one))) {
      expect([other, (await api.ask(other, address)).status]).toEqual([other, 405]);
    }
  },
);

test("operations have names of their own, and each says how to get in and what it refuses", () => {
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
  const names = operations.map(({ operationId }) => operationId);
  expect(new Set(names).size).toBe(names.length);
  for (const operation of operations) {
    const open = operation.security.length === 0;
    expect([operation.operationId, open]).toEqual([operation.operationId, operation.operationId === "getDescription"]);
    expect(Object.keys(operation.responses)).toContain("200");
    if (!open) expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(["401", "403", "429"]));
    for (const [status, { content }] of Object.entries(operation.responses)) {
      const types = Object.keys(content);
      expect(types[0]).toBe(Number(status) < 400 ? "application/json" : "application/problem+json");
    }
  }
});

test("each parameter of a path is declared", () => {
  for (const [path, operations] of Object.entries(document.paths)) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    for (const { parameters } of Object.values(operations)) {
      expect(parameters.filter((one) => one.in === "path").map((one) => one.name)).toEqual(named);
    }
  }
});

test("references lead somewhere", () => {
  const text = JSON.stringify(document);
  const references = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map((match) => match[1]?.split("/") ?? []);
  expect(references.length).toBeGreaterThan(20);
  for (const steps of references) {
    const target = steps.reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], document);
    expect([steps, target]).toEqual([steps, expect.anything()]);
  }
});

test("every scope that a key may carry opens something, and is named", () => {
  const text = JSON.stringify(document);
  for (const scope of API_SCOPES) expect(text).toContain(`\`${scope}\``);
  const opened = new Set(ENDPOINTS.flatMap(({ auth }) => ("scope" in auth ? [auth.scope] : [])));
  expect([...opened].sort()).toEqual([...API_SCOPES].sort());
});

describe.each(ENDPOINTS)("$method $path", (endpoint) => {
  const shown: [string, z.ZodType, unknown][] = [
    ...(endpoint.body
      ? [["the body", endpoint.body.schema, endpoint.body.example] as [string, z.ZodType, unknown]]
      : []),
    ...Object.entries(endpoint.replies).map(
      ([status, reply]) => [`the answer ${status}`, reply.schema, reply.example] as [string, z.ZodType, unknown],
    ),
  ];
  test.each(shown)("the example of %s is what its schema says, and leaves nothing out", (_name, schema, example) => {
    expect(schema.parse(example)).toEqual(expect.objectContaining(example as object));
  });
});

test("anybody may read it; who has it is told so", async () => {
  const first = await api.ask("GET", PATH);
  expect(first.headers.get("cache-control")).toBe("public, max-age=300");
  expect(first.body).toMatchObject({ openapi: "3.1.0", servers: [{ url: "http://localhost:3000" }] });
  const etag = first.headers.get("etag") ?? "";
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
    const again = await api.ask("GET", PATH, { headers: { "if-none-match": known } });
    expect([known, again.status, again.body, again.headers.get("etag")]).toEqual([known, 304, "", etag]);
  }
  expect((await api.ask("GET", PATH, { headers: { "if-none-match": '"other"' } })).status).toBe(200);
});

test("an endpoint more or less changes the document, so that the tests above mean something", () => {
  const paths = (all: typeof ENDPOINTS) => Object.keys((describeApi(all, "http://x") as { paths: object }).paths);
  expect(paths(ENDPOINTS.slice(1))).not.toEqual(Object.keys(document.paths));
  expect(paths(ENDPOINTS)).toEqual(Object.keys(document.paths));
});

test("an address that the API doesn't have is a problem, not a page", async () => {
  const { loader, action } = await import("#app/routes/api.v1.$.ts");
  const context = { ...{ services, requestId: "r", nonce: "", clientIp: "192.0.2.1" }, site: { kind: "app" as const } };
  for (const run of [loader, action]) {
    const response = await run({ request: new Request("http://localhost:3000/api/v1/none"), params: {}, context });
    expect([response.status, response.headers.get("content-type")]).toEqual([404, "application/problem+json"]);
  }
});
