// The door of Stripe's webhooks: what it lets in is stored once and acknowledged, what it doesn't leaves no trace.
import { createHmac } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { verifyStripeEvent } from "#app/integrations/stripe/webhook.ts";
import { createLogger } from "#app/platform/log.ts";
import { stripeWebhookHandler } from "../../../../supabase/functions/stripe-webhook/handler.ts";
import { testDatabase } from "../../../setup/database.ts";

const database = await testDatabase();
const SECRET = "whsec_handler_test";
const ADDRESS = "http://localhost:3001/functions/v1/stripe-webhook";
const lines: string[] = [];
const services = {
  db: database.db.functions,
  log: createLogger("test", "info", (line) => lines.push(line)),
  verify: (body: Uint8Array, signature: string | null) => verifyStripeEvent(body, signature, [SECRET], new Date()),
};
const handle = stripeWebhookHandler(services);

const event = (id: string, extra: object = {}) =>
  JSON.stringify({
    id,
    object: "event",
    type: "invoice.paid",
    created: 1_790_000_000,
    livemode: false,
    data: {
      object: { id: "in_1", object: "invoice", customer: "cus_1", customer_email: "owner@example.com", ...extra },
    },
  });
const sign = (body: string, { secret = SECRET, at = Math.floor(Date.now() / 1000) } = {}) =>
  `t=${at},v1=${createHmac("sha256", secret).update(`${at}.${body}`).digest("hex")}`;
const post = (body: string, signature: string | null = sign(body), headers: Record<string, string> = {}) =>
  handle(
    new Request(ADDRESS, {
      method: "POST",
      headers: { "content-type": "application/json", ...(signature && { "stripe-signature": signature }), ...headers },
      body,
    }),
  );
const rows = () => database.sql`select event_id, payload, processed_at, parked_at from webhook_inbox`;
const jobs = () => database.sql`select data from pgboss.job where name = 'webhook.process'`;

beforeEach(async () => {
  await database.sql`delete from webhook_inbox`;
  await database.sql`delete from pgboss.job`;
  lines.length = 0;
});

test("a signed event is stored with its job and acknowledged, and nothing personal is kept", async () => {
  const response = await post(event("evt_in"));
  expect([response.status, await response.json()]).toEqual([200, { received: true }]);
  const [row] = await rows();
  expect(row).toMatchObject({ event_id: "evt_in", processed_at: null, parked_at: null });
  expect(row?.payload).toEqual({
    id: "evt_in",
    type: "invoice.paid",
    created: 1_790_000_000,
    livemode: false,
    customerId: "cus_1",
    tenantId: null,
    objectId: "in_1",
    objectType: "invoice",
  });
  expect(await jobs()).toHaveLength(1);
});

test("the same event again is acknowledged and changes nothing", async () => {
  for (let n = 0; n < 3; n++) expect((await post(event("evt_twice"))).status).toBe(200);
  expect(await rows()).toHaveLength(1);
  expect(await jobs()).toHaveLength(1);
});

describe("what isn't Stripe's is refused and leaves no row", () => {
  const body = event("evt_out");
  const flipped = body.replace("invoice.paid", "invoice.paiD");
  const now = () => Math.floor(Date.now() / 1000);
  test.each<[string, () => Promise<Response>]>([
    ["another body", () => post(flipped, sign(body))],
    ["another secret", () => post(body, sign(body, { secret: "whsec_other" }))],
    ["no signature", () => post(body, null)],
    ["a re-serialised body", () => post(JSON.stringify(JSON.parse(body), null, 2), sign(body))],
    ["signed too long ago", () => post(body, sign(body, { at: now() - 320 }))],
    ["signed ahead of its time", () => post(body, sign(body, { at: now() + 320 }))],
    ["no event", () => post('{"id":"evt_1"}')],
    ["no JSON", () => post("x")],
    ["nothing at all", () => post("")],
  ])("%s", async (_, send) => {
    const response = await send();
    expect([response.status, response.headers.get("content-type")]).toEqual([400, "application/problem+json"]);
    expect(await rows()).toHaveLength(0);
    expect(await jobs()).toHaveLength(0);
    expect(lines.join()).not.toContain("owner@example.com");
  });
});

test("a body without end is cut off", async () => {
  const body = event("evt_large", { text: "x".repeat(1024 * 1024) });
  expect((await post(body)).status).toBe(413);
  expect(await rows()).toHaveLength(0);
});

test.each(["GET", "PUT", "DELETE", "OPTIONS"])("%s is told what this address takes", async (method) => {
  const response = await handle(new Request(ADDRESS, { method }));
  expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
});

test("where no secret is set, Stripe is asked to come again later", async () => {
  const closed = stripeWebhookHandler({ ...services, verify: null });
  const body = event("evt_later");
  const response = await closed(
    new Request(ADDRESS, { method: "POST", headers: { "stripe-signature": sign(body) }, body }),
  );
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "60"]);
  expect(await rows()).toHaveLength(0);
});

test("what the database refuses isn't acknowledged, and tells nothing of its cause", async () => {
  const broken = stripeWebhookHandler({
    ...services,
    db: { ...database.db.functions, gate: () => Promise.reject(new Error("secret cause")) },
  });
  const body = event("evt_again");
  const response = await broken(
    new Request(ADDRESS, { method: "POST", headers: { "stripe-signature": sign(body) }, body }),
  );
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain("secret cause");
});
