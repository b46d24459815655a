// What happened to a tenant: recorded by the transaction that makes it so, heard by other topics in a job of its own.
import type { z } from "zod";
import type { InTenantTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { enqueue } from "#app/platform/jobs.ts";
import { DispatchEvent } from "./events.jobs.ts";

export interface EventType<T> {
  /** Dotted, past tense: `tenant.activated`. */
  name: string;
  schema: z.ZodType<T>;
}

export interface StoredEvent {
  id: string;
  tenantId: string;
  type: string;
  data: unknown;
  createdAt: Date;
}

/** Declares a type of event. Its data holds ids, figures and names of states, no personal data. */
export function defineEvent<T>(name: string, schema: z.ZodType<T>): EventType<T> {
  return { name, schema };
}

/** Records an event of the transaction's tenant; whoever listens hears of it once this commits. */
export async function emit<T>(tx: InTenantTx, tenantId: string, type: EventType<T>, data: T): Promise<string> {
  const [row] = await tx<{ id: string }[]>`
    insert into tenant_events (tenant_id, type, data) values (${tenantId}, ${type.name}, ${tx.json(type.schema.parse(data))})
    returning id`;
  if (!row) throw new AppError("internal", "The event could not be recorded.");
  await enqueue(tx, DispatchEvent, { tenantId, eventId: row.id });
  return row.id;
}
