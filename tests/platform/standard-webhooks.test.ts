// Signatures of Standard Webhooks: ours and those of their own library are the same, and nothing else is taken.
import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { describe, expect, test } from "vitest";
import { signedHeaders, verifySigned } from "#app/platform/standard-webhooks.ts";

const encoder = new TextEncoder();
const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const other = `whsec_${btoa("another secret of twenty-four")}`;
const now = new Date(1_700_000_000_000);
const body = encoder.encode('{"type":"deployment.status","word":"é"}');
const message = { id: "msg_1", at: now, body };

const headersOf = async (given = message, secrets = [secret]) => new Headers(await signedHeaders(given, secrets));
const refused = { code: "invalid", reason: "signature_invalid" };

describe("signing", () => {
  test("gives the signature of the specification's own example", async () => {
    const example = {
      id: "msg_p5jXN8AQM9LWM0D4loKWxJek",
      at: new Date(1_614_265_330_000),
      body: encoder.encode('{"test": 2432232314}'),
    };
    expect(await signedHeaders(example, [secret])).toEqual({
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    });
  });

  test("while a secret is replaced there are two signatures, and either is enough", async () => {
    const headers = await headersOf(message, [secret, other]);
    expect(headers.get("webhook-signature")?.split(" ")).toHaveLength(2);
    for (const one of [secret, other]) expect(await verifySigned(body, headers, [one], now)).toBe("msg_1");
  });

  test("the library takes what we sign, and we take what it signs", async () => {
    const at = new Date();
    const text = new TextDecoder().decode(body);
    new Webhook(secret).verify(text, await signedHeaders({ ...message, at }, [secret]));
    const headers = await headersOf({ ...message, at });
    headers.set("webhook-signature", new Webhook(secret).sign("msg_1", at, text));
    expect(await verifySigned(body, headers, [other, secret], at)).toBe("msg_1");
  });

  test.each(["", "whsec_", "whsec_not base64!"])("'%s' is no secret", async (wrong) => {
    await expect(signedHeaders(message, [wrong])).rejects.toThrow("secret");
  });

  test("nothing is sent unsigned", async () => {
    await expect(signedHeaders(message, [])).rejects.toThrow("secret");
  });
});

describe("verifying", () => {
  test("another secret, body, id or time isn't taken", async () => {
    const headers = await headersOf();
    await expect(verifySigned(body, headers, [other], now)).rejects.toMatchObject(refused);
    await expect(verifySigned(body, headers, [], now)).rejects.toMatchObject(refused);
    await expect(verifySigned(encoder.encode("{}"), headers, [secret], now)).rejects.toMatchObject(refused);
    for (const [name, value] of [
      ["webhook-id", "msg_2"],
      ["webhook-timestamp", "1700000001"],
    ] as const) {
      const changed = new Headers(headers);
      changed.set(name, value);
      await expect(verifySigned(body, changed, [secret], now), name).rejects.toMatchObject(refused);
    }
    expect(await verifySigned(body, headers, [secret], now)).toBe("msg_1");
  });

  test.each([
    [300, true],
    [301, false],
    [-300, true],
    [-301, false],
  ])("%i seconds after it was signed: taken is %s", async (seconds, taken) => {
    const arrival = verifySigned(body, await headersOf(), [secret], new Date(now.getTime() + seconds * 1000));
    if (taken) expect(await arrival).toBe("msg_1");
    else await expect(arrival).rejects.toMatchObject(refused);
  });

  test.each(["webhook-id", "webhook-timestamp", "webhook-signature"])("without %s it isn't taken", async (name) => {
    const headers = await headersOf();
    headers.delete(name);
    await expect(verifySigned(body, headers, [secret], now)).rejects.toMatchObject(refused);
  });

  /** A good signature of whatever it is, made without our own hands. */
  function signedBy(id: string, time: string): Headers {
    const key = Buffer.from(secret.slice("whsec_".length), "base64");
    const signature = createHmac("sha256", key).update(`${id}.${time}.`).update(body).digest("base64");
    return new Headers({ "webhook-id": id, "webhook-timestamp": time, "webhook-signature": `v1,${signature}` });
  }

  test.each(["", "soon", "NaN", "1e99", "-1700000000"])("'%s' is no time, though it be signed", async (time) => {
    await expect(verifySigned(body, signedBy("msg_1", time), [secret], now)).rejects.toMatchObject(refused);
    expect(await verifySigned(body, signedBy("msg_1", "1700000000"), [secret], now)).toBe("msg_1");
  });

  test.each(["", "m".repeat(256), "two words"])("'%s' is no id, though it be signed", async (id) => {
    await expect(verifySigned(body, signedBy(id, "1700000000"), [secret], now)).rejects.toMatchObject(refused);
  });

  test("signatures of other versions stand beside ours; alone they are none", async () => {
    const headers = await headersOf();
    const ours = headers.get("webhook-signature") ?? "";
    headers.set("webhook-signature", `v1a,AAAA v1, v1,%% ${ours}`);
    expect(await verifySigned(body, headers, [secret], now)).toBe("msg_1");
    headers.set("webhook-signature", ours.replace("v1,", "v2,"));
    await expect(verifySigned(body, headers, [secret], now)).rejects.toMatchObject(refused);
  });

  test("bytes that aren't UTF-8 are verified as they are", async () => {
    const bytes = new Uint8Array([0xff, 0xfe, 0x00, 0x7b]);
    const headers = await headersOf({ ...message, body: bytes });
    expect(await verifySigned(bytes, headers, [secret], now)).toBe("msg_1");
    await expect(verifySigned(new Uint8Array([0xfe, 0xff, 0x00, 0x7b]), headers, [secret], now)).rejects.toMatchObject(
      refused,
    );
  });
});
