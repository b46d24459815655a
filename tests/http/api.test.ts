// The API over HTTP, endpoint by endpoint from its declarations: with A's key and A's session nothing of B comes back or
// changes, a cookie opens nothing, rubbish ends in a refusal, and a key that can't be one costs no query.
import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { API_SCOPES } from "#app/domain/team/keys.schema.ts";
import { createApiKey, makeApiKey } from "#app/domain/team/keys.ts";
import { ENDPOINTS } from "#app/web/api/catalogue.ts";
import type { Endpoint } from "#app/web/api/declare.ts";
import { testDatabase } from "../setup/database.ts";
import type { Answer } from "../setup/web.ts";
import { fingerprint, rowsOf } from "../support/http-fingerprint.ts";
import { bytes, escaped, json, NASTY, query, text, wrong } from "../support/http-fuzz.ts";
import { rawRequest, sendRaw } from "../support/http-raw.ts";
import { startWeb } from "../support/http-server.ts";
import { wireTo } from "../support/http-wire.ts";
import { cookieOf, type Ids, makeParty, strangerIds } from "../support/http-world.ts";

const RUNS = Number(process.env.FUZZ_RUNS ?? 25);
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_121);

const database = await testDatabase();
const { sql } = database;
const [wire, staffWire] = await Promise.all([wireTo(database.urls.web), wireTo(database.urls.staff)]);
afterAll(() => {
  wire.close();
  staffWire.close();
});
const web = await startWeb({ urls: { web: wire.url, staff: staffWire.url } }, { LOG_LEVEL: "debug" });
const [a, b] = await Promise.all([makeParty(database, "a"), makeParty(database, "b")]);
const { key } = await database.db.web.asTenant(a.actor, (tx) =>
  createApiKey(tx, a.actor, { name: "All", scopes: [...API_SCOPES] }),
);
const CREDENTIALS = { "a key": { "x-api-key": key }, "a session": { authorization: `Bearer ${a.token}` } };

// A change is under way for good: nobody carries one out here, and who asked for one would wait for that.
await sql`insert into billing_operations (tenant_id, kind) values (${a.tenantId}, 'cancel') on conflict do nothing`;
beforeEach(async () => {
  await sql`delete from rate_limits`;
});

const pathOf = ({ path }: Endpoint, tenantId: string): string => path.replace("{id}", tenantId);
const closed = ENDPOINTS.filter(({ auth }) => auth.by !== "anybody");

function ask(endpoint: Endpoint, path: string, headers: Record<string, string>, body?: unknown): Promise<Answer> {
  const content = endpoint.body && { "content-type": "application/json" };
  const sent = endpoint.body && JSON.stringify(body ?? endpoint.body.example);
  return web.send(path, { method: endpoint.method, headers: { ...content, ...headers }, ...(sent && { body: sent }) });
}

function leaks({ body, headers }: Answer, sent: string): string[] {
  const seen = body + JSON.stringify(headers);
  const secrets = [b.canary, b.apiKey, b.token, b.email, b.tenantId, b.userId, b.invoiceId, b.conversationId, b.keyId];
  return secrets.filter((secret) => seen.includes(secret) && !sent.includes(secret));
}

/** B's ids wherever one might look for them. */
const smuggled = (ids: Ids) => ({
  query: `?${new URLSearchParams({ tenant_id: ids.tenantId, id: ids.tenantId, cursor: ids.invoiceId })}`,
  headers: { "x-tenant-id": ids.tenantId, "x-tenant": ids.slug, "x-original-url": `/?tenant=${ids.tenantId}` },
  body: { tenant_id: ids.tenantId, invoice_id: ids.invoiceId, plan: "basic", feature: "x", session_id: "visitor-1234" },
});

const shape = ({ status, body }: Answer, ids: Ids): string =>
  `${status} ${[ids.tenantId, ids.invoiceId].reduce((text, id) => text.replaceAll(id, ":id"), body)}`;

