// Who is on their way through a sequence: the figures of each, the list with why somebody left, ending a way by hand.
import type { MemberActor, StaffActor } from "#app/platform/actor.ts";
import type { StaffTx, TenantTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { isUuid } from "#app/platform/ids.ts";
import { recordAudit, recordStaffAudit } from "../audit/audit.ts";
import type { EndEnrolment, EnrolmentFilter } from "./sequences.schema.ts";

export type StopReason =
  | "converted"
  | "replied"
  | "unsubscribed"
  | "undeliverable"
  | "taken_over"
  | "no_longer_fits"
  | "switched_off"
  | "by_hand";

export interface Figures {
  entered: number;
  active: number;
  sent: number;
  stopped: number;
  unsubscribed: number;
  replied: number;
  converted: number;
}

export const NO_FIGURES: Figures = {
  ...{ entered: 0, active: 0, sent: 0, stopped: 0, unsubscribed: 0, replied: 0, converted: 0 },
};

/** Figures by sequence. @param tx staff's counts the operator's sequences, a tenant's its own */
export async function figuresBySequence(
  tx: StaffTx | TenantTx,
  sender: "operator" | "tenant",
): Promise<Record<string, Figures>> {
  const rows = await tx<(Figures & { sequenceId: string })[]>`
    select sequence_id, count(*)::int as entered, count(*) filter (where state = 'active')::int as active,
      coalesce(sum(sent_count), 0)::int as sent, count(*) filter (where state = 'stopped')::int as stopped,
      count(*) filter (where stop_reason = 'unsubscribed')::int as unsubscribed,
      count(*) filter (where stop_reason = 'replied')::int as replied,
      count(*) filter (where converted_at is not null)::int as converted
    from sequence_enrolments where sender = ${sender}
    group by sequence_id`;
  return Object.fromEntries(rows.map(({ sequenceId, ...figures }) => [sequenceId, figures]));
}

export interface EnrolmentRow {
  id: string;
  tenantId: string;
  /** The tenant's name; of a tenant's own, the lead's, or null. */
  name: string | null;
  /** Of a lead; staff sees no addresses here. */
  email: string | null;
  conversationId: string | null;
  state: "active" | "finished" | "stopped";
  stopReason: StopReason | null;
  sentCount: number;
  enrolledAt: Date;
  dueAt: Date | null;
  endedAt: Date | null;
  convertedAt: Date | null;
}

const PAGE = 25;

export interface EnrolmentPage {
  enrolments: EnrolmentRow[];
  /** For the next, older page: the last row's id. */
  nextCursor: string | null;
}

/** Ways through one of the operator's sequences, newest first. */
export async function listAsStaff(tx: StaffTx, sequenceId: string, filter: EnrolmentFilter): Promise<EnrolmentPage> {
  const words = patternOf(filter.q);
  const rows = await tx<EnrolmentRow[]>`
    select e.id, e.tenant_id, t.name, null as email, null as conversation_id, e.state, e.stop_reason, e.sent_count,
      e.enrolled_at, e.due_at, e.ended_at, e.converted_at
    from sequence_enrolments e join tenants t on t.id = e.tenant_id
    where e.sequence_id = ${sequenceId} and e.sender = 'operator'
    ${words ? tx`and (t.name ilike ${words} or t.slug ilike ${words})` : tx``}
    ${filter.state ? tx`and e.state = ${filter.state}` : tx``}
    ${isUuid(filter.cursor ?? "") ? tx`and (e.enrolled_at, e.id) < (select c.enrolled_at, c.id from sequence_enrolments c where c.id = ${filter.cursor ?? ""})` : tx``}
    order by e.enrolled_at desc, e.id desc limit ${PAGE + 1}`;
  return pageOf(rows);
}

/** The tenant's leads on their way through its sequence, newest first. */
export async function listOfTenant(tx: TenantTx, filter: EnrolmentFilter): Promise<EnrolmentPage> {
  const words = patternOf(filter.q);
  const rows = await tx<EnrolmentRow[]>`
    select e.id, e.tenant_id, l.name, l.email, l.conversation_id, e.state, e.stop_reason, e.sent_count, e.enrolled_at,
      e.due_at, e.ended_at, e.converted_at
    from sequence_enrolments e join leads l on l.tenant_id = e.tenant_id and l.id = e.lead_id
    where e.tenant_id = (select app.tenant_id())
    ${words ? tx`and (l.name ilike ${words} or l.email ilike ${words})` : tx``}
    ${filter.state ? tx`and e.state = ${filter.state}` : tx``}
    ${isUuid(filter.cursor ?? "") ? tx`and (e.enrolled_at, e.id) < (select c.enrolled_at, c.id from sequence_enrolments c where c.tenant_id = (select app.tenant_id()) and c.id = ${filter.cursor ?? ""})` : tx``}
    order by e.enrolled_at desc, e.id desc limit ${PAGE + 1}`;
  return pageOf(rows);
}

function pageOf(rows: EnrolmentRow[]): EnrolmentPage {
  const enrolments = rows.slice(0, PAGE);
  return { enrolments, nextCursor: rows.length > PAGE ? (enrolments.at(-1)?.id ?? null) : null };
}

/** Words as a pattern for ILIKE that finds them anywhere. */
const patternOf = (words: string | undefined): string | null =>
  words ? `%${words.replace(/[\\%_]/g, "\\$&")}%` : null;

const over = (): AppError => new AppError("conflict", "They get no more mails of this sequence already.");

/** Ends somebody's way through an operator's sequence. @throws AppError conflict where it has ended */
export async function endAsStaff(
  tx: StaffTx,
  actor: StaffActor,
  { enrolmentId, why }: EndEnrolment,
  at: Date,
): Promise<void> {
  const [row] = await tx<{ tenantId: string }[]>`
    update sequence_enrolments set state = 'stopped', stop_reason = ${why}, ended_at = ${at}, due_at = null
    where id = ${enrolmentId} and sender = 'operator' and state = 'active' returning tenant_id`;
  if (!row) throw over();
  await recordStaffAudit(tx, actor, row.tenantId, "sequence.ended", enrolmentId, { why });
}

/** Ends a lead's way through the tenant's sequence. @throws AppError conflict where it has ended */
export async function endAsMember(
  tx: TenantTx,
  actor: MemberActor,
  { enrolmentId, why }: EndEnrolment,
  at: Date,
): Promise<void> {
  const [row] = await tx<{ id: string }[]>`
    update sequence_enrolments set state = 'stopped', stop_reason = ${why}, ended_at = ${at}, due_at = null
    where tenant_id = (select app.tenant_id()) and id = ${enrolmentId} and state = 'active' returning id`;
  if (!row) throw over();
  await recordAudit(tx, actor, "sequence.ended", enrolmentId, { why });
}
