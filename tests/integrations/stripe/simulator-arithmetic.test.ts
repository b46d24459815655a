// The simulator's arithmetic: tiers, shares, calendar months and the form encoding hold for any input.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  amountOf,
  decimal,
  decimalText,
  graduated,
  share,
  spread,
  whole,
} from "#app/integrations/stripe/simulator/amounts.ts";
import { parseForm } from "#app/integrations/stripe/simulator/form.ts";
import { addMonths, boundary, nextBoundary } from "#app/integrations/stripe/simulator/months.ts";

const seconds = fc.integer({ min: 0, max: 4_000_000_000 });
const tiers = fc
  .uniqueArray(fc.integer({ min: 1, max: 100_000 }), { minLength: 0, maxLength: 4 })
  .map((tops) => [...tops.sort((a, b) => a - b), null])
  .chain((tops) =>
    fc.tuple(
      ...tops.map((up_to) =>
        fc.nat(10_000).map((unit) => ({ up_to, unit_amount_decimal: `${unit}`, flat_amount_decimal: null })),
      ),
    ),
  );

describe("amounts", () => {
  test("tiers lose no unit of a quantity and price each in its own tier", () => {
    fc.assert(
      fc.property(tiers, fc.nat(300_000), (list, quantity) => {
        const parts = graduated(whole(quantity), list);
        const total = parts.reduce((sum, part) => sum + part.quantity, 0n);
        let cost = 0n;
        let below = 0;
        for (const tier of list) {
          const top = Math.min(quantity, tier.up_to ?? Number.POSITIVE_INFINITY);
          if (top > below) cost += BigInt(top - below) * BigInt(tier.unit_amount_decimal);
          below = Math.max(below, top);
        }
        expect(total).toBe(whole(quantity));
        expect(BigInt(parts.reduce((sum, { amount }) => sum + amount, 0))).toBe(cost);
      }),
    );
  });

  test("decimals are exact and round half away from zero", () => {
    expect(amountOf(whole(3), "0.5")).toBe(2);
    expect(amountOf(whole(-3), "0.5")).toBe(-2);
    expect(amountOf(whole(1_000_000), "0.000001")).toBe(1);
    expect(decimal("0.0000000000001")).toBeNull();
    expect(decimal("1e3")).toBeNull();
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), (value) => decimal(decimalText(value)) === value),
    );
  });

  test("the two shares of a period differ from the whole by at most a cent", () => {
    fc.assert(
      fc.property(
        fc.nat(1_000_000),
        fc.integer({ min: 1, max: 3_000_000 }),
        fc.nat(3_000_000),
        (amount, period, at) => {
          const part = Math.min(at, period);
          const both = share(amount, part, period) + share(amount, period - part, period);
          expect(Math.abs(both - amount)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  test("an amount is spread without loss", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1_000_000), { minLength: 1 }), fc.nat(1_000_000), (weights, amount) => {
        const sum = spread(amount, weights).reduce((total, one) => total + one, 0);
        expect(sum).toBe(weights.some((one) => one > 0) ? amount : 0);
      }),
    );
  });
});

describe("months", () => {
  test("clamp to the month's end and keep the time of day", () => {
    const at = Date.UTC(2024, 0, 31, 13, 37, 11) / 1000;
    const text = (months: number) => new Date(addMonths(at, months) * 1000).toISOString().slice(0, 19);
    expect([1, 2, 13, -1].map(text)).toEqual([
      "2024-02-29T13:37:11",
      "2024-03-31T13:37:11",
      "2025-02-28T13:37:11",
      "2023-12-31T13:37:11",
    ]);
  });

  test("each moment lies in one period: the next boundary is after it, the one before is not", () => {
    const interval = fc.constantFrom("day", "week", "month", "year");
    fc.assert(
      fc.property(seconds, seconds, interval, fc.integer({ min: 1, max: 12 }), (anchor, after, unit, every) => {
        const next = nextBoundary(anchor, unit, every, after);
        expect(next).toBeGreaterThan(after);
        let n = 0;
        while (boundary(anchor, unit, every, n) < next) n++;
        while (boundary(anchor, unit, every, n) > next) n--;
        expect(boundary(anchor, unit, every, n)).toBe(next);
        expect(boundary(anchor, unit, every, n - 1)).toBeLessThanOrEqual(after);
      }),
      { numRuns: 50 },
    );
  });
});

describe("forms", () => {
  test("nest by brackets, by index or without", () => {
    const plain = (text: string) => JSON.parse(JSON.stringify(parseForm(text)));
    expect(plain("items[0][price]=a&items[0][quantity]=2&items[1][price]=b&expand[]=x&expand[]=y&name=")).toEqual({
      items: [{ price: "a", quantity: "2" }, { price: "b" }],
      expand: ["x", "y"],
      name: "",
    });
    expect(plain("metadata[a%5Bb]=1&metadata[with space]=%F0%9F%99%82")).toEqual(
      expect.objectContaining({ metadata: expect.anything() }),
    );
  });

  test("survive anything", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          parseForm(text);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});