describe.each(closed)("$method $path", (endpoint) => {
  test.each(Object.entries(CREDENTIALS))(
    "with %s of A nothing of B is seen or changed, and B is nobody",
    async (_name, who) => {
      const before = await fingerprint(sql, rowsOf(b));
      const stranger = strangerIds();
      for (const inPath of [true, false]) {
        const answers: string[] = [];
        for (const ids of [b, stranger]) {
          const { query: search, headers, body } = smuggled(ids);
          const path = pathOf(endpoint, inPath ? ids.tenantId : a.tenantId) + search;
          for (const sent of [undefined, body]) {
            const answer = await ask(endpoint, path, { ...headers, ...who }, sent);
            expect.soft(leaks(answer, path), path).toEqual([]);
            expect.soft(answer.status, answer.body).toBeLessThan(500);
            if (inPath && endpoint.path.includes("{id}")) expect.soft(answer.status).toBe(404);
            if (inPath) answers.push(shape(answer, ids));
          }
        }
        const [theirs, theirsToo, nobodys, nobodysToo] = answers;
        if (endpoint.path.includes("{id}")) expect.soft([theirs, theirsToo]).toEqual([nobodys, nobodysToo]);
      }
      expect(await fingerprint(sql, rowsOf(b))).toEqual(before);
    },
  );

  test("a cookie opens nothing, wherever the request comes from", async () => {
    const before = await fingerprint(sql);
    for (const origin of [web.origin, "https://evil.test", "null"]) {
      const answer = await ask(endpoint, pathOf(endpoint, a.tenantId), { ...cookieOf(a.token), origin });
      expect([origin, answer.status]).toEqual([origin, 401]);
      expect(answer.headers["set-cookie"]).toBeUndefined();
    }
    expect(await fingerprint(sql)).toEqual(before);
  });

  test("a key that can't be one costs no query", async () => {
    const path = pathOf(endpoint, a.tenantId);
    await ask(endpoint, path, { "x-api-key": await makeApiKey() });
    const bad = key.slice(0, -1) + (key.endsWith("0") ? "1" : "0");
    const sent = (): number => wire.sent() + staffWire.sent();
    const before = sent();
    for (const given of [bad, "fk_", "x".repeat(4000), key.toUpperCase(), `${a.token}x`]) {
      expect((await ask(endpoint, path, { "x-api-key": given })).status).toBe(401);
      expect((await ask(endpoint, path, { authorization: `Bearer ${given}` })).status).toBe(401);
    }
    expect(sent() - before).toBe(0);
    expect((await ask(endpoint, path, { "x-api-key": await makeApiKey() })).status).toBe(401);
    expect(sent()).toBeGreaterThan(before);
  });
});

const statuses = new Map<number, number>();

async function check<T>(inputs: fc.Arbitrary<T>, request: (input: T) => Uint8Array): Promise<void> {
  const property = fc.asyncProperty(inputs, async (input) => {
    const answer = await sendRaw(web.port, request(input));
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    const problem = wrong(answer);
    if (problem) throw new Error(problem);
    expect(web.process.exitCode).toBeNull();
  });
  await fc.assert(property, { numRuns: RUNS, seed: SEED, endOnFailure: true });
}

describe.each(ENDPOINTS)("rubbish to $method $path", (endpoint) => {
  const path = pathOf(endpoint, a.tenantId);
  const headers = { host: web.host, "x-api-key": key };

  test("as a body", async () => {
    const type = fc.constantFrom("application/json", "application/json; charset=utf-16", "text/plain", "");
    const body = fc.oneof(json.map(bytes), fc.uint8Array({ maxLength: 300 }));
    const method = fc.constantFrom(endpoint.method, endpoint.method, "POST", "PUT", "DELETE", "PATCH");
    await check(fc.tuple(method, type, body), ([name, contentType, sent]) =>
      rawRequest(name, path, { ...headers, ...(contentType && { "content-type": contentType }) }, sent),
    );
  });

  test.runIf(endpoint.body)("as values in the right places", async () => {
    const example = endpoint.body?.example as Record<string, unknown>;
    const places = [
      "feature",
      "count",
      "occurred_at",
      "events",
      "plan",
      "invoice_id",
      "session_id",
      "message",
      "message_id",
    ];
    const value = fc.oneof(text, fc.integer(), fc.double(), fc.constantFrom(null, [], {}, true), fc.jsonValue());
    const input = fc.tuple(fc.constantFrom(...Object.keys(example), ...places), value, fc.boolean());
    await check(input, ([place, given, alone]) => {
      const body = alone ? { [place]: given } : { ...example, [place]: given };
      const sent = bytes(
        JSON.stringify("events" in body && place !== "events" ? { events: [{ feature: "x", [place]: given }] } : body),
      );
      return rawRequest(endpoint.method, path, { ...headers, "content-type": "application/json" }, sent);
    });
  });

  test("as query, header and path", async () => {
    const nasty = fc.constantFrom(
      ...NASTY.map((one) => one.replaceAll(/[^\x20-\x7e]/g, "?")),
      "\u00ff\u00fe",
      '"',
      "a".repeat(300),
    );
    const search = fc.oneof(
      query,
      fc.tuple(fc.constantFrom("limit", "cursor", "status"), escaped).map(([name, value]) => `?${name}=${value}`),
    );
    await check(fc.tuple(search, nasty, escaped, fc.boolean()), ([given, header, segment, inPath]) => {
      const target = inPath ? pathOf(endpoint, segment) : path;
      const sent = { ...headers, "idempotency-key": header, "if-none-match": header, "x-request-id": header };
      return rawRequest(
        endpoint.method,
        target + given,
        endpoint.body ? { ...sent, "content-type": "application/json" } : sent,
      );
    });
  });
});

test("the rubbish got past the doors, so that it tried something", () => {
  for (const status of [200, 404, 405, 415, 422])
    expect([status, (statuses.get(status) ?? 0) > 0]).toEqual([status, true]);
});

test("no key and no session's token is in the log", () => {
  const log = web.lines.join("\n");
  expect(log).toContain("/api/v1/tenant/:id/subscription");
  expect(log).not.toContain(key);
  expect(log).not.toContain(a.token);
});
