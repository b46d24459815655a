// The operator's postal address: what the configuration takes, and what the doctor says where it is missing.
import { expect, test } from "vitest";
import { OPERATOR_DEFAULTS } from "#app/domain/sequences/defaults.ts";
import { checkPostalAddress } from "#app/local/doctor-mail.ts";
import { loadEnv } from "#app/platform/env.ts";
import { testDatabase } from "../setup/database.ts";

const { sql, urls } = await testDatabase();
const publicly = { APP_DOMAIN: "example.com", DATABASE_URL_WORKER: urls.worker };
const address = "Example Ltd, 1 High Street, Springfield";
const says = async (settings: Record<string, string>): Promise<string> => {
  const { ok, say } = await checkPostalAddress(loadEnv(settings));
  return `${ok ? "ok" : "FAIL"} ${say}`;
};

test("is one line of text", () => {
  expect(loadEnv({ MAIL_POSTAL_ADDRESS: ` ${address} ` }).mailPostalAddress).toBe(address);
  expect(loadEnv({ MAIL_POSTAL_ADDRESS: "" }).mailPostalAddress).toBeNull();
  for (const bad of ["one\ntwo", "x".repeat(201), " "])
    expect(() => loadEnv({ MAIL_POSTAL_ADDRESS: bad })).toThrow("MAIL_POSTAL_ADDRESS");
});

test("is missing where sequences are on and mails reach people, and only there", async () => {
  expect(await says({ ...publicly, MAIL_POSTAL_ADDRESS: address })).toBe(`ok ${address}`);
  expect(await says(publicly)).toMatch(/^FAIL 3 sequences are on .* Set MAIL_POSTAL_ADDRESS\.$/);
  expect(await says({ ...publicly, APP_DOMAIN: "localhost" })).toMatch(/^ok 3 sequences are on/);
  for (const { sequenceId, name, audience, steps, fromHour, toHour } of OPERATOR_DEFAULTS)
    await sql`insert into operator_sequences (sequence_id, name, audience, state, steps, from_hour, to_hour)
      values (${sequenceId}, ${name}, ${audience}, 'off', ${sql.json(structuredClone(steps) as never)}, ${fromHour}, ${toHour})`;
  expect(await says(publicly)).toBe("ok none, and no sequence is on");
});
