// JSON from outside: what is refused before anybody looks at it, and where a value is found not to fit.
import { expect, test } from "vitest";
import { z } from "zod";
import { readJson, validated } from "#app/platform/json-body.ts";

const request = (body: string | Uint8Array | null, headers: Record<string, string> = {}) =>
  new Request("http://localhost/", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: body as string | null,
  });

test.each([
  ["another media type", request("{}", { "content-type": "text/plain" }), "unsupported_media_type"],
  ["a length beyond what is read", request("{}", { "content-length": "2048" }), "too_large"],
  ["more than is read", request(`"${"x".repeat(1024)}"`), "too_large"],
  ["no UTF-8", request(new Uint8Array([0x22, 0xff, 0x22])), "invalid"],
  ["no JSON", request("{"), "invalid"],
  ["nothing", request(null), "invalid"],
])("%s is refused", async (_name, given, code) => {
  await expect(readJson(given, 1024)).rejects.toMatchObject({ code });
});

test("JSON is read whatever its type says of charsets", async () => {
  const typed = request('{"a":[1,"ü"]}', { "content-type": "Application/JSON; charset=utf-8" });
  expect(await readJson(typed, 1024)).toEqual({ a: [1, "ü"] });
});

const Leaf = z.strictObject({ name: z.string().min(2), n: z.int().optional() });
const Tree = z.union([Leaf, z.strictObject({ leaves: z.array(Leaf) })]);

test.each([
  [{ name: "x" }, ["name"]],
  [{ name: "xx", n: 0.5 }, ["n"]],
  [{ leaves: [{ name: "xx" }, { name: "x" }] }, ["leaves.1.name"]],
  [{ leaves: "x" }, ["leaves"]],
  [{ name: "xx", other: 1 }, ["body"]],
  ["text", ["body"]],
])("of several shapes %j is told what is wrong by the one that was meant", (value, fields) => {
  const refused = (() => {
    try {
      validated(Tree, value);
    } catch (error) {
      return error;
    }
  })();
  expect(refused).toMatchObject({ code: "unprocessable" });
  expect(Object.keys((refused as { fields: object }).fields)).toEqual(fields);
});
