// Who counts as inside: the machine itself without a proxy between, and whoever has the token.
import type { IncomingHttpHeaders } from "node:http";
import { describe, expect, test } from "vitest";
import { loadEnv } from "#app/platform/env.ts";
import { comesFromInside } from "#app/server/inside.ts";

const TOKEN = "a-token-that-is-long-enough-for-anyone";
const from = (
  remoteAddress: string | undefined,
  headers: IncomingHttpHeaders = {},
  insideToken: string | null = null,
) => comesFromInside({ socket: { remoteAddress }, headers }, { insideToken });
const basic = (pair: string) => `Basic ${Buffer.from(pair).toString("base64")}`;

describe("without a token", () => {
  test.each(["127.0.0.1", "127.8.9.1", "::ffff:127.0.0.1", "::1"])("%s is inside", (address) => {
    expect(from(address)).toBe(true);
  });

  test.each([
    "10.0.0.1",
    "203.0.113.9",
    "::ffff:10.0.0.1",
    "::2",
    "::1:2",
    "127.0.0.1.evil.test",
    "1127.0.0.1",
    "",
    undefined,
  ])("%s is outside", (address) => {
    expect(from(address)).toBe(false);
  });

  test.each(["x-forwarded-for", "forwarded", "x-real-ip", "x-forwarded-host", "x-forwarded-proto", "via"])(
    "whoever comes through a proxy is outside, also when %s claims otherwise",
    (name) => {
      for (const claim of ["127.0.0.1", "for=127.0.0.1", ""]) expect(from("127.0.0.1", { [name]: claim })).toBe(false);
    },
  );

  test("no token opens where none is set", () => {
    for (const authorization of ["Bearer ", "Bearer null", "Bearer undefined", basic(":"), basic("null")])
      expect(from("203.0.113.9", { authorization })).toBe(false);
  });
});

describe("with a token", () => {
  test("it opens from anywhere, as a bearer's and as a URL's password, and through a proxy", () => {
    for (const authorization of [`Bearer ${TOKEN}`, `bearer  ${TOKEN}`, basic(`foyer:${TOKEN}`), basic(`:${TOKEN}`)]) {
      expect(from("203.0.113.9", { authorization }, TOKEN), authorization).toBe(true);
      expect(from("127.0.0.1", { authorization, "x-forwarded-for": "203.0.113.9" }, TOKEN)).toBe(true);
    }
  });

  test("nothing like it opens", () => {
    const wrong = [TOKEN.slice(1), `${TOKEN}x`, TOKEN.toUpperCase(), "", "null"];
    for (const token of wrong)
      for (const authorization of [`Bearer ${token}`, basic(`foyer:${token}`), token, `Digest ${token}`])
        expect(from("203.0.113.9", { authorization }, TOKEN), authorization).toBe(false);
    expect(from("203.0.113.9", { authorization: TOKEN }, TOKEN)).toBe(false);
  });

  test("loopback stays inside", () => {
    expect(from("127.0.0.1", { authorization: "Bearer wrong" }, TOKEN)).toBe(true);
  });
});

test("a short token is refused at the start", () => {
  expect(loadEnv({ INSIDE_TOKEN: TOKEN }).insideToken).toBe(TOKEN);
  expect(loadEnv({}).insideToken).toBeNull();
  expect(() => loadEnv({ INSIDE_TOKEN: "short" })).toThrow("INSIDE_TOKEN");
});
