// POST /api/v1/chat through its route: the same answer as JSON and as a stream of events; problems carry the request's id.
import { beforeAll, expect, test } from "vitest";
import * as route from "#app/routes/api.v1.chat.ts";
import { ChatReply } from "#app/web/api/chat-endpoint.ts";
import { testDatabase } from "../setup/database.ts";
import { type AgentTenant, agentTenant } from "../support/agent.ts";
import { pageServices } from "../support/pages.ts";
import { SITES } from "../support/small-business.ts";

const database = await testDatabase();
const services = await pageServices(database.db.web);
let hotel: AgentTenant;

beforeAll(async () => {
  hotel = await agentTenant(database, "hotel", SITES.hotel);
});

const MESSAGE = { session_id: "route-session-1", message: "How much is a hot stone massage?" };

async function post(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const request = new Request("http://localhost:3000/api/v1/chat", {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": hotel.apiKey, ...headers },
    body: JSON.stringify(body),
  });
  const context = {
    services,
    requestId: "request-1",
    nonce: "",
    site: { kind: "app" as const },
    clientIp: "192.0.2.7",
  };
  return route.action({ request, params: {}, context });
}

test("JSON: the answer with its sources", async () => {
  const response = await post(MESSAGE);
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(response.headers.get("x-request-id")).toBe("request-1");
  expect(await response.json()).toMatchObject({
    reply: "Hot stone massage: Duration 80 minutes, Price CHF 175",
    citations: [{ quote: "Massage: Hot stone massage; Duration: 80 minutes; Price: CHF 175" }],
    handoff: false,
  });
});

test("the answer is what the API's description says, and nothing else", async () => {
  const body = (await (await post({ ...MESSAGE, session_id: "route-session-2" })).json()) as object;
  expect(ChatReply.parse(body)).toEqual(body);
});

test("events: tokens that make up the reply, then the very answer that JSON gives", async () => {
  const message_id = "0b0e7d2a-6a52-4f0e-9d7b-1f6f0a3c9e11";
  const response = await post({ ...MESSAGE, message_id }, { accept: "text/event-stream" });
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  const events = (await response.text())
    .trim()
    .split("\n\n")
    .map((frame) => {
      const [, name = "", data = ""] = /^event: (\w+)\ndata: (.*)$/.exec(frame) ?? [];
      return { name, data: JSON.parse(data) as { text?: string; reply?: string } };
    });
  expect(events.at(-1)?.name).toBe("done");
  const tokens = events.filter(({ name }) => name === "token").map(({ data }) => data.text);
  expect(tokens.join("")).toBe(events.at(-1)?.data.reply);
  expect(await (await post({ ...MESSAGE, message_id })).json()).toEqual(events.at(-1)?.data);
});

test.each([
  ["no key", MESSAGE, { "x-api-key": "" }, 401],
  ["no message", { session_id: MESSAGE.session_id }, {}, 422],
])("%s is a problem, before any stream begins", async (_name, body, headers, status) => {
  const response = await post(body, { accept: "text/event-stream", ...headers });
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toContain("application/problem+json");
  expect(response.headers.get("x-request-id")).toBe("request-1");
  expect(await response.json()).toMatchObject({ status, instance: "/api/v1/chat" });
});
