// Rubbish and malice for every route and function: no answer of 5xx (but 503 under pressure), no crash, no stack trace.
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSession } from "#app/domain/team/sessions.ts";
import { testDatabase } from "../setup/database.ts";
import { bytes, escaped, formBody, json, NASTY, query, text, wrong } from "../support/http-fuzz.ts";
import { type RawAnswer, rawRequest, sendRaw } from "../support/http-raw.ts";
import { recipeOf } from "../support/http-recipes.ts";
import { dataPath, fill, type Route, readFunctionNames, readRoutes } from "../support/http-routes.ts";
import { startFunctions, startWeb } from "../support/http-server.ts";
import { makeParty } from "../support/http-world.ts";
import { makeStaff } from "../support/staff.ts";

const RUNS = Number(process.env.FUZZ_RUNS ?? 12);
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_121);

const database = await testDatabase();
const { sql } = database;
const functions = await startFunctions(database, {
  STRIPE_WEBHOOK_SECRET: "whsec_of_nobody",
  DEPLOY_CALLBACK_SECRET: `whsec_${btoa("a secret of nobody's")}`,
});
const web = await startWeb(database, { FUNCTIONS_URL: `http://127.0.0.1:${functions.port}/functions/v1` });
const a = await makeParty(database, "a");
const routes = await readRoutes();
const origin = { userAgent: "test", ip: null };
const { actor: staff } = await makeStaff(database);
let token = "";
let staffToken = "";

beforeEach(async () => {
  // Forms that were found by chance may end the session, the limits, the tenant's right to speak.
  await sql`delete from rate_limits`;
  await sql`update api_keys set revoked_at = null, expires_at = null where id = ${a.keyId}`;
  await sql`update widget_keys set revoked_at = null, allowed_origins = '{}' where public_key = ${a.widgetKey}`;
  token = await openSession(database.db.web, a.userId, origin, null);
  staffToken = await openSession(database.db.web, staff.userId, origin, null);
});
afterEach(() => {
  expect([web.process.exitCode, functions.process.exitCode]).toEqual([null, null]);
});

/** How often each status came back: fuzz that only meets refusals at the door tries nothing. */
const statuses = new Map<number, number>();

async function check<T>(inputs: fc.Arbitrary<T>, runs: number, ask: (input: T) => Promise<RawAnswer>): Promise<void> {
  const property = fc.asyncProperty(inputs, async (input) => {
    const answer = await ask(input);
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    const problem = wrong(answer);
    if (problem) throw new Error(problem);
  });
  await fc.assert(property, { numRuns: runs, seed: SEED, endOnFailure: true });
}

const signedIn = (host: string, as = token): Record<string, string> => ({
  ...{ host, cookie: `foyer_session=${as}`, accept: "text/html", origin: `http://${host}` },
});
const hostOf = (route: Route): string => (recipeOf(route).onTenantHost ? `${a.slug}.localhost:${web.port}` : web.host);

