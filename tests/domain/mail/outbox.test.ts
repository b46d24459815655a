import { describe, expect, it } from "vitest";
import { queueMail, sendMail } from "#app/domain/mail/outbox.ts";
import { writeMail } from "#app/domain/mail/templates.ts";
import { embeddedIdentity } from "#app/domain/team/embedded-identity.ts";
import { loadEnv } from "#app/platform/env.ts";
import type { Mail, Mailer } from "#app/platform/mail.ts";
import { testDatabase } from "../../setup/database.ts";
import { newTenant, newTrialTenant } from "../../support/tenants.ts";

const database = await testDatabase();
const env = loadEnv({ NODE_ENV: "test" });

function postbox(fails = 0): { mailer: Mailer; sent: Mail[] } {
  const sent: Mail[] = [];
  let left = fails;
  const send = async (mail: Mail) => {
    if (left-- > 0) throw new Error("the server said 451");
    sent.push(mail);
  };
  return { sent, mailer: { send, close: () => {} } };
}

async function mailIds(recipient: string): Promise<string[]> {
  const rows = await database.sql`select id from outbox_mails where recipient = ${recipient} order by created_at`;
  return rows.map(({ id }) => id);
}

describe("the outbox", () => {
  it("sends a verification mail whose link proves the address, and keeps only a digest of the token", async () => {
    const tenant = await newTenant(database.db.web);
    const { mailer, sent } = postbox();
    const [id = ""] = await mailIds(tenant.email);
    await sendMail({ db: database.db.worker, mailer, env }, id);
    const token = /\/verify-email\/([\w-]+)/.exec(sent[0]?.text ?? "")?.[1] ?? "";
    expect(sent[0]).toMatchObject({
      to: tenant.email,
      subject: "Confirm your email address",
      messageId: `<${id}@localhost>`,
    });

    const stored =
      await database.sql`select t::text as row from one_time_tokens t union all select o::text from outbox_mails o union all select data::text from pgboss.job`;
    expect(stored.some(({ row }) => row?.includes(token))).toBe(false);
    expect(await embeddedIdentity(database.db.web).verifyEmail(token)).toBe("verified");
  });

  it("sends a mail once, however often its job runs", async () => {
    const tenant = await newTenant(database.db.web);
    const { mailer, sent } = postbox();
    const [id = ""] = await mailIds(tenant.email);
    for (let round = 0; round < 3; round++) await sendMail({ db: database.db.worker, mailer, env }, id);
    expect(sent).toHaveLength(1);
  });

  it("keeps a mail that the server didn't take, and sends it with the same message id later", async () => {
    const tenant = await newTenant(database.db.web);
    const { mailer, sent } = postbox(1);
    const [id = ""] = await mailIds(tenant.email);
    await expect(sendMail({ db: database.db.worker, mailer, env }, id)).rejects.toThrow("451");
    await sendMail({ db: database.db.worker, mailer, env }, id);
    expect(sent.map(({ messageId }) => messageId)).toEqual([`<${id}@localhost>`]);
  });

  it("queues a mail and its job together, and the same key once", async () => {
    const tenant = await newTrialTenant(database.db.web, "mailed");
    const mail = { to: "someone@example.test", template: "welcome", data: {}, key: "once" } as const;
    await database.db.web.asTenant(tenant.actor, (tx) => queueMail(tx, mail));
    await database.db.web.asTenant(tenant.actor, (tx) => queueMail(tx, mail));
    const rolledBack = database.db.web.asTenant(tenant.actor, async (tx) => {
      await queueMail(tx, { ...mail, key: "never" });
      throw new Error("changed my mind");
    });
    await expect(rolledBack).rejects.toThrow("changed my mind");
    const ids = await mailIds("someone@example.test");
    expect(ids).toHaveLength(1);
    const jobs =
      await database.sql`select from pgboss.job where name = 'mail.send' and data ->> 'mailId' = ${ids[0] ?? ""}`;
    expect(jobs).toHaveLength(1);
  });

  it("tells the owner of a known address that somebody signed up with it", async () => {
    const known = await newTenant(database.db.web);
    await database.sql`update users set email_confirmed_at = now() where id = ${known.userId}`;
    const hasty = await newTenant(database.db.web);
    await database.sql`update users set email = ${known.email} where id = ${hasty.userId}`;
    const { mailer, sent } = postbox();
    const [id = ""] = await mailIds(hasty.email);
    await sendMail({ db: database.db.worker, mailer, env }, id);
    expect(sent[0]?.subject).toBe("You already have an account");
  });

  it("escapes what people typed", () => {
    const { html } = writeMail("reset_password", {
      displayName: '<img src="x">',
      url: "https://app.example/?a=1&b='2'",
    });
    expect(html).not.toContain("<img");
    expect(html).toContain("&#60;img");
  });
});
