// The sequences in force, and changing them: each change is a version of its own, by whom and when stands beside it.
import type { MemberActor, StaffActor } from "#app/platform/actor.ts";
import type { AnyTx, InTenantTx, StaffTx, SystemTx, TenantTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { randomToken, uuidv7 } from "#app/platform/ids.ts";
import { recordAudit, recordStaffAudit } from "../audit/audit.ts";
import { OPERATOR_DEFAULTS, type Sequence, TENANT_DEFAULT } from "./defaults.ts";
import {
  type ChangeSteps,
  hoursOf,
  MOST_STEPS,
  type NewSequence,
  type SaveSettings,
  type SaveStep,
  type Step,
} from "./sequences.schema.ts";

/** The operator's sequences by name, those that nobody has changed yet included. @param tx staff's, or a job's across tenants */
export async function operatorSequences(tx: StaffTx | SystemTx): Promise<Sequence[]> {
  const stored = await tx<Sequence[]>`
    select distinct on (sequence_id) id, sequence_id, name, audience, state, steps, from_hour, to_hour,
      null::int as daily_cap, null as reply_to, null as postal_address, created_by, created_at
    from operator_sequences order by sequence_id, created_at desc, id desc`;
  const known = new Set(stored.map(({ sequenceId }) => sequenceId));
  return [...OPERATOR_DEFAULTS.filter(({ sequenceId }) => !known.has(sequenceId)), ...stored]
    .filter(({ state }) => state !== "removed")
    .sort((a, b) => (a.sequenceId < b.sequenceId ? -1 : 1));
}

/** One of the operator's sequences. @throws AppError not_found */
export async function operatorSequence(tx: StaffTx, sequenceId: string): Promise<Sequence> {
  const found = (await operatorSequences(tx)).find((sequence) => sequence.sequenceId === sequenceId);
  if (!found) throw new AppError("not_found", "There is no such sequence.");
  return found;
}

/** A tenant's own sequence. @param tx confined to the tenant */
export async function tenantSequence(tx: InTenantTx): Promise<Sequence> {
  const [stored] = await tx<Sequence[]>`
    select id, sequence_id, name, audience, state, steps, from_hour, to_hour, daily_cap, reply_to, postal_address, created_by,
      created_at
    from tenant_sequences where tenant_id = app.tenant_id() and sequence_id = ${TENANT_DEFAULT.sequenceId}
    order by created_at desc, id desc limit 1`;
  return stored ?? TENANT_DEFAULT;
}

/** A version by its id, of either sender; null where it is gone. @param tx a job's across tenants, or staff's */
export async function sequenceVersion(tx: AnyTx, versionId: string): Promise<Sequence | null> {
  const standing = [...OPERATOR_DEFAULTS, TENANT_DEFAULT].find(({ id }) => id === versionId);
  if (standing) return standing;
  const [own] = await tx<Sequence[]>`
    select id, sequence_id, name, audience, state, steps, from_hour, to_hour, daily_cap, reply_to, postal_address, created_by,
      created_at
    from tenant_sequences where id = ${versionId}`;
  if (own) return own;
  const [operators] = await tx<Sequence[]>`
    select id, sequence_id, name, audience, state, steps, from_hour, to_hour, null::int as daily_cap, null as reply_to,
      null as postal_address, created_by, created_at
    from operator_sequences where id = ${versionId}`;
  return operators ?? null;
}

type Changes = Partial<
  Pick<Sequence, "name" | "state" | "steps" | "fromHour" | "toHour" | "dailyCap" | "replyTo" | "postalAddress">
>;
/** Makes of a sequence what it shall be. */
export type Edit = (before: Sequence) => Changes;

const overtaken = (): AppError =>
  new AppError("conflict", "Somebody else has changed this sequence. Look at theirs first.");

/**
 * Changes one of the operator's sequences.
 * @param known id of the version that was changed; null: whichever it is
 * @throws AppError conflict where somebody else has changed it meanwhile
 */
export async function changeOperatorSequence(
  tx: StaffTx,
  { userId }: StaffActor,
  sequenceId: string,
  known: string | null,
  edit: Edit,
): Promise<void> {
  await tx`select pg_advisory_xact_lock(hashtextextended(${`sequence ${sequenceId}`}, 0))`;
  const before = await operatorSequence(tx, sequenceId);
  if (known !== null && before.id !== known) throw overtaken();
  await insertOperators(tx, userId, { ...before, ...edit(before) });
}

/** Adds a sequence, switched off, with a first step to write. @returns its id */
export async function addOperatorSequence(tx: StaffTx, { userId }: StaffActor, input: NewSequence): Promise<string> {
  const sequenceId = uuidv7();
  const [like] = OPERATOR_DEFAULTS;
  await insertOperators(tx, userId, {
    ...{
      id: "",
      sequenceId,
      state: "off",
      steps: [blankStep("home")],
      dailyCap: null,
      replyTo: null,
      postalAddress: null,
      createdBy: null,
      createdAt: null,
    },
    ...{ name: input.name, audience: input.audience, fromHour: like?.fromHour ?? 9, toHour: like?.toHour ?? 17 },
  });
  return sequenceId;
}

async function insertOperators(tx: StaffTx, userId: string, next: Sequence): Promise<void> {
  await tx`
    insert into operator_sequences (sequence_id, name, audience, state, steps, from_hour, to_hour, created_by)
    values (${next.sequenceId}, ${next.name}, ${next.audience}, ${next.state}, ${tx.json(next.steps)}, ${next.fromHour},
      ${next.toHour}, ${userId})`;
}

/** Changes the tenant's own sequence, as `changeOperatorSequence`. */
export async function changeTenantSequence(
  tx: TenantTx,
  actor: MemberActor,
  known: string | null,
  edit: Edit,
): Promise<void> {
  await tx`select pg_advisory_xact_lock(hashtextextended(${`sequence ${actor.tenantId}`}, 0))`;
  const before = await tenantSequence(tx);
  if (known !== null && before.id !== known) throw overtaken();
  const next = { ...before, ...edit(before) };
  const [row] = await tx<{ id: string }[]>`
    insert into tenant_sequences (tenant_id, sequence_id, name, audience, state, steps, from_hour, to_hour, daily_cap, reply_to,
      postal_address, created_by)
    values (app.tenant_id(), ${next.sequenceId}, ${next.name}, ${next.audience}, ${next.state}, ${tx.json(next.steps)},
      ${next.fromHour}, ${next.toHour}, ${next.dailyCap ?? TENANT_DEFAULT.dailyCap},
      ${next.replyTo}, ${next.postalAddress}, ${actor.userId})
    returning id`;
  const action = before.state === next.state ? "sequence.changed" : `sequence.switched_${next.state}`;
  await recordAudit(tx, actor, action, row?.id ?? null, { steps: next.steps.length });
}

/** Switches one of the operator's sequences on or off. Off ends all ways through it. */
export const turnOperatorSequence = (tx: StaffTx, actor: StaffActor, sequenceId: string, on: boolean): Promise<void> =>
  changeOperatorSequence(tx, actor, sequenceId, null, () => ({ state: on ? "on" : "off" }));

/**
 * Removes one of the operator's sequences, and ends all ways through it at once, so that not even a mail that lies in the
 * outbox goes out. It stands in the trails of the tenants whose people were under way; who removed it, in its last version.
 * @throws AppError not_found
 */
export async function removeOperatorSequence(
  tx: StaffTx,
  actor: StaffActor,
  sequenceId: string,
  at: Date,
): Promise<void> {
  await changeOperatorSequence(tx, actor, sequenceId, null, () => ({ state: "removed" }));
  const ended = await tx<{ tenantId: string }[]>`
    update sequence_enrolments set state = 'stopped', stop_reason = 'switched_off', ended_at = ${at}, due_at = null
    where sequence_id = ${sequenceId} and sender = 'operator' and state = 'active' returning tenant_id`;
  for (const [tenantId, ways] of Map.groupBy(ended, (way) => way.tenantId))
    await recordStaffAudit(tx, actor, tenantId, "sequence.removed", sequenceId, { ended: ways.length });
}

const LAWS = "laws on such mails ask for it.";
const lacks = (field: "replyTo" | "postalAddress", message: string): AppError =>
  new AppError("unprocessable", message, { fields: { [field]: [message] } });

/**
 * Switches the tenant's own sequence on or off. Off ends all ways through it.
 * @param email of whoever does so, who gets the replies unless somebody else was named
 * @throws AppError unprocessable at `postalAddress` where it shall be on without one
 */
export async function turnTenantSequence(tx: TenantTx, actor: MemberActor, on: boolean, email: string): Promise<void> {
  const [tenant] = await tx<{ contactEmail: string | null }[]>`
    select contact_email from tenants where id = app.tenant_id()`;
  await changeTenantSequence(tx, actor, null, ({ replyTo, postalAddress }) => {
    if (on && postalAddress === null)
      throw lacks("postalAddress", `Fill in your postal address before you switch it on: ${LAWS}`);
    return { state: on ? "on" : "off", replyTo: replyTo ?? tenant?.contactEmail ?? email };
  });
}

/** A step of the sequence, with the version that it is of; its first where none is named. @throws AppError not_found */
export function stepOf({ id, steps }: Sequence, key: string | null): { versionId: string; step: Step } {
  const step = key ? steps.find((one) => one.key === key) : steps[0];
  if (!step) throw new AppError("not_found", "There is no such step.");
  return { versionId: id, step };
}

/** What a step's form says becomes of the sequence. */
export function withStep(input: SaveStep): Edit {
  return ({ steps }) => {
    if (!steps.some(({ key }) => key === input.step))
      throw new AppError("conflict", "This step was deleted meanwhile.");
    const { condition, subject, body, button, link } = input;
    const saved = { delayHours: hoursOf(input), condition, subject, body, button, link };
    return { steps: steps.map((step) => (step.key === input.step ? { ...step, ...saved } : step)) };
  };
}

/** Adds, moves or deletes a step. @throws AppError unprocessable where that leaves too many steps, or none */
export function withSteps({ intent, step: key }: ChangeSteps, added: Step): Edit {
  return ({ steps }) => {
    const at = steps.findIndex((step) => step.key === key);
    if (intent === "add") {
      if (steps.length >= MOST_STEPS)
        throw new AppError("unprocessable", `A sequence has ${MOST_STEPS} steps at most.`);
      return { steps: steps.toSpliced(at < 0 ? steps.length : at + 1, 0, added) };
    }
    const [found] = steps.slice(at).slice(0, at < 0 ? 0 : 1);
    if (!found) throw new AppError("conflict", "This step was deleted meanwhile.");
    const rest = steps.toSpliced(at, 1);
    if (intent !== "delete") return { steps: rest.toSpliced(Math.max(0, at + (intent === "up" ? -1 : 1)), 0, found) };
    if (rest.length === 0) throw new AppError("unprocessable", "A sequence needs a step. Switch it off instead.");
    return { steps: rest };
  };
}

/** What the form of its name and times says becomes of the sequence. @throws AppError unprocessable at what one that is on needs */
export function withSettings(input: SaveSettings): Edit {
  const { name, fromHour, toHour, dailyCap, replyTo, postalAddress } = input;
  return (before) => {
    const times = { name, fromHour, toHour };
    // The operator's has no more.
    if (postalAddress === undefined) return times;
    if (before.state === "on" && !replyTo) throw lacks("replyTo", "Say who gets the replies.");
    if (before.state === "on" && !postalAddress)
      throw lacks("postalAddress", `Fill in your postal address, or switch the mails off: ${LAWS}`);
    const addresses = { replyTo: replyTo ?? null, postalAddress: postalAddress || null };
    return { ...times, ...addresses, dailyCap: dailyCap ?? before.dailyCap };
  };
}

/** A step to begin writing with. */
export function blankStep(link: Step["link"]): Step {
  return {
    ...{
      key: randomToken(9)
        .toLowerCase()
        .replaceAll(/[^a-z0-9]/g, "-"),
      delayHours: 48,
      condition: "always",
    },
    ...{ subject: "A word about {company}", body: "Hello {name},\n\nwrite what you want to say.", button: "", link },
  };
}
