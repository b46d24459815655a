// Tenants, leads and a clock to move on, for tests of the sequences.

import { sendMail } from "#app/domain/mail/outbox.ts";
import { advanceSequences } from "#app/domain/sequences/advance.ts";
import { sequenceStaffWriters } from "#app/domain/sequences/letters.ts";
import { changeTenantSequence, type Edit } from "#app/domain/sequences/sequences.ts";
import { loadEnv } from "#app/platform/env.ts";
import { AppError } from "#app/platform/errors.ts";
import { randomToken, uuidv7 } from "#app/platform/ids.ts";
import { createLogger } from "#app/platform/log.ts";
import type { Mail } from "#app/platform/mail.ts";
import { letterWriters } from "../../jobs/mail.ts";
import type { TestDatabase } from "../setup/database.ts";
import { newTenant, newTrialTenant, type TestTenant } from "./tenants.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** @param start of the clock; ten in the morning UTC by default, today */
export function sequenceWorld({ db, sql }: TestDatabase, start = tenToday()) {
  const env = loadEnv({ NODE_ENV: "test", MAIL_REPLY_DOMAIN: "replies.example.test" });
  let time = start.getTime();
  const sent: Mail[] = [];
  const refused = new Set<string>();
  const services = { db: db.worker, log: createLogger("test", "silent"), env, now: () => new Date(time) };
  const mailer = {
    send: async (mail: Mail) => {
      if (refused.has(mail.to)) throw new AppError("gone", "Nobody is there.", { reason: "recipient_refused" });
      sent.push(mail);
    },
    close: () => {},
  };
  const advance = () => advanceSequences(services);
  /** Hands over what lies in the outbox. */
  const deliver = async () => {
    const rows = await sql<{ id: string }[]>`
      select id from outbox_mails where status = 'queued' and template in ('sequence', 'follow_up', 'sequence_test')
      order by created_at, id`;
    for (const { id } of rows) await sendMail({ db: db.worker, mailer, env }, id, letterWriters, sequenceStaffWriters);
  };
  return {
    services,
    sent,
    refused,
    env,
    get now() {
      return new Date(time);
    },
    advance,
    deliver,
    /** Back to the start of the clock. */
    rewind: () => {
      time = start.getTime();
    },
    /** Lets time pass hour by hour, as the minutely job would see it. */
    async pass(hours: number) {
      for (let hour = 0; hour < hours; hour++) {
        time += HOUR;
        await advance();
        await deliver();
      }
    },
    skip: (hours: number) => {
      time += hours * HOUR;
    },
    subjectsTo: (email: string) => sent.filter(({ to }) => to === email).map(({ subject }) => subject),
    async trial(slug: string, timeZone = "UTC"): Promise<TestTenant> {
      const tenant = await newTrialTenant(db.web, slug);
      await confirm(tenant);
      await sql`update tenants set time_zone = ${timeZone}, contact_email = ${`office@${slug}.test`},
        trial_ends_at = ${new Date(time + 14 * DAY)} where id = ${tenant.tenantId}`;
      return tenant;
    },
    async unfinished(name: string): Promise<TestTenant> {
      const tenant = await newTenant(db.web, name);
      await confirm(tenant);
      await sql`update tenants set created_at = ${new Date(time)} where id = ${tenant.tenantId}`;
      return tenant;
    },
    confirm,
    /** A lead whose last word was that many hours ago. */
    async lead(
      tenantId: string,
      input: { email?: string; name?: string; quietHours?: number; sandbox?: boolean } = {},
    ) {
      const id = uuidv7();
      const conversationId = uuidv7();
      const session = `visitor-${randomToken(9)}`;
      const email = input.email ?? `${randomToken(6).toLowerCase()}@visitor.test`;
      const last = new Date(time - (input.quietHours ?? 25) * HOUR);
      const sandbox = input.sandbox ?? false;
      await sql`insert into conversations (tenant_id, id, visitor_session, last_message_at, created_at, sandbox)
        values (${tenantId}, ${conversationId}, ${session}, ${last}, ${last}, ${sandbox})`;
      await sql`insert into leads (tenant_id, id, conversation_id, visitor_session, name, email, sandbox, created_at)
        values (${tenantId}, ${id}, ${conversationId}, ${session}, ${input.name ?? null}, ${email}, ${sandbox}, ${last})`;
      return {
        id,
        email,
        conversationId,
        says: (role: "visitor" | "member", at = new Date(time)) =>
          sql`insert into messages (tenant_id, conversation_id, visitor_session, role, body, created_at, sandbox)
            values (${tenantId}, ${conversationId}, ${session}, ${role}, 'Hello', ${at}, ${sandbox})`,
        stage: (stage: string) => sql`update leads set stage = ${stage} where tenant_id = ${tenantId} and id = ${id}`,
      };
    },
    /** Switches the tenant's own sequence on. */
    followUps: (tenant: TestTenant, edit: Edit = () => ({})) =>
      db.web.asTenant(tenant.actor, (tx) =>
        changeTenantSequence(tx, tenant.actor, null, (before) => ({
          state: "on",
          replyTo: tenant.email,
          ...edit(before),
        })),
      ),
    ways: (tenantId: string) =>
      sql<
        {
          sender: string;
          state: string;
          stopReason: string | null;
          sentCount: number;
          token: string;
          id: string;
          dueAt: Date;
        }[]
      >`
        select id, sender, state, stop_reason as "stopReason", sent_count as "sentCount", token, due_at as "dueAt",
          converted_at is not null as converted
        from sequence_enrolments where tenant_id = ${tenantId} order by enrolled_at, id`,
  };

  async function confirm({ userId }: TestTenant): Promise<void> {
    await sql`update users set email_confirmed_at = now() where id = ${userId}`;
  }
}

function tenToday(): Date {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate(), 10));
}
