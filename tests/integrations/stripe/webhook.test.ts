// Who may say what happened at Stripe: signatures over the raw bytes, by time and by secret.
import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { secretsFrom, verifyDelivery, verifyStripeEvent } from "#app/integrations/stripe/webhook.ts";
import { AppError } from "#app/platform/errors.ts";

const SECRET = "whsec_test";
const AT = 1_700_000_000;
const bytes = (text: string) => new TextEncoder().encode(text);
const hmac = (body: Uint8Array, at: number | string, secret = SECRET) =>
  createHmac("sha256", secret).update(`${at}.`).update(body).digest("hex");
const header = (body: Uint8Array, at: number | string = AT, secret = SECRET) => `t=${at},v1=${hmac(body, at, secret)}`;
const arrival = (seconds = AT) => new Date(seconds * 1000);
const EVENT = JSON.stringify({
  id: "evt_1",
  object: "event",
  type: "customer.subscription.updated",
  created: AT,
  livemode: false,
  data: { object: { id: "sub_1", object: "subscription", customer: "cus_1", metadata: {}, note: "Zoë ✓" } },
});

/** "in", or why it was refused. */
async function verdict(
  body: Uint8Array,
  signature: string | null,
  { secrets = [SECRET], at = AT }: { secrets?: string[]; at?: number } = {},
): Promise<string> {
  try {
    await verifyDelivery(body, signature, secrets, arrival(at));
    return "in";
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return `${error.code} ${error.reason}`;
  }
}
const OUT = "invalid signature_invalid";

describe("the signature of a delivery", () => {
  it("is Stripe's: hex HMAC-SHA-256 over time, point and raw body", async () => {
    const known = "c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925";
    expect(hmac(bytes('{"id":"evt_1"}'), AT)).toBe(known);
    expect(await verdict(bytes('{"id":"evt_1"}'), `t=${AT},v1=${known}`)).toBe("in");
  });

  it("fits no other body, not by one bit", async () => {
    const body = bytes(EVENT);
    const signature = header(body);
    expect(await verdict(body, signature)).toBe("in");
    for (let at = 0; at < body.length; at++) {
      const flipped = body.slice();
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      expect([at, await verdict(flipped, signature)]).toEqual([at, OUT]);
    }
  });

  it("fits by no other signature, not by one digit", async () => {
    const body = bytes(EVENT);
    const right = hmac(body, AT);
    for (let at = 0; at < right.length; at++) {
      const wrong = `${right.slice(0, at)}${right[at] === "0" ? "1" : "0"}${right.slice(at + 1)}`;
      expect(await verdict(body, `t=${AT},v1=${wrong}`)).toBe(OUT);
    }
    expect(await verdict(body, `t=${AT},v1=${right.slice(0, -1)}`)).toBe(OUT);
    expect(await verdict(body, `t=${AT},v1=`)).toBe(OUT);
  });

  it("is over the bytes, not over what they mean", async () => {
    const signature = header(bytes(EVENT));
    expect(await verdict(bytes(JSON.stringify(JSON.parse(EVENT), null, 2)), signature)).toBe(OUT);
    expect(await verdict(bytes(`\uFEFF${EVENT}`), signature)).toBe(OUT);
    expect(await verdict(bytes(`${EVENT}\n`), signature)).toBe(OUT);
    const broken = bytes(EVENT.replace("✓", "\uFFFD"));
    const same = [...broken];
    // What decodes to the same text: a lone continuation byte for the replacement character.
    const place = same.findIndex((byte, at) => byte === 0xef && same[at + 1] === 0xbf);
    const other = Uint8Array.from([...same.slice(0, place), 0x80, ...same.slice(place + 3)]);
    expect(await verdict(other, header(broken))).toBe(OUT);
  });

  it.each([null, "", "v1=abc", `t=${AT}`, "t=now,v1=abc", `t=-1,v1=${hmac(bytes(EVENT), -1)}`, "nonsense", ","])(
    "is missing or unreadable: %s",
    async (signature) => {
      expect(await verdict(bytes(EVENT), signature)).toBe(OUT);
    },
  );

  it("of an older scheme doesn't count", async () => {
    expect(await verdict(bytes(EVENT), `t=${AT},v0=${hmac(bytes(EVENT), AT)}`)).toBe(OUT);
  });
});

