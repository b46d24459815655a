// `npm test`: all suites one after the other, then one line that sums them up.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { z } from "zod";

interface Counts {
  passed: number;
  failed: number;
}

const root = resolve(import.meta.dirname, "..");
const reports = mkdtempSync(join(tmpdir(), "foyer-reports-"));

/** A file that couldn't be loaded has no failed test of its own; it counts as one. */
const Vitest = z
  .object({
    numPassedTests: z.number(),
    numFailedTests: z.number(),
    testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
  })
  .transform(({ numPassedTests, numFailedTests, testResults }): Counts => {
    const broken = testResults.filter(
      (file) => file.status === "failed" && file.assertionResults.every(({ status }) => status !== "failed"),
    );
    return { passed: numPassedTests, failed: numFailedTests + broken.length };
  });
const Playwright = z
  .object({ stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number() }) })
  .transform(({ stats }): Counts => ({ passed: stats.expected + stats.flaky, failed: stats.unexpected }));

/** Runs one suite. A suite that breaks without naming a failed test counts as one failure. */
function run(script: string, args: string[], report: string, shape: z.ZodType<Counts>, env: NodeJS.ProcessEnv): Counts {
  const { status } = spawnSync(process.execPath, [join(root, script), ...args], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env,
  });
  const counts = existsSync(report) ? shape.parse(JSON.parse(readFileSync(report, "utf8"))) : { passed: 0, failed: 0 };
  return status !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

const vitestReport = join(reports, "vitest.json");
const totals = [
  run(
    "node_modules/vitest/vitest.mjs",
    ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${vitestReport}`, ...process.argv.slice(2)],
    vitestReport,
    Vitest,
    process.env,
  ),
];
const e2e = join(root, "tests/e2e");
if (process.argv.length === 2 && existsSync(e2e) && readdirSync(e2e).some((name) => /\.(spec|test)\.ts$/.test(name))) {
  const report = join(reports, "playwright.json");
  const env = { ...process.env, PLAYWRIGHT_JSON_OUTPUT_FILE: report };
  totals.push(run("node_modules/@playwright/test/cli.js", ["test", "--reporter=list,json"], report, Playwright, env));
}
rmSync(reports, { recursive: true, force: true });

const passed = totals.reduce((sum, counts) => sum + counts.passed, 0);
const failed = totals.reduce((sum, counts) => sum + counts.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
