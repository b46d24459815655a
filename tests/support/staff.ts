// A member of the operator's staff, signed in, who belongs to no tenant.
import { openSession } from "#app/domain/team/sessions.ts";
import type { StaffActor, StaffRole } from "#app/platform/actor.ts";
import { randomToken, uuidv7 } from "#app/platform/ids.ts";
import type { TestDatabase } from "../setup/database.ts";

export async function makeStaff(
  { sql, db }: TestDatabase,
  role: StaffRole = "superadmin",
): Promise<{ token: string; actor: StaffActor }> {
  const userId = uuidv7();
  await sql`
    insert into users (id, email, encrypted_password, email_confirmed_at, raw_app_meta_data)
    values (${userId}, ${`${role}-${randomToken(6).toLowerCase()}@staff.test`}, 'none', now(), ${sql.json({ staff_role: role })})`;
  const token = await openSession(db.web, userId, { userAgent: "test", ip: null }, null);
  return { token, actor: { kind: "staff", userId, sessionId: uuidv7(), role } };
}
