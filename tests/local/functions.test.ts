import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { functionsCommand } from "#app/local/functions-command.ts";
import { freePort } from "#app/local/ports.ts";

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "foyer-functions-"));
const put = (name: string, code: string): void => {
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, "index.ts"), code);
};
put("hello", "Deno.serve((request: Request) => new Response(new URL(request.url).pathname));");
put("options", 'Deno.serve({ port: 1 }, () => new Response("with options"));');
put("broken", 'Deno.serve(() => { throw new Error("secret cause"); });');
put(
  "away",
  'Deno.serve(async (r: Request) => { const to = new URL(r.url).searchParams.get("to")!; try { await fetch(to); return new Response("reached"); } catch (e) { return new Response((e as Error).name); } });',
);
put(
  "reads",
  'Deno.serve(() => { try { Deno.readTextFileSync("/etc/hostname"); return new Response("read"); } catch (e) { return new Response((e as Error).name); } });',
);
put(
  "slow",
  'Deno.serve(async (r: Request) => { await fetch(new URL(r.url).searchParams.get("gate")!); return new Response("finished"); });',
);
mkdirSync(join(folder, "not-a-function"));

/** Answers when it is told to, and tells when it was asked. */
let open = (): void => {};
let asked = (): void => {};
const wasAsked = new Promise<void>((done) => {
  asked = done;
});
const gate = createServer((_request, response) => {
  open = () => response.end("go");
  asked();
});
await new Promise<void>((done) => gate.listen(0, "127.0.0.1", done));
const gateUrl = `http://127.0.0.1:${(gate.address() as AddressInfo).port}/`;

const port = await freePort();
const { command, args } = functionsCommand({
  root,
  host: "127.0.0.1",
  port,
  env: { openai: { apiKey: "k", baseUrl: gateUrl, model: "m" }, supabase: null, appUrl: "http://localhost" },
  databaseUrl: "postgres://foyer_functions:x@127.0.0.1:5/foyer",
  folder: pathToFileURL(`${folder}/`).href,
});
// The fixture's folder lies outside of what the real functions may read.
const readable = args.map((arg) => (arg.startsWith("--allow-read=") ? `${arg},${folder}` : arg));
const child: ChildProcess = spawn(command, [...readable, "--supervised"], {
  cwd: root,
  stdio: ["pipe", "pipe", "inherit"],
});
const ended = new Promise<number | null>((done) => child.once("close", done));
/** Resolves when the process has logged the event. */
const logged = (event: string): Promise<void> =>
  new Promise((done) => lines.on("line", (line) => line.includes(`"event":"${event}"`) && done()));
const lines = createInterface({ input: child.stdout ?? process.stdin });
await logged("ready");
afterAll(() => {
  child.kill("SIGKILL");
  gate.closeAllConnections();
  gate.close();
  rmSync(folder, { recursive: true });
});

const call = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${port}${path}`);

test("each function answers at its name, whichever way it called Deno.serve", async () => {
  expect(await (await call("/functions/v1/hello")).text()).toBe("/functions/v1/hello");
  expect(await (await call("/functions/v1/hello/deeper?x=1")).text()).toBe("/functions/v1/hello/deeper");
  expect(await (await call("/functions/v1/options")).text()).toBe("with options");
  expect((await call("/healthz")).status).toBe(200);
});

test.each([
  "/functions/v1/none",
  "/functions/v1/not-a-function",
  "/functions/v1/",
  "/hello",
  "/functions/v1/__proto__",
])("%s is missing, as a problem document", async (path) => {
  const response = await call(path);
  expect([response.status, response.headers.get("content-type")]).toEqual([404, "application/problem+json"]);
});

test("a failure tells the caller nothing of its cause", async () => {
  const response = await call("/functions/v1/broken");
  expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining("secret cause")]);
});

test("a function reaches the configured peers and nothing else, and reads no other file", async () => {
  expect(await (await call(`/functions/v1/away?to=${encodeURIComponent("http://127.0.0.1:8099/")}`)).text()).toBe(
    "NotCapable",
  );
  expect(await (await call("/functions/v1/reads")).text()).toBe("NotCapable");
});

test("when its starter is gone it finishes what is under way, then ends", async () => {
  const slow = call(`/functions/v1/slow?gate=${encodeURIComponent(gateUrl)}`);
  await wasAsked;
  const draining = logged("draining");
  child.stdin?.end();
  await draining;
  open();
  expect(await (await slow).text()).toBe("finished");
  expect(await ended).toBe(0);
});
