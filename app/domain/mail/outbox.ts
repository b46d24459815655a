// The outbox: mails wait in the database with ids only and are written, with fresh one-time links, when they go out.
import { z } from "zod";
import { paths } from "#app/paths.ts";
import type { Db, InTenantTx } from "#app/platform/db.ts";
import { type Env, tenantOrigin } from "#app/platform/env.ts";
import { randomToken, sha256Hex } from "#app/platform/ids.ts";
import type { Mailer } from "#app/platform/mail.ts";
import { isTemplate, type TemplateName, writeMail } from "./templates.ts";

interface OutboxRow {
  id: string;
  tenantId: string | null;
  recipient: string;
  template: string;
  data: unknown;
  status: "queued" | "sent" | "failed";
}

/** Puts a mail into the outbox as part of the caller's transaction; the same key is sent once. */
export async function queueMail(
  tx: InTenantTx,
  mail: { to: string; template: TemplateName; data: Record<string, string>; key: string },
): Promise<void> {
  await tx`select app.queue_mail(${mail.to}, ${mail.template}, ${tx.json(mail.data)}, ${mail.key})`;
}

export interface SendServices {
  db: Db;
  mailer: Mailer;
  env: Env;
}

/** Sends one mail of the outbox. Sent already: nothing happens. */
export async function sendMail(services: SendServices, mailId: string): Promise<void> {
  const { db, mailer } = services;
  const why = { reason: "mail.send" };
  const [row] = await db.asSystem(why, (tx) => tx<OutboxRow[]>`select * from outbox_mails where id = ${mailId}`, {
    readOnly: true,
  });
  if (!row || row.status === "sent" || !isTemplate(row.template)) return;
  const letter = await compose(services, row, row.template);
  if (letter) {
    const domain = new URL(services.env.appUrl).hostname;
    await mailer.send({ to: row.recipient, ...letter, messageId: `<${row.id}@${domain}>` });
  }
  await db.asSystem(
    why,
    (tx) => tx`
    update outbox_mails set status = 'sent', sent_at = now(), attempts = attempts + 1 where id = ${mailId} and status <> 'sent'`,
  );
}

const ForUser = z.object({ userId: z.uuid() });

async function compose({ db, env }: SendServices, row: OutboxRow, template: TemplateName) {
  if (template === "welcome") {
    const { tenantId } = row;
    if (!tenantId) return null;
    const [tenant] = await db.asSystem(
      { reason: "mail.send", tenantId },
      (tx) =>
        tx<
          { name: string; slug: string; contactName: string | null }[]
        >`select name, slug, contact_name from tenants where id = ${tenantId}`,
      { readOnly: true },
    );
    if (!tenant) return null;
    return writeMail("welcome", {
      displayName: tenant.contactName ?? "",
      tenantName: tenant.name,
      siteUrl: tenantOrigin(env, tenant.slug),
      homeUrl: env.appUrl + paths.home(),
    });
  }
  const { userId } = ForUser.parse(row.data);
  const token = randomToken(32);
  const hash = await sha256Hex(token);
  const lifetime = template === "verify_email" ? "2 days" : "1 hour";
  const [person] = await db.asSystem(
    { reason: "mail.send" },
    (tx) => tx<{ displayName: string; alreadyMember: boolean }[]>`
    select * from app.issue_token(${userId}, ${template}, ${hash}, ${lifetime}::text::interval)`,
  );
  if (!person) return null;
  const url = env.appUrl + (template === "verify_email" ? paths.verifyEmail(token) : paths.resetPassword(token));
  return template === "verify_email"
    ? writeMail(template, { displayName: person.displayName, url, alreadyMember: person.alreadyMember })
    : writeMail(template, { displayName: person.displayName, url });
}
