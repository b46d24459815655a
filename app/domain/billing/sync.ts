// Copies what Stripe knows of a tenant. A sync takes a ticket before it looks and writes only if no later one has
// written, so that whatever order events and jobs come in, the last look wins.
import type { AnyTx, Db, SystemTx } from "#app/platform/db.ts";
import { enqueue } from "#app/platform/jobs.ts";
import type { Logger } from "#app/platform/log.ts";
import { unpark } from "../webhooks/inbox.ts";
import { SyncBilling } from "./billing.jobs.ts";
import { storeInvoices } from "./invoice-copies.ts";
import type {
  BillingProvider,
  ProviderCheckout,
  ProviderCustomer,
  ProviderInvoice,
  ProviderSubscription,
} from "./ports.ts";
import { lockTenant, settleTenant } from "./settle.ts";
import { endSubscriptions, storeSubscriptions } from "./subscription-copies.ts";

export interface BillingServices {
  db: Db;
  log: Logger;
  /** Null: nothing is sold here. */
  billing: BillingProvider | null;
}

/** Has the worker copy what Stripe knows of the tenant; who asks while one waits shares it. */
export async function requestSync(tx: AnyTx, tenantId: string): Promise<void> {
  await enqueue(tx, SyncBilling, { tenantId }, { key: tenantId });
}

/** What Stripe says of a customer, looked up after the ticket was taken. Customer null: Stripe has deleted it. */
interface Look {
  customer: ProviderCustomer | null;
  subscriptions: ProviderSubscription[];
  invoices: ProviderInvoice[];
  checkouts: ProviderCheckout[];
}

/**
 * Looks and writes. Safe to run any number of times at once.
 * @returns `written`; `overtaken` by a later look; `nothing` where Stripe doesn't know the tenant
 * @throws AppError unavailable where Stripe can't be reached
 */
export async function syncBilling(
  services: BillingServices,
  tenantId: string,
): Promise<"written" | "overtaken" | "nothing"> {
  const inTenant = <T>(fn: (tx: SystemTx) => Promise<T>): Promise<T> =>
    services.db.asSystem({ reason: "billing.sync", tenantId }, fn);
  const ticket = await inTenant((tx) => takeTicket(tx, tenantId));
  if (!ticket) return "nothing";
  const { billing } = services;
  if (!billing || ticket.customerId === null) {
    await inTenant((tx) => settleTenant(tx, tenantId));
    return "nothing";
  }
  if (ticket.isFirst) {
    const { customerId } = ticket;
    await services.db.asSystem({ reason: "billing.sync" }, (tx) => unpark(tx, "stripe", customerId));
  }
  const look = await lookAt(billing, ticket.customerId, ticket);
  return inTenant((tx) => write(tx, services.log, tenantId, ticket, look));
}

interface Ticket {
  number: string;
  customerId: string | null;
  /** Nobody has looked for this customer yet: what Stripe told of it may still wait in the inbox. */
  isFirst: boolean;
  checkouts: string[];
}

async function takeTicket(tx: SystemTx, tenantId: string): Promise<Ticket | null> {
  const [[account], checkouts] = await Promise.all([
    tx<Pick<Ticket, "number" | "customerId" | "isFirst">[]>`
      update billing_accounts set sync_ticket = sync_ticket + 1 where tenant_id = ${tenantId}
      returning sync_ticket as number, stripe_customer_id as customer_id, synced_at is null as is_first`,
    tx<{ sessionId: string }[]>`
      select stripe_session_id as session_id from checkouts
      where tenant_id = ${tenantId} and status = 'open' and stripe_session_id is not null`,
  ]);
  return account ? { ...account, checkouts: checkouts.map(({ sessionId }) => sessionId) } : null;
}

async function lookAt(billing: BillingProvider, customerId: string, ticket: Ticket): Promise<Look> {
  const [customer, subscriptions, invoices, checkouts] = await Promise.all([
    billing.customer(customerId),
    billing.subscriptions(customerId),
    allInvoices(billing, customerId),
    Promise.all(ticket.checkouts.map((id) => billing.checkout(id))),
  ]);
  return { customer, subscriptions, invoices, checkouts };
}

const PAGE = 100;

/** Newest first. Years later the oldest may still be refunded or disputed, so all are looked at: they are few. */
async function allInvoices(billing: BillingProvider, customerId: string): Promise<ProviderInvoice[]> {
  const all: ProviderInvoice[] = [];
  for (;;) {
    const after = all.at(-1)?.id;
    const { invoices, more } = await billing.invoices(customerId, { limit: PAGE, ...(after && { after }) });
    all.push(...invoices);
    if (!more || invoices.length === 0) return all;
  }
}

async function write(
  tx: SystemTx,
  log: Logger,
  tenantId: string,
  { number, customerId }: Ticket,
  { customer, subscriptions, invoices, checkouts }: Look,
): Promise<"written" | "overtaken"> {
  await lockTenant(tx, tenantId);
  const [mine] = await tx<{ now: Date }[]>`
    update billing_accounts set synced_ticket = ${number}, synced_at = now(),
      test_clock_id = ${customer?.clock?.id ?? null}, clock_at = ${customer?.clock?.at ?? null},
      payment_method = ${customer?.paymentMethod ? tx.json(customer.paymentMethod) : null},
      tax_ids = ${tx.json(customer?.taxIds ?? [])}, billing_email = ${customer?.email ?? null}
    where tenant_id = ${tenantId} and synced_ticket < ${number}
    returning coalesce(clock_at, now()) as now`;
  if (!mine) return "overtaken";
  // Invoices first: a subscription is past due since its oldest unpaid one.
  await storeInvoices(tx, tenantId, invoices, mine.now);
  await storeSubscriptions(tx, tenantId, subscriptions, log);
  if (!customer) await forgetCustomer(tx, tenantId, customerId, mine.now);
  for (const { id, status } of checkouts) {
    await tx`
      update checkouts set status = ${status} where tenant_id = ${tenantId} and stripe_session_id = ${id} and status <> ${status}`;
  }
  await settleTenant(tx, tenantId);
  await tx`select app.announce('billing', ${tenantId})`;
  return "written";
}

/** Stripe has deleted the customer, and its subscriptions with it. The next checkout makes another. */
async function forgetCustomer(tx: SystemTx, tenantId: string, customerId: string | null, now: Date): Promise<void> {
  await endSubscriptions(tx, tenantId, now);
  await tx`
    update billing_accounts set stripe_customer_id = null, synced_at = null
    where tenant_id = ${tenantId} and stripe_customer_id = ${customerId}`;
}
