// Rate limits count exactly, however many processes share the work, and touch nobody else.
import { expect, test } from "vitest";
import { randomToken } from "#app/platform/ids.ts";
import { testDatabase } from "../setup/database.ts";
import type { Answer } from "../setup/web.ts";
import { browser } from "../support/http-browser.ts";
import { startFunctions, startWeb } from "../support/http-server.ts";
import { makeParty, type Party } from "../support/http-world.ts";

const database = await testDatabase();
const functions = await startFunctions(database);
const settings = { TRUST_PROXY: "1", FUNCTIONS_URL: `http://127.0.0.1:${functions.port}/functions/v1` };
const webs = await Promise.all([startWeb(database, settings), startWeb(database, settings)]);
const [a, b] = await Promise.all([makeParty(database, "a"), makeParty(database, "b")]);

const count = (answers: Answer[], status: number): number =>
  answers.filter((answer) => answer.status === status).length;

function saysWhen(answers: Answer[]): void {
  for (const answer of answers.filter(({ status }) => status === 429)) {
    expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
  }
}

test("sixty uses of mailed links by one sender pass through two processes, exactly; a neighbour loses none", async () => {
  const use = (from: string, at: number): Promise<Answer> => {
    const web = webs[at % 2];
    if (!web) throw new Error("There is no such process.");
    return browser(web, from).submit(`/verify-email/${randomToken(32)}`, {});
  };
  const [many, few] = await Promise.all([
    Promise.all(Array.from({ length: 100 }, (_, at) => use("203.0.113.1", at))),
    Promise.all(Array.from({ length: 20 }, (_, at) => use("203.0.113.2", at))),
  ]);
  expect([count(many, 200), count(many, 429)]).toEqual([60, 40]);
  expect(count(few, 200)).toBe(20);
  saysWhen(many);
});

test("thirty messages a minute of one visitor pass through three processes, exactly; other visitors and tenants lose none", async () => {
  const say = (party: Party, session_id: string, at: number): Promise<Answer> => {
    const server = [...webs, functions][at % 3];
    if (!server) throw new Error("There is no such process.");
    const path = server === functions || at % 2 ? "/functions/v1/chat" : "/api/v1/chat";
    return server.send(path, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": party.apiKey },
      body: JSON.stringify({ session_id, message: "Hello" }),
    });
  };
  const each = (length: number, party: Party, session: string): Promise<Answer[]> =>
    Promise.all(Array.from({ length }, (_, at) => say(party, session, at)));
  const [loud, other, neighbour] = await Promise.all([
    each(45, a, "visitor-loud"),
    each(9, a, "visitor-other"),
    each(9, b, "visitor-loud"),
  ]);
  expect([count(loud, 200), count(loud, 429)]).toEqual([30, 15]);
  expect([count(other, 200), count(neighbour, 200)]).toEqual([9, 9]);
  saysWhen(loud);
});
