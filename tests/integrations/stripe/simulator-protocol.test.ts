// The simulated Stripe's wire protocol: keys, idempotency, errors, pages, expansion, faults.
import Stripe from "stripe";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { catalogue, clientOf, clockCustomer, KEY, type Setup, setUp } from "./simulator-support.ts";

let simulator: Setup;
let stripe: Stripe;
beforeAll(async () => {
  simulator = await setUp();
  stripe = simulator.stripe;
});
afterEach(() => simulator.control("DELETE", "faults"));
afterAll(() => simulator.close());

const faults = (list: unknown[]) => simulator.control("POST", "faults", list);
const count = async () => (await stripe.customers.list({ limit: 100 })).data.length;

describe("a request", () => {
  test("needs the key", async () => {
    const stranger = new Stripe("sk_test_other", { host: "127.0.0.1", port: simulator.server.port, protocol: "http" });
    await expect(stranger.customers.list()).rejects.toMatchObject({
      type: "StripeAuthenticationError",
      statusCode: 401,
    });
    const bare = await fetch(`${simulator.server.url}/v1/customers`);
    expect(bare.status).toBe(401);
    expect(bare.headers.get("request-id")).toMatch(/^req_/);
  });

  test("is answered with Stripe's errors", async () => {
    await expect(stripe.customers.retrieve("cus_none")).rejects.toMatchObject({
      statusCode: 404,
      type: "StripeInvalidRequestError",
      code: "resource_missing",
      message: "No such customer: 'cus_none'",
      param: "id",
    });
    await expect(stripe.subscriptions.create({ customer: "cus_none", items: [] })).rejects.toMatchObject({
      statusCode: 400,
      param: "customer",
    });
    const odd = { name: "x", colour: "red" };
    await expect(stripe.customers.create(odd)).rejects.toMatchObject({ code: "parameter_unknown", param: "colour" });
    await expect(stripe.products.create({ name: "" })).rejects.toMatchObject({ code: "parameter_missing" });
    await expect(stripe.rawRequest("POST", "/v1/nothing")).rejects.toMatchObject({ statusCode: 404 });
  });

  test("in broken form is refused, never a crash", async () => {
    const headers = { authorization: `Bearer ${KEY}`, "content-type": "application/x-www-form-urlencoded" };
    const post = (body: string) => fetch(`${simulator.server.url}/v1/customers`, { method: "POST", headers, body });
    const deep = `metadata${"[a]".repeat(50)}=1`;
    for (const body of [deep, "__proto__[x]=1", "metadata=1", "metadata[a][b]=1", "address=x", "name[]=1", "%E0%A4%A"])
      expect([body, (await post(body)).status]).toEqual([
        body,
        expect.not.toSatisfy((status: number) => status >= 500),
      ]);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  test("with metadata merges, unsets a key by an empty value, all by an empty parameter", async () => {
    const { id } = await stripe.customers.create({ metadata: { a: "1", b: "2" } });
    const merged = await stripe.customers.update(id, { metadata: { a: "", c: "3" } });
    expect(merged.metadata).toEqual({ b: "2", c: "3" });
    expect((await stripe.customers.update(id, { metadata: "" })).metadata).toEqual({});
  });
});

describe("an idempotency key", () => {
  test("works once, answers the same again, and refuses other parameters", async () => {
    const before = await count();
    const first = await stripe.customers.create({ name: "Once" }, { idempotencyKey: "key-1" });
    const again = await stripe.customers.create({ name: "Once" }, { idempotencyKey: "key-1" });
    expect(again.id).toBe(first.id);
    expect(again.lastResponse.headers["idempotent-replayed"]).toBe("true");
    expect(await count()).toBe(before + 1);
    await expect(stripe.customers.create({ name: "Other" }, { idempotencyKey: "key-1" })).rejects.toMatchObject({
      type: "StripeIdempotencyError",
      statusCode: 400,
    });
  });

  test("stays free after refused parameters, and keeps a failure of Stripe's own", async () => {
    await expect(stripe.customers.create({ email: "none" }, { idempotencyKey: "key-2" })).rejects.toThrow(
      "Invalid email",
    );
    await stripe.customers.create({ email: "some@example.com" }, { idempotencyKey: "key-2" });
    await faults([{ match: { path: "/v1/customers" }, effect: "error_500", times: 1 }]);
    const create = () => stripe.customers.create({ name: "Unlucky" }, { idempotencyKey: "key-3" });
    await expect(create()).rejects.toMatchObject({ statusCode: 500 });
    await expect(create()).rejects.toMatchObject({ statusCode: 500 });
  });

  test("in use answers 409", async () => {
    await faults([{ match: { method: "POST", path: "/v1/customers" }, effect: "delay", ms: 100 }]);
    const create = () => stripe.customers.create({ name: "Twice" }, { idempotencyKey: "key-4" });
    const [first, second] = await Promise.allSettled([create(), create()]);
    expect([first.status, second.status].sort()).toEqual(["fulfilled", "rejected"]);
    const refused = [first, second].find((one) => one.status === "rejected");
    expect(refused).toMatchObject({ reason: { statusCode: 409, code: "idempotency_key_in_use" } });
  });
});

describe("an answer", () => {
  test("comes in pages, newest first", async () => {
    const made: string[] = [];
    for (let n = 0; n < 5; n++) made.unshift((await stripe.products.create({ name: `P${n}` })).id);
    const first = await stripe.products.list({ limit: 2 });
    expect(first.data.map(({ id }) => id)).toEqual(made.slice(0, 2));
    expect(first.has_more).toBe(true);
    const second = await stripe.products.list({ limit: 2, starting_after: made[1] });
    expect(second.data.map(({ id }) => id)).toEqual(made.slice(2, 4));
    const back = await stripe.products.list({ limit: 2, ending_before: made[4] });
    expect(back.data.map(({ id }) => id)).toEqual(made.slice(2, 4));
    const all: string[] = [];
    for await (const { id } of stripe.products.list({ limit: 2 })) all.push(id);
    expect(all).toEqual(made);
    await expect(stripe.products.list({ limit: 101 })).rejects.toMatchObject({ param: "limit" });
  });

  test("shows tiers, payments and references when they are asked for", async () => {
    const { calls, basic } = await catalogue(stripe);
    expect(calls.tiers).toBeUndefined();
    const shown = await stripe.prices.retrieve(calls.id, { expand: ["tiers", "product"] });
    expect(shown.tiers?.map(({ up_to }) => up_to)).toEqual([100, 1000, null]);
    expect((shown.product as Stripe.Product).name).toBe("Calls");
    const { customer } = await clockCustomer(stripe);
    await stripe.subscriptions.create({ customer: customer.id, items: [{ price: basic.id }] });
    const { data } = await stripe.invoices.list({ customer: customer.id, expand: ["data.payments", "data.customer"] });
    expect(data[0]?.payments?.data[0]?.status).toBe("paid");
    expect(data[0]?.customer).toMatchObject({ object: "customer", id: customer.id });
    await expect(stripe.invoices.retrieve(data[0]?.id ?? "", { expand: ["nothing"] })).rejects.toMatchObject({
      statusCode: 400,
    });
  });

  test("gives a lookup key to one price at a time", async () => {
    const { id: product } = await stripe.products.create({ name: "Keyed" });
    const base = { product, currency: "usd", unit_amount: 100, lookup_key: "keyed" };
    const first = await stripe.prices.create(base);
    await expect(stripe.prices.create(base)).rejects.toMatchObject({ statusCode: 400, param: "lookup_key" });
    const second = await stripe.prices.create({ ...base, transfer_lookup_key: true });
    expect((await stripe.prices.list({ lookup_keys: ["keyed"] })).data.map(({ id }) => id)).toEqual([second.id]);
    expect((await stripe.prices.retrieve(first.id)).lookup_key).toBeNull();
  });
});

describe("a fault", () => {
  test("before the work leaves nothing", async () => {
    for (const effect of ["reset_before", "rate_limit"]) {
      const before = await count();
      // The SDK repeats a request on a closed connection once, whatever it was told.
      await faults([{ match: { method: "POST" }, effect, times: 2 }]);
      await expect(stripe.customers.create({ name: effect })).rejects.toBeInstanceOf(Stripe.errors.StripeError);
      expect(await count()).toBe(before);
    }
  });

  test("that passes is overcome by the SDK's own repeats", async () => {
    await faults([{ match: { method: "POST" }, effect: "reset", times: 1 }]);
    const patient = clientOf(simulator.server, { maxNetworkRetries: 2 });
    expect((await patient.customers.create({ name: "Patient" })).name).toBe("Patient");
  });

  test("after the work loses the answer only: the key finds it", async () => {
    const before = await count();
    await faults([{ match: { method: "POST" }, effect: "reset_after", times: 1 }]);
    const patient = clientOf(simulator.server, { maxNetworkRetries: 1 });
    const made = await patient.customers.create({ name: "Lost answer" }, { idempotencyKey: "lost" });
    expect(made.lastResponse.headers["idempotent-replayed"]).toBe("true");
    expect(await count()).toBe(before + 1);
  });

  test("that is none is refused", async () => {
    const response = await fetch(`${simulator.server.url}/_simulator/faults`, {
      method: "POST",
      body: '[{"effect":"no"}]',
    });
    expect(response.status).toBe(400);
    expect(await simulator.control("GET", "faults")).toEqual([]);
  });
});
