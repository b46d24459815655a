// What the doctor says of the sequences' mails: whether they carry the operator's postal address.
import { operatorSequences } from "#app/domain/sequences/sequences.ts";
import { createDb } from "#app/platform/db.ts";
import type { Env } from "#app/platform/env.ts";
import type { Finding } from "./doctor.ts";
import { databaseUrl } from "./urls.ts";

const TODO = "laws on such mails ask for one. Set MAIL_POSTAL_ADDRESS.";

/** Changes nothing. An address is missing where sequences are on; locally, where mails reach nobody, that is well too. */
export async function checkPostalAddress(env: Env): Promise<Finding> {
  const what = "postal address";
  if (env.mailPostalAddress) return { what, ok: true, say: env.mailPostalAddress };
  const on = await countOn(env).catch(() => null);
  if (on === null) return { what, ok: true, say: "not looked at: the database doesn't say which sequences are on" };
  if (on === 0) return { what, ok: true, say: "none, and no sequence is on" };
  const say = `${on === 1 ? "1 sequence is" : `${on} sequences are`} on and ${on === 1 ? "its" : "their"} mails carry none: ${TODO}`;
  return { what, ok: env.appDomain === "localhost", say };
}

async function countOn(env: Env): Promise<number> {
  const db = createDb({ url: await databaseUrl(env, "worker"), size: 1 });
  try {
    const sequences = await db.asSystem({ reason: "doctor" }, operatorSequences, { readOnly: true });
    return sequences.filter(({ state }) => state === "on").length;
  } finally {
    await db.close();
  }
}