describe.each(routes.filter(({ path }) => !path.endsWith("/events")))("$id", (route) => {
  const asUsual = () => signedIn(hostOf(route), recipeOf(route).access === "staff" ? staffToken : token);
  const path = fill(route.path, recipeOf(route).params?.(a));

  test("takes any path and query", async () => {
    const at = fc.constantFrom(...path.split("/").keys());
    const address = fc
      .tuple(escaped, query, at, fc.boolean(), fc.boolean())
      .map(([segment, search, index, replaces, asData]) => {
        const segments = path.split("/");
        if (replaces && index > 0) segments[index] = segment;
        return (asData ? dataPath(segments.join("/")) : segments.join("/")) + search;
      });
    await check(address, RUNS, (target) => sendRaw(web.port, rawRequest("GET", target, asUsual())));
  });

  test.runIf(route.params.length > 0)("takes every nasty text for a parameter", async () => {
    for (const nasty of NASTY) {
      const params = Object.fromEntries(route.params.map((name) => [name, nasty.toWellFormed()]));
      for (const target of [fill(route.path, params), dataPath(fill(route.path, params))]) {
        const answer = await sendRaw(web.port, rawRequest("GET", target, asUsual()));
        expect.soft([target.slice(0, 80), wrong(answer)]).toEqual([target.slice(0, 80), null]);
      }
    }
  });

  test.runIf(route.hasAction)("takes any body", async () => {
    const fields = (recipeOf(route).forms ?? []).flatMap((form) => Object.keys(form.fields(a)));
    const methods = fc.constantFrom("POST", "POST", "POST", "PUT", "DELETE");
    const input = fc.tuple(methods, formBody(fields), fc.boolean());
    const address = path + (route.index && route.path !== "/" ? "?index" : "");
    await check(input, RUNS * 2, ([method, body, asData]) => {
      const headers = {
        ...asUsual(),
        ...(body.type && { "content-type": body.type }),
        "x-api-key": a.apiKey,
      };
      return sendRaw(web.port, rawRequest(method, asData ? dataPath(address) : address, headers, body.bytes));
    });
  });

  test.runIf(route.hasAction)("refuses too much before it is sent", async () => {
    const headers = Object.entries({ ...asUsual(), "content-length": String(2 ** 30) });
    const head = headers.map(([name, value]) => `${name}: ${value}`).join("\r\n");
    const answer = await sendRaw(web.port, bytes(`POST ${path} HTTP/1.1\r\n${head}\r\n\r\nx=`));
    expect(answer.status).toBe(413);
  });

  test.runIf(route.hasAction)("keeps its form's shape under nasty values", async () => {
    for (const form of recipeOf(route).forms ?? []) {
      const valid = Object.entries(form.fields(a)).filter(
        (pair): pair is [string, string] => typeof pair[1] === "string",
      );
      if (valid.length === 0) continue;
      const input = fc.tuple(fc.nat(valid.length - 1), text);
      await check(input, RUNS, ([at, value]) => {
        const pairs = valid.map(
          ([name, good], index) => [name, index === at && name !== "intent" ? value : good] as const,
        );
        const body = pairs.map(
          ([name, one]) => `${name}=${encodeURIComponent(one.toWellFormed()).replaceAll("%EF%BF%BD", "%ED%A0%80")}`,
        );
        const headers = { ...asUsual(), "content-type": "application/x-www-form-urlencoded" };
        return sendRaw(web.port, rawRequest("POST", path, headers, bytes(body.join("&"))));
      });
    }
  });
});

const doors = [
  ...readFunctionNames().flatMap((name) => [
    [`function ${name} through the web`, web, `/functions/v1/${name}`] as const,
    [`function ${name} by itself`, functions, `/functions/v1/${name}`] as const,
  ]),
  ["the API", web, "/api/v1/chat"] as const,
];

describe.each(doors)("%s", (_name, server, path) => {
  const keys = fc.oneof(
    fc.constant({ "x-api-key": a.apiKey }),
    fc.constant({ "x-widget-key": a.widgetKey }),
    text.map((value) => ({ "x-api-key": value.replaceAll(/[^\x20-\x7e]/g, "?") })),
    fc.constant({ authorization: "Bearer \u00ff\u00ff" }),
  );

  test("takes any JSON and any bytes", async () => {
    const type = fc.constantFrom("application/json", "application/json; charset=utf-16", "text/plain", "");
    const body = fc.oneof(json.map(bytes), fc.uint8Array({ maxLength: 300 }));
    await check(fc.tuple(keys, type, body), RUNS * 3, ([key, contentType, sent]) => {
      const headers: Record<string, string> = {
        host: server.host,
        ...(contentType && { "content-type": contentType }),
      };
      return sendRaw(server.port, rawRequest("POST", path, { ...headers, ...key }, sent));
    });
  });

  test("takes any message in the right shape", async () => {
    const message = fc.record({
      session_id: fc.oneof(fc.constant("visitor-1"), text),
      message: fc.oneof(text, fc.string({ unit: "binary", maxLength: 300 })),
      message_id: fc.option(fc.oneof(fc.uuid(), text), { nil: undefined }),
    });
    const accept = fc.constantFrom("application/json", "text/event-stream", "*/*");
    await check(fc.tuple(message, accept), RUNS * 3, ([sent, accepted]) => {
      const headers = {
        host: server.host,
        "content-type": "application/json",
        "x-api-key": a.apiKey,
        accept: accepted,
      };
      return sendRaw(server.port, rawRequest("POST", path, headers, bytes(JSON.stringify(sent))));
    });
  });

  test("takes any path, query, method and header", async () => {
    const origins = fc.constantFrom("null", "https://evil.test", "\u00ff", "a, b", "javascript:x", "https://[::1");
    const input = fc.tuple(
      fc.constantFrom("GET", "OPTIONS", "HEAD", "PUT", "DELETE"),
      query,
      escaped,
      origins,
      fc.boolean(),
    );
    await check(input, RUNS * 3, ([method, search, segment, from, longer]) => {
      const headers = { host: server.host, "x-widget-key": a.widgetKey, origin: from, "x-request-id": from };
      return sendRaw(server.port, rawRequest(method, `${path}${longer ? `/${segment}` : ""}${search}`, headers));
    });
  });
});

