// Arrays go to Postgres and come back as they were, of every type that has a converter of its own or none.
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseArray } from "#app/platform/array-types.ts";
import { createPool } from "#app/platform/pool.ts";
import { testDatabase } from "../setup/database.ts";

const database = await testDatabase();

/** One statement on a connection of the pool. */
async function through<T>(
  work: (client: Awaited<ReturnType<ReturnType<typeof createPool>["lease"]>>["client"]) => Promise<T>,
) {
  const pool = createPool({ url: database.urls.web, size: 1 });
  const lease = await pool.lease();
  try {
    return await work(lease.client);
  } finally {
    pool.release(lease);
    await pool.close();
  }
}

const nasty = fc.oneof(
  fc.string({ unit: "binary" }).map((text) => text.replaceAll("\u0000", "").toWellFormed()),
  fc.constantFrom("", "NULL", "null", '"', "\\", '\\"', "{", "}", ",", "{a,b}", " a ", "\n", "ä€😀"),
);

test("texts of any kind", async () => {
  await through(async (client) => {
    const property = fc.asyncProperty(fc.array(fc.option(nasty)), async (texts) => {
      const [row] = await client`select ${texts}::text[] as texts, cardinality(${texts}::text[]) as length`;
      expect(row).toEqual({ texts, length: texts.length });
    });
    await fc.assert(property, { numRuns: 200 });
  });
});

test("every other type, in and out, and several dimensions", async () => {
  const id = "01a1fd51-be82-72a6-9928-f50524227547";
  const day = new Date("2026-11-21T08:00:00.123Z");
  await through(async (client) => {
    const [row] = await client`
      select ${[1, 2, null]}::int[] as ints, ${[1, -2]}::smallint[] as smalls, ${["9007199254740993"]}::bigint[] as bigs,
        ${[0.5, 1e21]}::float8[] as floats, ${[0.25]}::real[] as reals, ${["1.10"]}::numeric[] as numerics,
        array[true, false, null] as bools, ${[id]}::uuid[] as ids, array[${day}::timestamptz] as days,
        array['a', 'b']::name[] as names, array['{"a": [1, "x"]}', 'null']::jsonb[] as jsons,
        array[[1, 2], [3, 4]] as matrix, array[]::text[] as none, null::text[] as missing, '[2:3]={7,8}'::int[] as bounded`;
    expect(row).toEqual({
      ...{ ints: [1, 2, null], smalls: [1, -2], bigs: ["9007199254740993"], floats: [0.5, 1e21], reals: [0.25] },
      ...{ numerics: ["1.10"], bools: [true, false, null], ids: [id], days: [day], names: ["a", "b"] },
      ...{
        jsons: [{ a: [1, "x"] }, null],
        matrix: [
          [1, 2],
          [3, 4],
        ],
        none: [],
        missing: null,
        bounded: [7, 8],
      },
    });
  });
});

test("no statement is sent but the one that was asked for", async () => {
  await through(async (client) => {
    await client`select 1`;
    const [row] = await database.sql<{ query: string }[]>`
      select query from pg_stat_activity where datname = ${database.name} and usename = 'foyer_web'`;
    expect(row?.query).toBe("select 1");
  });
});

test("what is no array is an error, not an endless loop", () => {
  expect(() => parseArray("{a,b", (text) => text)).toThrow("no array");
});
