// Registrations of paying tenants while every provider is in trouble and workers are killed: each ends with exactly one
// record, customer, deployment and lead, and none is missing. `npm run bench -- trouble` does it a thousand times.
import { describe, expect, it } from "vitest";
import { testDatabase } from "../../setup/database.ts";
import { type Tally, tallyOf } from "../../support/trouble-tally.ts";
import { goThroughTrouble, type TroubleDatabase, type TroubleOptions } from "../../support/trouble-world.ts";

const RUNS = 150;
const KILLS = 10;
/** Of all calls, for each kind of fault. */
const SHARE = 0.05;

const openDatabase = async (): Promise<TroubleDatabase> => {
  const { sql, db, urls } = await testDatabase();
  return { sql, db, workerUrl: urls.worker };
};
const [proof, control] = [await openDatabase(), await openDatabase()];

async function outcome(database: TroubleDatabase, options: TroubleOptions): Promise<Tally> {
  const trouble = await goThroughTrouble(database, options);
  try {
    return await tallyOf(database, trouble);
  } finally {
    await trouble.providers.close();
  }
}

describe("registrations of paying tenants while every provider is in trouble", () => {
  it(`${RUNS} of them end with one record, customer, deployment and lead each, through ${KILLS} kills`, async () => {
    expect(await outcome(proof, { runs: RUNS, kills: KILLS, share: SHARE, longestMs: 300_000 })).toEqual({
      ...{ runs: RUNS, records: RUNS, customers: RUNS, leads: RUNS, orders: RUNS, deployments: RUNS },
      ...{ welcomes: RUNS, propagated: RUNS },
      ...{ missing: [], doubled: [] },
    });
  }, 400_000);

  it("providers that nobody looks at before something is made there end with doubles: the proof can tell", async () => {
    const { doubled } = await outcome(control, { runs: 12, kills: 4, share: 0, blind: true, longestMs: 40_000 });
    for (const what of ["record", "customer", "order", "lead"])
      expect(doubled).toContainEqual(expect.stringMatching(new RegExp(`times ${what} of`)));
  }, 200_000);
});
