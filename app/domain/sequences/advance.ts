// Moves people through their sequences: who fits enters, who needn't hear more leaves, whose step is due gets its mail.
// Whatever a kill cuts short is done by the next minute, and several workers share the work tenant by tenant.

import type { SystemTx } from "#app/platform/db.ts";
import type { Env } from "#app/platform/env.ts";
import { tenantOrigin } from "#app/platform/env.ts";
import { queueMail } from "../mail/outbox.ts";
import type { Sequence } from "./defaults.ts";
import { enterSequences, type SequenceServices, statusAt } from "./entering.ts";
import { endWays, noteLateConversions } from "./leaving.ts";
import type { Condition, Sender, Step } from "./sequences.schema.ts";
import { operatorSequences, tenantSequence } from "./sequences.ts";
import { dueAt, nextInDaytime, nextStep } from "./timing.ts";

const PAGE = 200;
/** Of one tenant in one transaction. */
const AT_ONCE = 50;
const HOUR_MS = 3_600_000;

/** The outbox's name for a step's mail, by who sends it. */
export const TEMPLATES = { operator: "sequence", tenant: "follow_up" } as const satisfies Record<Sender, string>;

export interface Advanced {
  entered: number;
  ended: number;
  queued: number;
}

type AdvanceServices = SequenceServices & { env: Env };

/** One round. */
export async function advanceSequences(services: AdvanceServices): Promise<Advanced> {
  const { db, now } = services;
  const across = <T>(fn: (tx: SystemTx) => Promise<T>): Promise<T> => db.asSystem({ reason: "sequences.advance" }, fn);
  const operators = await across(operatorSequences);
  const ended = await across((tx) => endWays(tx, operators, now()));
  await across((tx) => noteLateConversions(tx, operators, now()));
  const entered = await enterSequences(services, operators);
  const queued = await sendDue(services, operators);
  await announceTo(services, ended);
  return { entered, ended: ended.length, queued };
}

/** Tells live pages, once a tenant and sequence. */
async function announceTo(
  { db }: SequenceServices,
  ended: readonly { tenantId: string; sequenceId: string }[],
): Promise<void> {
  for (const [tenantId, rows] of Map.groupBy(ended, (row) => row.tenantId)) {
    const ids = [...new Set(rows.map(({ sequenceId }) => sequenceId))];
    await db.asSystem({ reason: "sequences.advance", tenantId }, async (tx) => {
      for (const id of ids) await tx`select app.announce('sequences', ${id})`;
    });
  }
}

async function sendDue(services: AdvanceServices, operators: readonly Sequence[]): Promise<number> {
  const { db, log, now } = services;
  let queued = 0;
  let after: string | null = null;
  for (;;) {
    const last: string | null = after;
    const page: { tenantId: string }[] = await db.asSystem(
      { reason: "sequences.advance" },
      (tx) => tenantsWithDue(tx, operators, now(), last),
      { readOnly: true },
    );
    for (const { tenantId } of page) {
      queued += await sendInTenant(services, tenantId, operators).catch((error: unknown) => {
        log.warn("sequences.advance_failed", { tenant_id: tenantId, error });
        return 0;
      });
    }
    after = page.at(-1)?.tenantId ?? null;
    if (page.length < PAGE || after === null) return queued;
  }
}

/** Ids of the versions in force: a way that was worked out by another is worked out anew. */
const inForce = (operators: readonly Sequence[]): string[] => operators.map(({ id }) => id);

function tenantsWithDue(tx: SystemTx, operators: readonly Sequence[], at: Date, after: string | null) {
  return tx<{ tenantId: string }[]>`
    select distinct e.tenant_id from sequence_enrolments e
    where e.state = 'active' and ${after === null ? tx`true` : tx`e.tenant_id > ${after}`}
      and (e.due_at <= ${at} or (e.sender = 'operator' and e.version_id <> all(${inForce(operators)}::text[]::uuid[]))
        or (e.sender = 'tenant' and e.version_id is distinct from (
          select s.id from tenant_sequences s where s.tenant_id = e.tenant_id and s.sequence_id = e.sequence_id
          order by s.created_at desc, s.id desc limit 1)))
    order by e.tenant_id limit ${PAGE}`;
}

