// The outbox: mails wait in the database with ids only and are written, with fresh one-time links, when they go out.
import { z } from "zod";
import { paths } from "#app/paths.ts";
import type { Db, InTenantTx, SystemTx } from "#app/platform/db.ts";
import { type Env, tenantOrigin } from "#app/platform/env.ts";
import { AppError } from "#app/platform/errors.ts";
import { randomToken, sha256Hex } from "#app/platform/ids.ts";
import type { Mailer } from "#app/platform/mail.ts";
import { type Letter, type WrittenMail, writeLetter } from "./letter.ts";
import { isTemplate, type TemplateName, writeMail } from "./templates.ts";

interface OutboxRow {
  id: string;
  tenantId: string | null;
  recipient: string;
  template: string;
  data: unknown;
  /** held: of a sandbox to somebody outside; never sent. */
  status: "queued" | "sent" | "failed" | "held";
}

export interface QueuedMail {
  /** A letter of ours, or one that a topic's writer knows. */
  template: string;
  /** Ids and figures only: the letter is written from the rows as they are when it goes out. */
  data: Record<string, string>;
  /** The same key is sent once. */
  key: string;
}

/** Puts a mail into the outbox as part of the caller's transaction. */
export async function queueMail(tx: InTenantTx, mail: QueuedMail & { to: string }): Promise<void> {
  await tx`select app.queue_mail(${mail.to}, ${mail.template}, ${tx.json(mail.data)}, ${mail.key})`;
}

/** Puts a mail to each owner of the tenant, and to its billing address, into the outbox. */
export async function mailOwners(tx: SystemTx, tenantId: string, mail: QueuedMail): Promise<void> {
  const people = await tx<{ email: string }[]>`
    select m.email from app.members() m where m.role = 'owner'
    union select lower(billing_email) from billing_accounts where tenant_id = ${tenantId} and billing_email is not null`;
  for (const { email } of people) await queueMail(tx, { ...mail, to: email, key: `${mail.key}:${email}` });
}

/** Whom the operator's own alarms reach. */
export function staffAddresses(tx: SystemTx): Promise<{ email: string }[]> {
  return tx<{ email: string }[]>`select email from app.staff_addresses()`;
}

/** Puts an alarm about the event to each of the operator's own people into the outbox: once each, however often. */
export async function mailStaff(tx: SystemTx, template: string, eventId: string): Promise<void> {
  for (const { email } of await staffAddresses(tx))
    await queueMail(tx, { to: email, template, data: { eventId }, key: `${template}:${eventId}:${email}` });
}

/** Writes letters of a topic's own. Null: there is nothing to say any more. */
export type LetterWriter = (
  services: { db: Db; env: Env },
  mail: { tenantId: string; data: unknown },
) => Promise<Letter | null>;

/** Writes letters that go to the operator's own people and are no tenant's. */
export type StaffLetterWriter = (services: { db: Db; env: Env }, mail: { data: unknown }) => Promise<Letter | null>;

export interface SendServices {
  db: Db;
  mailer: Mailer;
  env: Env;
}

/**
 * Sends one mail of the outbox. Sent already: nothing happens.
 * @param writers by template, for the letters that aren't ours
 */
export async function sendMail(
  services: SendServices,
  mailId: string,
  writers: Readonly<Record<string, LetterWriter>> = {},
  staffWriters: Readonly<Record<string, StaffLetterWriter>> = {},
): Promise<void> {
  const { db, mailer } = services;
  const why = { reason: "mail.send" };
  const [row] = await db.asSystem(why, (tx) => tx<OutboxRow[]>`select * from outbox_mails where id = ${mailId}`, {
    readOnly: true,
  });
  if (row?.status !== "queued") return;
  const letter = await compose(services, row, writers, staffWriters);
  if (letter) {
    const domain = new URL(services.env.appUrl).hostname;
    try {
      await mailer.send({ to: row.recipient, ...letter, messageId: `<${row.id}@${domain}>` });
    } catch (error) {
      // One of many that nobody takes is no alarm. What somebody waits for is: it goes to the dead letters.
      if (!letter.unsubscribeUrl || !(error instanceof AppError) || error.reason !== "recipient_refused") throw error;
      await db.asSystem(
        why,
        (tx) => tx`update outbox_mails set status = 'failed', attempts = attempts + 1 where id = ${mailId}`,
      );
      return;
    }
  }
  await db.asSystem(
    why,
    (tx) => tx`
    update outbox_mails set status = 'sent', sent_at = now(), attempts = attempts + 1 where id = ${mailId} and status <> 'sent'`,
  );
}

const ForUser = z.object({ userId: z.uuid() });

async function compose(
  services: SendServices,
  row: OutboxRow,
  writers: Readonly<Record<string, LetterWriter>>,
  staffWriters: Readonly<Record<string, StaffLetterWriter>>,
): Promise<WrittenMail | null> {
  const { template, tenantId, data } = row;
  if (isTemplate(template)) return composeOwn(services, row, template);
  const ours = tenantId === null && Object.hasOwn(staffWriters, template) ? staffWriters[template] : undefined;
  if (ours) {
    const letter = await ours(services, { data });
    return letter && writeLetter(letter);
  }
  const writer = Object.hasOwn(writers, template) ? writers[template] : undefined;
  if (!writer || !tenantId) throw new Error(`Nobody writes the letter ${template}.`);
  const letter = await writer(services, { tenantId, data });
  return letter && writeLetter(letter);
}

async function composeOwn({ db, env }: SendServices, row: OutboxRow, template: TemplateName) {
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
