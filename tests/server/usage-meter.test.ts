// What serving tenants takes, as the web process measures it: counts, shares of time, and nothing kept for ever.
import { expect, test } from "vitest";
import { startUsageMeter } from "#app/server/usage-meter.ts";

const HOUR_MS = 3_600_000;
const start = (kept?: number) => {
  let time = 0;
  const meter = startUsageMeter({ everyMs: HOUR_MS, now: () => time, ...(kept && { kept }) });
  const at = (ms: number): void => {
    time = ms;
  };
  return { meter, at };
};

test("each tenant's requests by the minute, the process's time and memory for all of them", () => {
  const { meter, at } = start();
  meter.look();
  expect(meter.since("a", new Date(0))).toEqual([]);
  for (const tenant of ["a", "b", "a", "a"]) meter.count(tenant);
  const before = process.cpuUsage();
  while (process.cpuUsage(before).user < 20_000);
  at(30_000);
  meter.look();
  at(60_000);
  meter.look();
  expect(meter.since("a", new Date(0)).map((one) => [one.at, one.requests_per_minute])).toEqual([
    ["1970-01-01T00:00:30.000Z", 6],
    ["1970-01-01T00:01:00.000Z", 0],
  ]);
  expect(meter.since("b", new Date(0)).map((one) => one.requests_per_minute)).toEqual([2, 0]);
  const [first] = meter.since("nobody", new Date(0));
  expect(first).toMatchObject({ requests_per_minute: 0 });
  expect(first?.cpu_percent).toBeGreaterThan(20 / 300);
  expect(first?.memory_bytes).toBeGreaterThan(2 ** 24);
  expect(meter.since("a", new Date(60_000))).toHaveLength(1);
  meter.close();
});

test("a timer that comes early doesn't look at the same moment again: what it saw counts at the next", () => {
  const { meter, at } = start();
  at(HOUR_MS);
  meter.look();
  meter.count("a");
  at(2 * HOUR_MS - 1);
  meter.look();
  at(2 * HOUR_MS);
  meter.look();
  const looks = meter
    .since("a", new Date(0))
    .map((one) => [Date.parse(one.at) / HOUR_MS, one.requests_per_minute * 60]);
  expect(looks).toEqual([
    [1, 0],
    [2, 1],
  ]);
  meter.close();
});

test("looks are noted at whole moments of the clock, and only the last ones are remembered", () => {
  const { meter, at } = start(2);
  for (const hour of [1, 2, 3]) {
    at(hour * HOUR_MS + 7);
    meter.look();
  }
  expect(meter.since("a", new Date(0)).map((one) => Date.parse(one.at))).toEqual([2 * HOUR_MS, 3 * HOUR_MS]);
  meter.close();
});
