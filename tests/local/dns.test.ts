import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const program = `
import { lookup } from "node:dns/promises";
import { createServer } from "node:http";
const server = createServer((q, s) => s.end(q.headers.host)).listen(0, "127.0.0.1", async () => {
  const text = await (await fetch("http://acme.localhost:" + server.address().port)).text();
  const outside = await lookup("acme.invalid").then(() => "resolved", (error) => error.code);
  console.log(JSON.stringify({ host: text.split(":")[0], address: (await lookup("a.b.localhost")).address, outside }));
  server.close();
});`;

test("hosts below localhost lead to this machine, and other names stay as they are", async () => {
  const dns = resolve(import.meta.dirname, "../../app/local/dns.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [
    `--import=${dns}`,
    "--input-type=module",
    "-e",
    program,
  ]);
  expect(JSON.parse(stdout)).toEqual({
    host: "acme.localhost",
    address: "127.0.0.1",
    outside: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/),
  });
});
