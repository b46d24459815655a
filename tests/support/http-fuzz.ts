// Rubbish and malice to send: texts, addresses, JSON and bodies that no form makes; and what no answer may be.
import fc from "fast-check";
import type { RawAnswer } from "./http-raw.ts";

export const NASTY = [
  ..."__proto__ constructor toString hasOwnProperty null undefined NaN -1 1e309 9223372036854775808".split(" "),
  ...[
    "",
    " ",
    "\u0000",
    "a\u0000b",
    "\ud800",
    "\udfff\ud800",
    "\ufffe",
    "\u202e",
    "\r\nSet-Cookie: x=1",
    "%0d%0aX-A: 1",
  ],
  ...[
    "=cmd|' /C calc'!A0",
    "'; drop table tenants; --",
    "{{7*7}}",
    "#{7*7}",
    "<script>alert(1)</script>",
    "../../../etc/passwd",
  ],
  ...["%00", "%ff", "%ed%a0%80", "%c0%af", "%", "%zz", "00000000-0000-0000-0000-000000000000", "x".repeat(5000)],
];
export const text = fc.oneof(
  fc.constantFrom(...NASTY),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ maxLength: 40 }),
);
export const escaped = fc.oneof(
  text.map((value) => encodeURIComponent(value.toWellFormed())),
  fc.constantFrom(
    "%00",
    "%ff",
    "%ed%a0%80",
    "%c0%ae%c0%ae",
    "%",
    "%2e%2e",
    "..",
    ".",
    "%2f",
    "%5c",
    "\\",
    ";",
    "%0d%0a",
    "a%00.data",
  ),
  fc
    .uint8Array({ maxLength: 12 })
    .map((bytes) => [...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("")),
);
export const query = fc
  .array(
    fc.tuple(
      fc.oneof(fc.constantFrom("id", "q", "cursor", "next", "slug", "key", "_routes", "index", "session_id"), escaped),
      escaped,
    ),
    { maxLength: 4 },
  )
  .map((pairs) => (pairs.length === 0 ? "" : `?${pairs.map((pair) => pair.join("=")).join("&")}`));

const deep = (open: string, close: string): string => open.repeat(20_000) + close.repeat(20_000);
export const json: fc.Arbitrary<string> = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc.constantFrom(
    ...["", "null", "[]", '"text"', "{", '{"a":1}}', "NaN", '{"__proto__":{"x":1}}', '{"a":1,"a":2,"a":3}', "\ufeff{}"],
    ...[
      deep("[", "]"),
      deep('{"a":', "}"),
      `{"message":"${"x".repeat(70_000)}"}`,
      '{"message":"\\ud800"}',
      '{"message":"\\u0000"}',
    ],
  ),
);
export const bytes = (value: string): Uint8Array => Buffer.from(value, "utf8");

export interface Body {
  type: string;
  bytes: Uint8Array;
}

/** Bodies for forms with these fields. */
export function formBody(fields: string[]): fc.Arbitrary<Body> {
  const name = fc.oneof(fc.constantFrom(...fields, "intent", "__proto__", "a[0].b", "a[__proto__][x]"), text);
  const pairs = fc.array(fc.tuple(name, text), { maxLength: 8 });
  const type = fc.constantFrom(
    "application/x-www-form-urlencoded",
    "text/plain",
    "application/json",
    "",
    "multipart/form-data",
    "a/b; charset=nope",
    "\u00ff/\u00fe",
  );
  const urlencoded = pairs.map((all) => ({
    type: "application/x-www-form-urlencoded",
    bytes: bytes(
      all
        .map(([key, value]) => `${encodeURIComponent(key.toWellFormed())}=${encodeURIComponent(value.toWellFormed())}`)
        .join("&"),
    ),
  }));
  const multipart = fc.tuple(pairs, fc.boolean()).map(([all, ends]) => ({
    type: "multipart/form-data; boundary=xx",
    bytes: bytes(
      all
        .map(
          ([key, value]) =>
            `--xx\r\nContent-Disposition: form-data; name="${key}"; filename="${value}"\r\n\r\n${value}\r\n`,
        )
        .join("") + (ends ? "--xx--\r\n" : "--x"),
    ),
  }));
  return fc.oneof(
    { weight: 4, arbitrary: urlencoded },
    { weight: 2, arbitrary: multipart },
    { weight: 1, arbitrary: fc.record({ type, bytes: fc.uint8Array({ maxLength: 200 }) }) },
    { weight: 1, arbitrary: fc.record({ type, bytes: json.map(bytes) }) },
  );
}

const TRACE = /^\s+at .+[(:]\d+:\d+\)?$|node_modules|\/app\/[\w/-]+\.tsx?:\d|PostgresError|SyntaxError:|TypeError:/m;

/** What is wrong with an answer, in words. */
export function wrong({ status, body, head }: RawAnswer): string | null {
  if (status === 0) return "didn't answer";
  if (status >= 500 && status !== 503) return `answered ${status}: ${body.slice(0, 300)}`;
  if (status === 503 && !/^retry-after:/im.test(head)) return "503 without Retry-After";
  if (TRACE.test(body)) return `shows a trace: ${TRACE.exec(body)?.[0]}`;
  if (/^(set-cookie: x=|x-a:)/im.test(head)) return "took a line break into its headers";
  return null;
}
