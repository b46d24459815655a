// Measuring: medians of alternating rounds, so that what else the machine does hits both sides alike.

export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** The same work without what is being measured, in the same run; null where there is none. */
  baseline: number | null;
  /** value / baseline. */
  ratio: number | null;
}

export type Report = (figure: Figure) => void;

export function figure(name: string, value: number, unit: string, baseline: number | null = null): Figure {
  const round = (number: number) => Number(number.toPrecision(4));
  return {
    name,
    value: round(value),
    unit,
    baseline: baseline === null ? null : round(baseline),
    ratio: baseline === null ? null : round(value / baseline),
  };
}

/** The p-th percentile (0 to 100) by the nearest rank. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil((p / 100) * sorted.length) - 1))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => percentile(values, 50);

/** Milliseconds that each of `count` sequential calls takes. */
export async function times(count: number, call: () => Promise<unknown>): Promise<number[]> {
  const taken: number[] = [];
  for (let index = 0; index < count; index++) {
    const started = performance.now();
    await call();
    taken.push(performance.now() - started);
  }
  return taken;
}

/** Runs both sides in turns and gives the median of each side's rounds. */
export async function alternate(
  rounds: number,
  measured: () => Promise<number>,
  baseline: () => Promise<number>,
): Promise<{ measured: number; baseline: number }> {
  const sides = { measured: [] as number[], baseline: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    // Whoever goes second finds warmer caches: take turns at that, too.
    const order = round % 2 === 0 ? (["measured", "baseline"] as const) : (["baseline", "measured"] as const);
    for (const side of order) sides[side].push(await (side === "measured" ? measured() : baseline()));
  }
  return { measured: median(sides.measured), baseline: median(sides.baseline) };
}
