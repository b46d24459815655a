import { expect, test } from "vitest";
import { testDatabase } from "./database.ts";

const first = await testDatabase();
const second = await testDatabase();

test("a clone carries the migrated schema, and what is written to one isn't in the other", async () => {
  await first.sql`create table only_here (id int)`;
  const [here] = await first.sql`select to_regclass('only_here') is not null as found`;
  const [there] = await second.sql`select to_regclass('only_here') is not null as found`;
  expect([here?.found, there?.found]).toEqual([true, false]);
  const [tenants] = await second.sql`select to_regclass('public.tenants') is not null as found`;
  expect(tenants?.found).toBe(true);
});

test("the logins connect to a clone with the rights of a migrated database", async () => {
  const [row] = await first.sql`
    select has_database_privilege('foyer_web', ${first.name}, 'temporary') as temporary,
      has_database_privilege('foyer_web', ${first.name}, 'connect') as connect`;
  expect(row).toEqual({ temporary: false, connect: true });
  expect(await first.db.web.gate`select current_user as who`).toEqual([{ who: "foyer_web" }]);
});