describe("the time of a delivery", () => {
  const body = bytes(EVENT);
  it.each([0, 299, 300, -299, -300])("counts %d seconds after it was signed", async (late) => {
    expect(await verdict(body, header(body), { at: AT + late })).toBe("in");
  });
  it.each([301, 3600, -301, -86_400])("doesn't count %d seconds after it was signed", async (late) => {
    expect(await verdict(body, header(body), { at: AT + late })).toBe(OUT);
  });
  it("can't be moved: it is signed too, and one is enough", async () => {
    const right = hmac(body, AT);
    expect(await verdict(body, `t=${AT + 400},v1=${right}`, { at: AT + 400 })).toBe(OUT);
    const ahead = AT + 1_000;
    expect(await verdict(body, `t=${AT},t=${ahead},v1=${hmac(body, ahead)}`)).toBe(OUT);
  });
});

describe("the secrets", () => {
  const body = bytes(EVENT);
  it("are all of the configured ones, so that one can follow another", async () => {
    const secrets = secretsFrom(" whsec_new , whsec_old,");
    expect(secrets).toEqual(["whsec_new", "whsec_old"]);
    for (const secret of secrets) expect(await verdict(body, header(body, AT, secret), { secrets })).toBe("in");
    const both = `t=${AT},v1=${hmac(body, AT, "whsec_old")},v1=${hmac(body, AT, "whsec_new")}`;
    expect(await verdict(body, both, { secrets: ["whsec_new"] })).toBe("in");
  });
  it("are no others: not a wrong one, not one that was taken out, not none", async () => {
    expect(await verdict(body, header(body, AT, "whsec_wrong"))).toBe(OUT);
    expect(await verdict(body, header(body, AT, "whsec_old"), { secrets: ["whsec_new"] })).toBe(OUT);
    expect(await verdict(body, header(body, AT, ""), { secrets: [] })).toBe(OUT);
    expect(secretsFrom("")).toEqual([]);
    expect(secretsFrom(null)).toEqual([]);
  });
});

describe("what is kept of an event", () => {
  const noticed = (event: unknown) => {
    const body = bytes(JSON.stringify(event));
    return verifyStripeEvent(body, header(body), [SECRET], arrival());
  };
  const tenantId = "0198a9c0-0000-7000-8000-000000000001";
  const event = (object: unknown) => ({ id: "evt_1", type: "x.y", created: AT, livemode: true, data: { object } });

  it("is ids and names, none of the personal data", async () => {
    const notice = await noticed(
      event({
        id: "cs_1",
        object: "checkout.session",
        customer: "cus_1",
        client_reference_id: tenantId,
        customer_details: { email: "owner@example.com", name: "Nora Lindqvist" },
      }),
    );
    expect(notice).toEqual({
      id: "evt_1",
      type: "x.y",
      created: AT,
      livemode: true,
      customerId: "cus_1",
      tenantId,
      objectId: "cs_1",
      objectType: "checkout.session",
    });
  });

  it("finds the customer in full or by its id, and the tenant where our own calls left it", async () => {
    const cases: [object, string | null, string | null][] = [
      [{ object: "customer", id: "cus_2", metadata: { tenant_id: tenantId } }, "cus_2", tenantId],
      [{ object: "charge", id: "ch_1", customer: { id: "cus_3" } }, "cus_3", null],
      [{ object: "subscription", id: "s", customer: "cus_4", metadata: { tenant_id: tenantId } }, "cus_4", tenantId],
      [
        {
          object: "invoice",
          id: "in_1",
          customer: "cus_5",
          parent: { subscription_details: { metadata: { tenant_id: tenantId } } },
        },
        "cus_5",
        tenantId,
      ],
      [{ object: "dispute", id: "dp_1", charge: "ch_1" }, null, null],
      [{ object: "checkout.session", id: "cs_2", client_reference_id: "'; drop table tenants" }, null, null],
      [{ object: "product", id: "prod_1", customer: 7, metadata: "no" }, null, null],
    ];
    for (const [object, customerId, tenant] of cases)
      expect(await noticed(event(object))).toMatchObject({ customerId, tenantId: tenant });
  });

  it("is nothing where it is no event", async () => {
    const hostile = ["evt_\u0000", "evt_\ud800", "evt_\n", "e".repeat(256)].map((id) => ({ id, type: "x" }));
    for (const other of [
      {},
      [],
      { id: "evt_1" },
      { id: 5, type: "x" },
      { id: "", type: "x" },
      { type: "x" },
      ...hostile,
    ])
      await expect(noticed(other)).rejects.toMatchObject({ code: "invalid" });
    for (const value of [1e300, -1.5, "x", { toString: 1 }, null])
      expect((await noticed({ id: "evt_1", type: "x", created: value, data: value })).objectId).toBeNull();
    const deep = bytes("[".repeat(200_000));
    await expect(verifyStripeEvent(deep, header(deep), [SECRET], arrival())).rejects.toMatchObject({ code: "invalid" });
    const body = bytes("no json");
    await expect(verifyStripeEvent(body, header(body), [SECRET], arrival())).rejects.toMatchObject({ code: "invalid" });
  });
});