test("hosts, headers and bodies that break the protocol end in a refusal or in silence, never in a crash", async () => {
  const line = "GET / HTTP/1.1\r\n";
  const attempts = [
    `${line}\r\n`,
    `${line}Host: \r\n\r\n`,
    `${line}Host: ${"a".repeat(300)}\r\n\r\n`,
    `${line}Host: xn--\u00ff\r\n\r\n`,
    `${line}Host: ${web.host}\r\nCookie: ${"x=y; ".repeat(5000)}\r\n\r\n`,
    `${line}Host: ${web.host}\r\nContent-Length: -1\r\n\r\n`,
    `POST /sign-in HTTP/1.1\r\nHost: ${web.host}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `POST /sign-in HTTP/1.1\r\nHost: ${web.host}\r\nOrigin: ${web.origin}\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
    `POST /sign-in HTTP/1.1\r\nHost: ${web.host}\r\nOrigin: ${web.origin}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nshort`,
    `GET ${"/a".repeat(20_000)} HTTP/1.1\r\nHost: ${web.host}\r\n\r\n`,
    "\u0000\u0001\u0002",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    `OPTIONS * HTTP/1.1\r\nHost: ${web.host}\r\n\r\n`,
    `CONNECT evil.test:443 HTTP/1.1\r\nHost: ${web.host}\r\n\r\n`,
    `GET /events HTTP/1.1\r\nHost: ${web.host}\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n`,
  ];
  for (const attempt of attempts) {
    const answer = await sendRaw(web.port, Buffer.from(attempt, "latin1"), { hangUp: true });
    const silent = answer.status === 0;
    expect.soft([attempt.slice(0, 60), silent ? null : wrong(answer)]).toEqual([attempt.slice(0, 60), null]);
  }
  expect((await web.send("/healthz")).status).toBe(200);
});

test("nothing that was tried above was an unexpected failure to the log", () => {
  const unexpected = web.lines.filter((line) =>
    /"event":"(request_failed|request_refused|api\.failed|render_failed)"/.test(line),
  );
  expect(unexpected).toEqual([]);
  expect(functions.lines.filter((line) => /"event":"(request_failed|chat\.failed)"/.test(line))).toEqual([]);
});

test("what was tried came past the doors, and was refused there as well", () => {
  for (const status of [200, 302, 400, 401, 404, 415, 422]) {
    expect.soft([status, statuses.get(status) ?? 0]).toEqual([status, expect.toSatisfy((count: number) => count > 0)]);
  }
});

test("a wrong answer would be seen", () => {
  const answer = (status: number, body: string, head = ""): RawAnswer => ({ status, body, head });
  expect(wrong(answer(500, ""))).toContain("500");
  expect(wrong(answer(503, ""))).toContain("Retry-After");
  expect(wrong(answer(400, "Error: x\n    at work (/srv/app/web/forms.ts:20:9)"))).toContain("trace");
  expect(wrong(answer(200, "fine"))).toBeNull();
});
