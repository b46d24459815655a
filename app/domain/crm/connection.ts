// The operator's CRM as the worker last found it: whether it answers, who is there, where its leads are seen. One row where
// there is a CRM, none where there is none; that is how processes without its key know of it.
import type { AnyTx, SystemTx } from "#app/platform/db.ts";
import type { CrmProvider } from "./ports.ts";

/** Under this name leads are kept where the operator has no CRM. */
export const HOUSE = "foyer";

/** What the CRM calls itself in our rows; our own name where there is none. */
export const providerOf = (crm: Pick<CrmProvider, "name"> | null): string => crm?.name.toLowerCase() ?? HOUSE;

export interface Connection {
  id: string;
  provider: string;
  name: string;
  /** With `{id}` for the CRM's own id of a lead. */
  leadUrl: string | null;
  people: Person[];
  answeredAt: Date | null;
  failingSince: Date | null;
  error: string | null;
  seenAt: Date;
}

export interface Person {
  name: string;
  email: string;
}

/** @param tx staff's, or a job's across tenants; null: there is no CRM, or no worker has run yet */
export async function readConnection(tx: AnyTx): Promise<Connection | null> {
  const [row] = await tx<Connection[]>`
    select id, provider, name, lead_url, people, answered_at, failing_since, error, seen_at
    from crm_connections order by seen_at desc limit 1`;
  return row ?? null;
}

/** People who may own leads change rarely; they are asked for again after so long. */
const PEOPLE_MINUTES = 10;

/** Whether it is time to ask who is there. */
export async function wantsPeople(tx: SystemTx, crm: CrmProvider): Promise<boolean> {
  const [row] = await tx<{ known: boolean }[]>`
    select people_at > now() - make_interval(mins => ${PEOPLE_MINUTES}) as known
    from crm_connections where provider = ${providerOf(crm)}`;
  return !row?.known;
}

/**
 * Notes how it went with the CRM just now. Whoever looks at it hears where that has changed.
 * @param error in words for staff; null: it answered
 * @param people null: they weren't asked for
 */
export async function noteConnection(
  tx: SystemTx,
  crm: CrmProvider,
  error: string | null,
  people: Person[] | null = null,
): Promise<void> {
  const provider = providerOf(crm);
  const gone = await tx`delete from crm_connections where provider <> ${provider} returning id`;
  const [before] = await tx<{ failing: boolean }[]>`
    select failing_since is not null as failing from crm_connections where provider = ${provider} for update`;
  const [row] = await tx<{ id: string }[]>`
    insert into crm_connections as c (provider, name, lead_url, people, people_at, answered_at, failing_since, error)
    values (${provider}, ${crm.name}, ${crm.leadUrl}, ${tx.json(people ?? [])}, case when ${people !== null} then now() end,
      case when ${error}::text is null then now() end, case when ${error}::text is not null then now() end, ${error})
    on conflict (provider) do update set name = excluded.name, lead_url = excluded.lead_url, seen_at = now(),
      error = excluded.error,
      people = case when excluded.people_at is null then c.people else excluded.people end,
      people_at = coalesce(excluded.people_at, c.people_at),
      answered_at = coalesce(excluded.answered_at, c.answered_at),
      failing_since = case when excluded.error is null then null else coalesce(c.failing_since, now()) end
    returning id`;
  if (row && (gone.length > 0 || before?.failing !== (error !== null))) await tx`select app.announce('crm', ${row.id})`;
}

/** The operator has no CRM any more. */
export async function forgetConnection(tx: SystemTx): Promise<void> {
  await tx`delete from crm_connections`;
}
