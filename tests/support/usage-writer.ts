// One of several processes that record usage: `node usage-writer.ts <url> <tenant> <writer> <writers> <events> <repeats> <seed>`.
// Records its share of the events and, of all of them, so many percent once more. Ends when all of it is committed.
import { recordUsage } from "#app/domain/billing/usage.ts";
import type { VisitorActor } from "#app/platform/actor.ts";
import { createDb } from "#app/platform/db.ts";
import { type GeneratedUse, generatedUse } from "./usage-events.ts";

const BATCH = 8;

const [url = "", tenantId = "", ...figures] = process.argv.slice(2);
const [writer = 0, writers = 1, events = 0, repeats = 0, seed = 0] = figures.map(Number);
const db = createDb({ url, size: 2 });
const visitor: VisitorActor = { kind: "visitor", tenantId, sessionId: `writer-${writer}-of-${writers}` };

let state = seed;
/** Numbers in [0, 1) that are the same for the same seed (mulberry32). */
function random(): number {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
}

const uses: GeneratedUse[] = [];
for (let i = writer; i < events; i += writers) {
  uses.push(generatedUse(i));
  if (random() * 100 < repeats) uses.push(generatedUse(Math.floor(random() * events)));
}
for (let at = 0; at < uses.length; at += BATCH) {
  // Counters are taken in the order of METRICS, so that no two writers wait for each other.
  const batch = uses.slice(at, at + BATCH).sort((a, b) => (a.metric < b.metric ? -1 : 1));
  await db.asVisitor(visitor, async (tx) => {
    for (const use of batch) await recordUsage(tx, use);
  });
  process.stdout.write(`${at}\n`);
}
await db.close();
