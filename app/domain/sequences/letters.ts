// The letters of sequences, written when they go out from the version that queued them, and tests and previews of them.
import { z } from "zod";
import { paths } from "#app/paths.ts";
import type { StaffActor } from "#app/platform/actor.ts";
import type { InTenantTx, StaffTx, SystemTx, TenantTx } from "#app/platform/db.ts";
import { type Env, tenantOrigin } from "#app/platform/env.ts";
import { bareAddress } from "#app/platform/mail.ts";
import { type Letter, writeLetter } from "../mail/letter.ts";
import { type LetterWriter, queueMail, type StaffLetterWriter } from "../mail/outbox.ts";
import { TEMPLATES } from "./advance.ts";
import { operatorLook, operatorName, tenantLook } from "./brand.ts";
import { type DraftStep, type Sender, type Step, TENANT_AUDIENCES } from "./sequences.schema.ts";
import { sequenceVersion, tenantSequence } from "./sequences.ts";
import { type Values, writeStep } from "./writing.ts";

const ForStep = z.object({ enrolmentId: z.uuid(), versionId: z.uuid(), step: z.string() });

interface Recipient {
  sender: Sender;
  token: string;
  /** Null: not known. */
  name: string | null;
  company: string;
  slug: string | null;
  timeZone: string;
  trialEndsAt: Date | null;
}

/** Writes a step's letter; null where whoever it was for has left the sequence since. */
const writeSequenceMail: LetterWriter = async ({ db, env }, { tenantId, data }) => {
  const { enrolmentId, versionId, step: key } = ForStep.parse(data);
  const [version, found] = await Promise.all([
    db.asSystem({ reason: "mail.send" }, (tx) => sequenceVersion(tx, versionId), { readOnly: true }),
    db.asSystem({ reason: "mail.send", tenantId }, (tx) => recipientOf(tx, env, tenantId, enrolmentId), {
      readOnly: true,
    }),
  ]);
  const step = version?.steps.find((one) => one.key === key);
  if (!found || !step) return null;
  const { recipient, look } = found;
  const letter = writeStep({
    step,
    values: valuesFor(env, recipient, step.link),
    look,
    sender: recipient.sender,
    postalAddress: recipient.sender === "operator" ? env.mailPostalAddress : (version?.postalAddress ?? null),
    unsubscribeUrl: env.appUrl + paths.unsubscribe(recipient.token),
  });
  return { ...letter, envelope: envelopeOf(env, recipient, version?.replyTo ?? null) };
};

/** Writers of the sequences' letters, for the outbox. */
export const sequenceWriters: Readonly<Record<string, LetterWriter>> = {
  [TEMPLATES.operator]: writeSequenceMail,
  [TEMPLATES.tenant]: writeSequenceMail,
  sequence_test: ({ db, env }, { tenantId, data }) =>
    db.asSystem({ reason: "mail.send", tenantId }, (tx) => writeTest(tx, env, tenantId, data), { readOnly: true }),
};
export const sequenceStaffWriters: Readonly<Record<string, StaffLetterWriter>> = {
  sequence_test: ({ db, env }, { data }) =>
    db.asSystem({ reason: "mail.send" }, (tx) => writeTest(tx, env, null, data), { readOnly: true }),
};

async function recipientOf(tx: SystemTx, env: Env, tenantId: string, enrolmentId: string) {
  const [recipient] = await tx<Recipient[]>`
    select e.sender, e.token, case when e.sender = 'tenant' then l.name else nullif(o.display_name, '') end as name,
      t.name as company, t.slug, t.time_zone, t.trial_ends_at
    from sequence_enrolments e
    join tenants t on t.id = e.tenant_id
    left join leads l on l.tenant_id = e.tenant_id and l.id = e.lead_id
    left join app.confirmed_owners() o on o.user_id = e.user_id
    where e.tenant_id = ${tenantId} and e.id = ${enrolmentId} and e.state <> 'stopped'`;
  if (!recipient) return null;
  const { sender, company, slug } = recipient;
  return { recipient, look: sender === "operator" ? operatorLook(env) : await tenantLook(tx, env, company, slug) };
}

/** Replies go to a person and, where we may hear of it, to an address that says whose reply it is. */
function envelopeOf(env: Env, { sender, token, company }: Recipient, replyTo: string | null): Letter["envelope"] {
  const person = sender === "operator" ? bareAddress(env.mailFrom) : replyTo;
  return {
    fromName: sender === "operator" ? operatorName(env) : company,
    replyTo: [person, env.mailReplies && `reply+${token}@${env.mailReplies.domain}`].filter((one) => one !== null),
    unsubscribeUrl: env.appUrl + paths.apiUnsubscribe(token),
  };
}

