// The door of mails that come in: a person's reply is stored once and ends the mails to whoever wrote it; everything else
// leaves no trace.
import { Webhook } from "standardwebhooks";
import { beforeEach, expect, test } from "vitest";
import { processDelivery } from "#app/domain/webhooks/inbox.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import { createLogger } from "#app/platform/log.ts";
import { verifySigned } from "#app/platform/standard-webhooks.ts";
import { deliveryEffects } from "../../../jobs/webhooks.ts";
import { mailInboundHandler } from "../../../supabase/functions/mail-inbound/handler.ts";
import { testDatabase } from "../../setup/database.ts";
import { sequenceWorld } from "../../support/sequences.ts";

const database = await testDatabase();
const { sql, db } = database;
const world = sequenceWorld(database);
const SECRET = `whsec_${btoa("of the mail provider")}`;
const verify = (body: Uint8Array, headers: Headers) => verifySigned(body, headers, [SECRET], new Date());
const services = { db: db.functions, log: createLogger("test", "silent"), verify };
const tenant = await world.trial("replied");
await world.advance();
const token = (await world.ways(tenant.tenantId))[0]?.token ?? "";

beforeEach(async () => {
  await sql`delete from webhook_inbox`;
});

async function deliver(notice: unknown, { id = `msg_${uuidv7()}`, secret = SECRET, handler = services } = {}) {
  const body = typeof notice === "string" ? notice : JSON.stringify(notice);
  const at = new Date();
  const headers = {
    "webhook-id": id,
    "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
    "webhook-signature": new Webhook(secret).sign(id, at, body),
  };
  const request = new Request("http://localhost:3001/functions/v1/mail-inbound", { method: "POST", body, headers });
  const response = await mailInboundHandler(handler as typeof services)(request);
  return response.status;
}
const stored = () => sql<{ id: string; payload: unknown }[]>`select id, payload from webhook_inbox`;
const reply = { to: [`reply+${token}@replies.example.test`], from: "Robin <robin@example.test>", message_id: "<1@mx>" };

test("what isn't signed, isn't JSON or isn't a mail is refused", async () => {
  expect(await deliver(reply, { secret: `whsec_${btoa("of somebody else")}` })).toBe(400);
  expect(await deliver("{")).toBe(400);
  expect(await deliver({ from: "x@y.test" })).toBe(400);
  expect(await deliver(reply, { handler: { ...services, verify: null as never } })).toBe(503);
  const get = new Request("http://localhost:3001/functions/v1/mail-inbound");
  expect((await mailInboundHandler(services)(get)).status).toBe(405);
  expect(await stored()).toEqual([]);
});

test("a machine's answer, and a mail to somebody else, are taken and forgotten", async () => {
  expect(await deliver({ ...reply, auto_submitted: "auto-replied (vacation)" })).toBe(200);
  expect(await deliver({ ...reply, from: "mailer-daemon@mx.test" })).toBe(200);
  expect(await deliver({ ...reply, to: "hello@example.test" })).toBe(200);
  expect(await stored()).toEqual([]);
  expect(await world.ways(tenant.tenantId)).toMatchObject([{ state: "active" }]);
});

test("a reply is stored once without its addresses, and ends the mails", async () => {
  expect([await deliver(reply, { id: "msg_1" }), await deliver(reply, { id: "msg_1" })]).toEqual([200, 200]);
  const rows = await stored();
  expect(rows.map(({ payload }) => payload)).toEqual([{ tokens: [token] }]);
  await processDelivery(db.worker, rows[0]?.id ?? "", deliveryEffects);
  await processDelivery(db.worker, rows[0]?.id ?? "", deliveryEffects);
  expect(await world.ways(tenant.tenantId)).toMatchObject([{ state: "stopped", stopReason: "replied" }]);
});