interface Way {
  id: string;
  sender: Sender;
  sequenceId: string;
  passed: string[];
  movedAt: Date;
  /** Null: they are no owner any more, or their address isn't proved; or the lead has none. */
  email: string | null;
  sameAddress: boolean;
  /** A lead that nobody of the tenant's has answered. */
  unanswered: boolean;
}

interface Place {
  timeZone: string;
  slug: string | null;
  trialEndsAt: Date | null;
  /** May send to its leads: neither suspended nor cancelled. */
  running: boolean;
}

async function sendInTenant(
  services: AdvanceServices,
  tenantId: string,
  operators: readonly Sequence[],
): Promise<number> {
  let queued = 0;
  for (;;) {
    const at = services.now();
    const round = await services.db.asSystem({ reason: "sequences.advance", tenantId }, async (tx) => {
      // One worker at a time in a tenant: its cap is counted here.
      await tx`select pg_advisory_xact_lock(hashtextextended(${`sequences.advance ${tenantId}`}, 0))`;
      const place = await placeOf(tx, tenantId, at);
      if (!place) return { sent: 0, left: false };
      const own = await tenantSequence(tx);
      const ways = await dueWays(tx, tenantId, place.running, [...inForce(operators), own.id], at);
      const facts = once(() => factsOf(tx, tenantId, place, services.env, at));
      let room = once(() => roomOf(tx, tenantId, own, at));
      let sent = 0;
      for (const way of ways) {
        const sequence = way.sender === "tenant" ? own : operators.find((one) => one.sequenceId === way.sequenceId);
        if (!sequence) continue;
        const walk = { tx, tenantId, way, sequence, place, facts, at, room: await room() };
        if (!(await move(walk))) continue;
        sent += 1;
        const left = walk.room - (way.sender === "tenant" ? 1 : 0);
        room = async () => left;
      }
      for (const id of new Set(ways.map(({ sequenceId }) => sequenceId)))
        await tx`select app.announce('sequences', ${id})`;
      return { sent, left: ways.length === AT_ONCE };
    });
    queued += round.sent;
    if (!round.left) return queued;
  }
}

async function placeOf(tx: SystemTx, tenantId: string, at: Date): Promise<Place | null> {
  const [row] = await tx<Place[]>`
    select t.time_zone, t.slug, t.trial_ends_at, ${statusAt(tx, at)} in ('trialing', 'active', 'past_due') as running
    from tenants t
    left join billing_accounts b on b.tenant_id = t.id
    left join plan_versions v on v.id = b.plan_version_id
    where t.id = ${tenantId}`;
  return row ?? null;
}

/** Whose time has come. A tenant's own stand still while it is suspended, and test leads move only in sandbox. */
function dueWays(tx: SystemTx, tenantId: string, running: boolean, versions: readonly string[], at: Date) {
  return tx<Way[]>`
    select e.id, e.sender, e.sequence_id, e.passed, e.moved_at, a.email,
      coalesce(app.address_digest(case when e.sender = 'tenant' then e.tenant_id end, a.email) = e.address_hash, false)
        as same_address,
      not exists (select from messages m where m.tenant_id = e.tenant_id and m.conversation_id = l.conversation_id
        and m.role = 'member') as unanswered
    from sequence_enrolments e
    join tenants t on t.id = e.tenant_id
    left join leads l on l.tenant_id = e.tenant_id and l.id = e.lead_id and e.sender = 'tenant'
    left join app.confirmed_owners() o on o.user_id = e.user_id and e.sender = 'operator'
    cross join lateral (select coalesce(l.email, o.email) as email) a
    where e.tenant_id = ${tenantId} and e.state = 'active'
      and (e.due_at <= ${at} or e.version_id is null or e.version_id <> all(${[...versions]}::text[]::uuid[]))
      and (e.sender = 'operator' or (${running}::boolean and e.sandbox = t.sandbox))
    order by e.due_at, e.id limit ${AT_ONCE} for update of e`;
}

interface Walk {
  tx: SystemTx;
  tenantId: string;
  way: Way;
  sequence: Sequence;
  place: Place;
  facts: () => Promise<Facts>;
  at: Date;
  /** Mails that the tenant may still send to leads today. */
  room: number;
}