function valuesFor(env: Env, recipient: Omit<Recipient, "token" | "sender">, link: string): Values {
  const { name, company, slug, timeZone, trialEndsAt } = recipient;
  return {
    name: name?.trim() ?? "",
    company,
    trial_ends: trialEndsAt ? dayWords(trialEndsAt, timeZone) : "its end",
    link: addressOf(env, link, slug),
  };
}

const OPERATOR_ADDRESSES: Readonly<Record<string, () => string>> = {
  home: () => paths.home(),
  setup: () => paths.onboarding(),
  knowledge: () => paths.knowledge(),
  try: () => paths.knowledgeAsk(),
  widget: () => paths.settingsWidget(),
  plans: () => paths.billingPlans(),
};

function addressOf(env: Env, link: string, slug: string | null): string {
  if (link === "site") return slug ? tenantOrigin(env, slug) : env.appUrl;
  return env.appUrl + (OPERATOR_ADDRESSES[link]?.() ?? paths.landing());
}

const dayWords = (at: Date, timeZone: string): string =>
  new Intl.DateTimeFormat("en-US", { timeZone, weekday: "long", month: "long", day: "numeric" }).format(at);

const SAMPLE = { name: "Robin Weaver", timeZone: "UTC" } as const;
const SAMPLE_DAYS = 5;

/** A mail as a mailbox shows it. */
export interface Preview {
  /** Name and address. */
  from: string;
  subject: string;
  /** A whole page. */
  html: string;
}

/**
 * A step as it would arrive, with sample data.
 * @param tx the tenant's for its own sequence; null for the operator's
 */
export async function previewStep(tx: InTenantTx | null, env: Env, step: DraftStep, now: Date): Promise<Preview> {
  const { letter, from } = await sampleLetter(tx, env, step, now);
  const { subject, html } = writeLetter(letter);
  return { from: `${from} <${bareAddress(env.mailFrom)}>`, subject, html };
}

/** A step's letter to nobody, and by whose name it comes. */
async function sampleLetter(
  tx: InTenantTx | null,
  env: Env,
  step: DraftStep,
  now: Date,
): Promise<{ letter: Letter; from: string }> {
  const trialEndsAt = new Date(now.getTime() + SAMPLE_DAYS * 86_400_000);
  const unsubscribeUrl = env.appUrl + paths.unsubscribe("sample");
  if (tx === null) {
    const values = valuesFor(env, { ...SAMPLE, company: "Riverside Dental", slug: null, trialEndsAt }, step.link);
    const look = operatorLook(env);
    return {
      letter: writeStep({
        step,
        values,
        look,
        sender: "operator",
        postalAddress: env.mailPostalAddress,
        unsubscribeUrl,
      }),
      from: look.name,
    };
  }
  const [tenant] = await tx<{ name: string; slug: string | null; timeZone: string }[]>`
    select name, slug, time_zone from tenants where id = app.tenant_id()`;
  const { name: company, slug, timeZone } = tenant ?? { name: "", slug: null, timeZone: "UTC" };
  const values = valuesFor(env, { name: SAMPLE.name, company, slug, timeZone, trialEndsAt: null }, step.link);
  const look = await tenantLook(tx, env, company, slug);
  const { postalAddress } = await tenantSequence(tx);
  return {
    letter: writeStep({ step, values, look, sender: "tenant", postalAddress, unsubscribeUrl }),
    from: look.name,
  };
}

const ForTest = z.object({ versionId: z.uuid(), step: z.string() });

async function writeTest(tx: SystemTx, env: Env, tenantId: string | null, data: unknown): Promise<Letter | null> {
  const { versionId, step: key } = ForTest.parse(data);
  const version = await sequenceVersion(tx, versionId);
  const step = version?.steps.find((one) => one.key === key);
  if (!version || !step) return null;
  const own = tenantId !== null && TENANT_AUDIENCES.some((one) => one === version.audience);
  const { letter } = await sampleLetter(own ? tx : null, env, step, new Date());
  return { ...letter, subject: `Test: ${letter.subject}` };
}

/** Sends a step, with sample data, to the member of staff who asks. The same `nonce` sends it once. */
export async function testAsStaff(tx: StaffTx, actor: StaffActor, at: StepOf, nonce: string): Promise<void> {
  const data = { versionId: at.versionId, step: at.step.key };
  await tx`select app.queue_staff_mail('sequence_test', ${tx.json(data)}, ${`sequence_test:${actor.userId}:${nonce}`})`;
}

/** Sends a step, with sample data, to the member who asks. */
export async function testAsMember(tx: TenantTx, email: string, at: StepOf, nonce: string): Promise<void> {
  const data = { versionId: at.versionId, step: at.step.key };
  await queueMail(tx, { to: email, template: "sequence_test", data, key: `sequence_test:${nonce}` });
}

export interface StepOf {
  versionId: string;
  step: Step;
}
