// How the client of Stripe meets failures: what it tries again, under which key, and what it says.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { createStripeBilling } from "#app/integrations/stripe/client.ts";
import { AppError } from "#app/platform/errors.ts";
import { uuidv7 } from "#app/platform/ids.ts";
import { KEY, setUp } from "./simulator-support.ts";

const { server, stripe, control, close } = await setUp();
const billing = createStripeBilling({ apiKey: KEY, apiBase: server.url });
const customers = async () => (await stripe.customers.list({ limit: 100 })).data.length;
const input = () => ({ tenantId: uuidv7(), name: "Somebody", email: "somebody@example.com" });
afterAll(close);
beforeEach(() => control("DELETE", "faults"));

async function refusal(work: Promise<unknown>): Promise<AppError> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AppError)) throw new Error(`It was not refused: ${String(error)}`);
  return error;
}
const fault = (effect: string, times: number, path = "/v1/customers") =>
  control("POST", "faults", [{ match: { method: "POST", path }, effect, times }]);

describe("a passing failure", () => {
  it.each(["error_500", "error_503", "reset_before", "reset_after"])(
    "is tried again under the same key, and has one effect (%s)",
    async (effect) => {
      const before = await customers();
      await fault(effect, 2);
      await billing.createCustomer(input(), uuidv7());
      expect(await customers()).toBe(before + 1);
    },
  );

  it.each(["error_500_after", "garbage"])("that hid that the customer was made leaves one (%s)", async (effect) => {
    const before = await customers();
    const [wanted, key] = [input(), uuidv7()];
    await fault(effect, 1);
    await billing.createCustomer(wanted, key).catch((error: unknown) => {
      expect(error).toMatchObject({ code: "unavailable" });
    });
    const made = await billing.createCustomer(wanted, key);
    expect(await customers()).toBe(before + 1);
    // A day later Stripe has forgotten the key.
    expect((await billing.createCustomer(wanted, uuidv7())).id).toBe(made.id);
  });

  it("and a tenant that meanwhile has another name and address: its customer is found all the same", async () => {
    const before = await customers();
    const [wanted, key] = [input(), uuidv7()];
    const made = await billing.createCustomer(wanted, key);
    const renamed = { ...wanted, name: "Renamed", email: "renamed@example.com" };
    expect((await billing.createCustomer(renamed, key)).id).toBe(made.id);
    expect(await customers()).toBe(before + 1);
  });

  it("asks for patience where Stripe does", async () => {
    const key = uuidv7();
    const wanted = input();
    await fault("rate_limit", 1);
    expect(await refusal(billing.createCustomer(wanted, key))).toMatchObject({ code: "unavailable", retryAfter: 10 });
    expect((await billing.createCustomer(wanted, key)).email).toBe(wanted.email);
  });

  it("is told as an outage when it doesn't pass, and the next try with the key still has one effect", async () => {
    const before = await customers();
    const [wanted, key] = [input(), uuidv7()];
    await fault("reset_after", 3);
    const error = await refusal(billing.createCustomer(wanted, key));
    expect([error.code, error.retryAfter]).toEqual(["unavailable", 10]);
    await billing.createCustomer(wanted, key);
    expect(await customers()).toBe(before + 1);
  });
});

describe("a server that doesn't answer", () => {
  it("is given up in time", async () => {
    let asked = 0;
    const deaf = createServer(() => {
      asked += 1;
    });
    await new Promise<void>((done) => deaf.listen(0, "127.0.0.1", done));
    const { port } = deaf.address() as AddressInfo;
    const slow = createStripeBilling({ apiKey: KEY, apiBase: `http://127.0.0.1:${port}`, timeoutMs: 100 });
    expect((await refusal(slow.customer("cus_1"))).code).toBe("unavailable");
    // Three lookups side by side, each tried again at most twice.
    expect(asked).toBeGreaterThanOrEqual(3);
    expect(asked).toBeLessThanOrEqual(9);
    deaf.closeAllConnections();
    deaf.close();
  });
});

describe("a failure of its own, which Stripe repeats for the key", () => {
  it("is left behind under a key derived from it, except where that could move money twice", async () => {
    const keys: string[] = [];
    const failing = createServer(async (request, response) => {
      for await (const _ of request);
      const key = String(request.headers["idempotency-key"] ?? "");
      if (request.method === "POST") keys.push(key);
      const repeated = request.method === "POST" && !key.endsWith(":2");
      const headers = { "content-type": "application/json", "stripe-should-retry": "false" };
      if (repeated) {
        response.writeHead(500, { ...headers, "idempotent-replayed": "true" });
        return void response.end(JSON.stringify({ error: { type: "api_error", message: "broken" } }));
      }
      response.writeHead(200, headers);
      response.end(JSON.stringify({ id: "cus_9", object: "customer", email: null, status: "open", data: [] }));
    });
    await new Promise<void>((done) => failing.listen(0, "127.0.0.1", done));
    const { port } = failing.address() as AddressInfo;
    const client = createStripeBilling({ apiKey: KEY, apiBase: `http://127.0.0.1:${port}` });
    expect((await client.createCustomer(input(), "key-1")).id).toBe("cus_9");
    expect(keys).toEqual(["key-1", "key-1:2"]);
    keys.length = 0;
    expect((await refusal(client.payInvoice("in_1", "key-2"))).code).toBe("unavailable");
    expect(keys).toEqual(["key-2"]);
    failing.closeAllConnections();
    failing.close();
  });
});

describe("what a refusal says", () => {
  it("names no key, whoever reads it", async () => {
    const secret = "sk_test_of_somebody_else_entirely";
    const stranger = createStripeBilling({ apiKey: secret, apiBase: server.url });
    const error = await refusal(stranger.subscriptions("cus_1"));
    expect([error.code, error.reason]).toEqual(["internal", "provider_key_refused"]);
    expect(`${error.message} ${String(error.cause)} ${error.stack}`).not.toMatch(/sk_test/);
  });

  it("tells what is gone from what isn't allowed", async () => {
    expect((await refusal(billing.previewInvoice("sub_nothing"))).code).toBe("not_found");
    const { id } = await billing.createCustomer(input(), uuidv7());
    const twice = uuidv7();
    await billing.createCustomer({ ...input(), name: "One" }, twice);
    // The key is another tenant's, and this one has no customer.
    expect((await refusal(billing.createCustomer({ ...input(), name: "Another" }, twice))).code).toBe("unavailable");
    expect((await refusal(billing.createCustomer({ ...input(), email: "none" }, uuidv7()))).code).toBe("conflict");
    expect((await refusal(billing.invoices(id, { limit: 0 }))).code).toBe("conflict");
  });
});
