// The sandbox: a tenant's switch, and the test data that comes of it. What keeps the two modes apart are the policies;
// here is only who turns the switch, how much there is, and taking it away.
import type { MemberActor } from "#app/platform/actor.ts";
import type { TenantTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { recordAudit } from "../audit/audit.ts";
import { may } from "../team/permissions.ts";

/** How many rows of test data there are. */
export interface TestData {
  conversations: number;
  messages: number;
  leads: number;
  /** Mails to people outside that were kept and not sent. */
  heldMails: number;
  /** Uses that were counted, and are never billed. */
  usageEvents: number;
}

type Counts = { [Key in keyof TestData]: string };

/** How much test data the tenant has, in whichever mode it is asked. */
export async function testData(tx: TenantTx): Promise<TestData> {
  const [row] = await tx<Counts[]>`select * from app.test_data()`;
  return numbers(row);
}

/**
 * Turns the sandbox on or off, from everybody's next request on. What is on already changes nothing.
 * @throws AppError forbidden for who is neither owner nor admin
 */
export async function setSandbox(tx: TenantTx, actor: MemberActor, on: boolean): Promise<void> {
  assertMay(actor);
  const [row] = await tx<{ changed: boolean }[]>`select app.set_sandbox(${on}) as changed`;
  if (!row?.changed) return;
  await recordAudit(tx, actor, on ? "sandbox.on" : "sandbox.off", actor.tenantId);
  await tx`select app.announce('sandbox', ${actor.tenantId})`;
}

/**
 * Deletes all test data; real data stays, whichever mode the tenant is in.
 * @returns what there was
 * @throws AppError forbidden for who is neither owner nor admin
 */
export async function wipeSandbox(tx: TenantTx, actor: MemberActor): Promise<TestData> {
  assertMay(actor);
  const [row] = await tx<Counts[]>`select * from app.wipe_sandbox()`;
  const wiped = numbers(row);
  await recordAudit(tx, actor, "sandbox.wiped", actor.tenantId, { ...wiped });
  await tx`select app.announce('conversations', ${actor.tenantId}), app.announce('usage', ${actor.tenantId})`;
  return wiped;
}

/** The database asks once more. */
function assertMay({ role }: MemberActor): void {
  if (!may(role, "sandbox:write")) throw new AppError("forbidden", "Only owners and admins change the sandbox.");
}

function numbers(row: Counts | undefined): TestData {
  if (!row) throw new AppError("internal", "The test data could not be counted.");
  const { conversations, messages, leads, heldMails, usageEvents } = row;
  return {
    conversations: Number(conversations),
    messages: Number(messages),
    leads: Number(leads),
    heldMails: Number(heldMails),
    usageEvents: Number(usageEvents),
  };
}
