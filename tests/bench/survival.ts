// A thousand registrations of paying tenants while every provider is in trouble and workers are killed with -9: what is
// left behind at the providers, counted there. The time of waiting is taken out.
import { tallyOf } from "../support/trouble-tally.ts";
import { goThroughTrouble } from "../support/trouble-world.ts";
import { figure, type Report } from "./measure.ts";
import { withDatabase } from "./own-database.ts";
import type { Stage } from "./stage.ts";

const RUNS = 1_000;
const KILLS = 20;
/** Of all calls, for each of the eight kinds of fault. */
const SHARE = 0.05;
const LONGEST_MS = 1_800_000;
const TOLD_EVERY_MS = 15_000;

export const survival = (_stage: Stage, report: Report): Promise<void> =>
  withDatabase(async (database) => {
    let told = 0;
    const onProgress = (open: readonly string[]): void => {
      if (performance.now() - told < TOLD_EVERY_MS) return;
      told = performance.now();
      console.error(open[0] ?? "All is done.");
    };
    const options = { runs: RUNS, kills: KILLS, share: SHARE, longestMs: LONGEST_MS, onProgress };
    const trouble = await goThroughTrouble(database, options);
    const tally = await tallyOf(database, trouble);
    await trouble.providers.close();
    for (const name of ["records", "customers", "orders", "deployments", "leads", "welcomes"] as const)
      report(figure(`survival.${name}`, tally[name], "count", RUNS));
    report(figure("survival.missing", tally.missing.length, "count"));
    report(figure("survival.doubled", tally.doubled.length, "count"));
    report(figure("survival.propagation_success", tally.propagated / RUNS, "ratio"));
    const kills = [...trouble.kills.values()].reduce((sum, n) => sum + n, 0);
    report(figure("survival.worker_kills", kills, "count"));
    report(figure("survival.all_done", trouble.tookMs, "ms"));
    for (const wrong of [...tally.missing, ...tally.doubled].slice(0, 20)) console.error(wrong);
  });