/** Takes somebody as far as they come today: at most to their next mail. @returns whether one was queued */
async function move({ tx, tenantId, way, sequence, place, facts, at, room }: Walk): Promise<boolean> {
  const { email } = way;
  const day = { ...sequence, timeZone: place.timeZone };
  const passed = [...way.passed];
  let movedAt = way.movedAt;
  let sent = false;
  const rest = async (state: { due: Date } | { reason: string | null }): Promise<boolean> => {
    const due = "due" in state ? state.due : null;
    const reason = "reason" in state ? state.reason : null;
    await tx`
      update sequence_enrolments
      set passed = ${passed}::text[], moved_at = ${movedAt}, sent_count = sent_count + ${sent ? 1 : 0}, version_id = ${sequence.id},
        due_at = ${due}, state = ${due ? "active" : reason ? "stopped" : "finished"}, stop_reason = ${reason},
        ended_at = ${due ? null : at}
      where tenant_id = ${tenantId} and id = ${way.id}`;
    return sent;
  };
  // Whose address has changed hasn't asked for mails to the new one.
  if (email === null || !way.sameAddress) return rest({ reason: "no_longer_fits" });
  for (;;) {
    const step = nextStep(sequence.steps, passed);
    if (!step) return rest({ reason: null });
    const due = dueAt(step, movedAt, passed.length === 0, day);
    if (due > at || sent) return rest({ due });
    // A worker that comes late doesn't write at night.
    const inDaytime = nextInDaytime(at, day);
    if (inDaytime > at) return rest({ due: inDaytime });
    if (!holds(step.condition, await facts(), way)) {
      passed.push(step.key);
      movedAt = due;
      continue;
    }
    if (way.sender === "tenant" && room <= 0)
      return rest({ due: nextInDaytime(new Date(at.getTime() + HOUR_MS), day) });
    await queueStep(tx, { to: email, sender: way.sender, enrolmentId: way.id, versionId: sequence.id, step });
    passed.push(step.key);
    movedAt = at;
    sent = true;
  }
}

function queueStep(
  tx: SystemTx,
  mail: { to: string; sender: Sender; enrolmentId: string; versionId: string; step: Step },
): Promise<void> {
  const { to, sender, enrolmentId, versionId, step } = mail;
  const data = { enrolmentId, versionId, step: step.key };
  return queueMail(tx, { to, template: TEMPLATES[sender], data, key: `sequence:${enrolmentId}:${step.key}` });
}

/** Mails to leads that the tenant's cap leaves for the 24 hours up to now. */
async function roomOf(tx: SystemTx, tenantId: string, { dailyCap }: Sequence, at: Date): Promise<number> {
  if (dailyCap === null) return Number.POSITIVE_INFINITY;
  const [row] = await tx<{ used: number }[]>`
    select count(*)::int as used from outbox_mails
    where tenant_id = ${tenantId} and template = ${TEMPLATES.tenant} and created_at > ${new Date(at.getTime() - 24 * HOUR_MS)}`;
  return dailyCap - (row?.used ?? 0);
}

interface Facts {
  knowledge: boolean;
  tried: boolean;
  installed: boolean;
  /** Of the trial; null: it is in none. */
  hoursLeft: number | null;
}

async function factsOf(tx: SystemTx, tenantId: string, place: Place, env: Env, at: Date): Promise<Facts> {
  const site = place.slug ? tenantOrigin(env, place.slug) : null;
  const [row] = await tx<Omit<Facts, "hoursLeft">[]>`
    select exists (select from knowledge_sources where tenant_id = ${tenantId}) as knowledge,
      exists (select from conversations where tenant_id = ${tenantId}) as tried,
      exists (select from conversations where tenant_id = ${tenantId} and channel = 'web' and origin is not null
        and origin is distinct from ${site}::text) as installed`;
  const hoursLeft = place.trialEndsAt ? (place.trialEndsAt.getTime() - at.getTime()) / HOUR_MS : null;
  return { knowledge: false, tried: false, installed: false, ...row, hoursLeft };
}

function holds(condition: Condition, facts: Facts, way: Way): boolean {
  const leftAtMost = (days: number): boolean => facts.hoursLeft !== null && facts.hoursLeft <= days * 24;
  switch (condition) {
    case "always":
      return true;
    case "no_knowledge":
      return !facts.knowledge;
    case "not_tried":
      return !facts.tried;
    case "no_widget":
      return !facts.installed;
    case "week_left":
      return leftAtMost(7);
    case "three_days_left":
      return leftAtMost(3);
    case "unanswered":
      return way.unanswered;
  }
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null;
  return () => {
    answer ??= ask();
    return answer;
  };
}
