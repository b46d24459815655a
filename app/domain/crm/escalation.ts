// The letter about a lead that somebody is to look at: to whom the rule names, else to the operator's own people. Once for
// each lead, rule and person, whether or not there is a CRM.
import { z } from "zod";
import { paths } from "#app/paths.ts";
import type { SystemTx } from "#app/platform/db.ts";
import { type LetterWriter, queueMail, staffAddresses } from "../mail/outbox.ts";

const TEMPLATE = "lead_escalated";
const About = z.object({ leadId: z.uuid(), key: z.string() });

/** Queues the letter of an escalation that was just recorded. */
export async function mailEscalation(
  tx: SystemTx,
  tenantId: string,
  leadId: string,
  { key, person }: { key: string; person: string | null },
): Promise<void> {
  const people = person ? [{ email: person }] : await staffAddresses(tx);
  for (const { email } of people) {
    const to = email.toLowerCase();
    // By tenant, not by lead: with another CRM the lead is another one, and nobody needs to hear of it again.
    await queueMail(tx, {
      to,
      template: TEMPLATE,
      data: { leadId, key },
      key: `${TEMPLATE}:${tenantId}:${key}:${to}`,
    });
  }
}

interface Row {
  company: string;
  summary: string;
  note: string;
  due: string;
  score: number | null;
  stage: string | null;
  ownerName: string | null;
  contactName: string | null;
  contactEmail: string | null;
  mrrCents: number | null;
  monthlyCents: number | null;
}

/** Writes the letter from what is true when it goes out; null where the lead is gone. */
export const writeEscalation: LetterWriter = ({ db, env }, { tenantId, data }) =>
  db.asSystem(
    { reason: "crm.escalation", tenantId },
    async (tx) => {
      const { leadId, key } = About.parse(data);
      const [row] = await tx<Row[]>`
        select t.name as company, f.summary, f.note, f.due::text as due, l.score, l.stage, l.owner_name, t.contact_name,
          t.contact_email, (l.facts ->> 'mrrCents')::float8 as mrr_cents, (l.facts ->> 'monthlyCents')::float8 as monthly_cents
        from crm_follow_ups f
        join crm_leads l on l.tenant_id = f.tenant_id and l.id = f.lead_id
        join tenants t on t.id = f.tenant_id
        where f.tenant_id = ${tenantId} and f.lead_id = ${leadId} and f.key = ${key}`;
      return row ? letterOf(row, env.appUrl + paths.adminLead(tenantId)) : null;
    },
    { readOnly: true },
  );

function letterOf(row: Row, url: string) {
  const { company, summary, note, due, score, stage, ownerName, contactName, contactEmail } = row;
  const facts: [string, string | null][] = [
    ["Organisation", company],
    ["Score", score === null ? null : `${score} of 100`],
    ["Stage", stage],
    ["Owner", ownerName ?? "nobody yet"],
    ["Pays a month", row.mrrCents ? dollars(row.mrrCents) : "nothing yet"],
    ["May pay a month", row.mrrCents || row.monthlyCents === null ? null : dollars(row.monthlyCents)],
    ["Contact", [contactName, contactEmail].filter(Boolean).join(", ") || null],
    ["By", due],
  ];
  return {
    subject: summary,
    paragraphs: ["A lead fits one of the rules by which somebody is told at once.", ...(note ? [note] : [])],
    facts: facts.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])),
    action: { label: "Open the lead", url },
    note: "You get this once for each lead and rule. Staff changes the rules under Leads.",
  };
}

const dollars = (cents: number): string =>
  (cents / 100).toLocaleString("en-US", { style: "currency", currency: "USD", minimumFractionDigits: 0 });
