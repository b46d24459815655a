// A tenant's billing as tests drive it: the simulated Stripe behind the real client, its events through the real inbox,
// jobs by their real handlers, months by test clocks.
import Stripe from "stripe";
import { afterAll } from "vitest";
import type { BillingProvider } from "#app/domain/billing/ports.ts";
import { receiveDelivery } from "#app/domain/webhooks/inbox.ts";
import { createStripeBilling } from "#app/integrations/stripe/client.ts";
import { type StripeServer, serveStripeSimulator } from "#app/integrations/stripe/simulator/server.ts";
import { verifyStripeEvent } from "#app/integrations/stripe/webhook.ts";
import { type Env, loadEnv } from "#app/platform/env.ts";
import { createLogger } from "#app/platform/log.ts";
import type { Mail } from "#app/platform/mail.ts";
import type { WorkerServices } from "#app/wiring.ts";
import type { TestDatabase } from "../setup/database.ts";
import { type RanJob, runJobs } from "./jobs.ts";
import { newTrialTenant, type TestTenant } from "./tenants.ts";

const KEY = "sk_test_billing";
const SECRET = "whsec_billing";
const HOUR = 3600;
export const DAY = 24 * HOUR;

export interface BillingWorld {
  server: StripeServer;
  stripe: Stripe;
  billing: BillingProvider;
  env: Env;
  services: Partial<WorkerServices> & Pick<WorkerServices, "db" | "log" | "env"> & { billing: BillingProvider | null };
  mails: Mail[];
  /** Events of Stripe's since the last call, oldest first. */
  events(): Promise<Stripe.Event[]>;
  /** Takes events in as the webhook does, signature and all. */
  receive(events: readonly Stripe.Event[]): Promise<void>;
  /** Takes in all new events and runs all jobs until it is quiet. */
  settle(): Promise<RanJob[]>;
}

/** Starts the simulated Stripe and makes the plans known to it. */
export async function billingWorld(database: TestDatabase): Promise<BillingWorld> {
  const server = await serveStripeSimulator({
    ...{ apiKey: KEY, webhookSecret: SECRET, webhookUrl: null, publicUrl: "http://pay.test" },
    ...{ host: "127.0.0.1", port: 0 },
  });
  afterAll(() => server.close());
  const stripe = new Stripe(KEY, { host: "127.0.0.1", port: server.port, protocol: "http", maxNetworkRetries: 0 });
  const billing = createStripeBilling({ apiKey: KEY, apiBase: server.url });
  const env = loadEnv({ NODE_ENV: "test" });
  const mails: Mail[] = [];
  const services: BillingWorld["services"] = {
    db: database.db.worker,
    env,
    billing,
    log: createLogger("test", "silent"),
    now: () => new Date(),
    mailer: { send: async (mail) => void mails.push(mail), close: () => {} },
    probe: async () => ({ tenantId: null, problem: "Not here." }),
  };
  let seen = 0;
  const events = async (): Promise<Stripe.Event[]> => {
    const all = (await (await fetch(`${server.url}/_simulator/events`)).json()) as Stripe.Event[];
    const fresh = all.slice(seen);
    seen = all.length;
    return fresh;
  };
  const receive = async (incoming: readonly Stripe.Event[]): Promise<void> => {
    for (const event of incoming) {
      const body = JSON.stringify(event);
      const signature = await stripe.webhooks.generateTestHeaderStringAsync({ payload: body, secret: SECRET });
      const notice = await verifyStripeEvent(new TextEncoder().encode(body), signature, [SECRET], new Date());
      await receiveDelivery(database.db.web, "stripe", event.id, notice);
    }
  };
  const settle = async (): Promise<RanJob[]> => {
    const ran: RanJob[] = [];
    for (;;) {
      const fresh = await events();
      await receive(fresh);
      const now = await runJobs(database, services);
      ran.push(...now);
      if (fresh.length === 0 && now.length === 0) return ran;
    }
  };
  await database.sql`select 1`;
  await (await import("#app/domain/billing/catalogue.ts")).syncCatalogue(services);
  return { server, stripe, billing, env, services, mails, events, receive, settle };
}

export interface ClockTenant extends TestTenant {
  customerId: string;
  clockId: string;
  /** Lets time pass for the customer, and everything that follows from it happen. */
  pass(seconds: number): Promise<void>;
  /** Buys a plan by the card on file, as a finished checkout would. */
  buy(plan: "basic" | "premium", options?: { trialEnd?: Date }): Promise<Stripe.Subscription>;
  /** Replaces the card on file by a test card. */
  card(token: string): Promise<void>;
  standing(): Promise<Standing>;
}

export interface Standing {
  status: string;
  plan: string;
  suspension: string | null;
  pastDueSince: Date | null;
}

/** A tenant in its trial whose customer lives in a test clock's time, beginning now. */
export async function clockTenant(database: TestDatabase, world: BillingWorld, slug: string): Promise<ClockTenant> {
  const { stripe } = world;
  const tenant = await newTrialTenant(database.db.web, slug);
  const { tenantId } = tenant;
  // After the second in which the trial began: else both would have one period.
  let at = Math.floor(Date.now() / 1000) + 1;
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: at });
  const customer = await stripe.customers.create({
    ...{ name: slug, email: tenant.email, test_clock: clock.id, metadata: { tenant_id: tenantId } },
  });
  const card = async (token: string): Promise<void> => {
    const method = await stripe.paymentMethods.attach(token, { customer: customer.id });
    await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: method.id } });
  };
  await card("pm_card_visa");
  await database.sql`update billing_accounts set stripe_customer_id = ${customer.id} where tenant_id = ${tenantId}`;
  return {
    ...tenant,
    customerId: customer.id,
    clockId: clock.id,
    card,
    async pass(seconds) {
      at += seconds;
      await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: at });
      await world.settle();
    },
    async buy(plan, { trialEnd } = {}) {
      const prices = await database.sql<{ price: string; metric: string | null }[]>`
        select stripe_price_id as price, null as metric from plan_versions where plan = ${plan} and retired_at is null
        union all
        select l.stripe_price_id, l.metric from plan_limits l join plan_versions v on v.id = l.plan_version_id
        where v.plan = ${plan} and v.retired_at is null and l.stripe_price_id is not null`;
      const subscription = await stripe.subscriptions.create({
        customer: customer.id,
        items: prices.map(({ price }) => ({ price })),
        metadata: { tenant_id: tenantId },
        ...(trialEnd && { trial_end: Math.floor(trialEnd.getTime() / 1000) }),
      });
      await world.settle();
      return subscription;
    },
    async standing() {
      const [row] = await database.sql<Standing[]>`
        select t.status, t.plan, b.suspension, b.past_due_since as "pastDueSince"
        from tenants t join billing_accounts b on b.tenant_id = t.id where t.id = ${tenantId}`;
      if (!row) throw new Error("The tenant is gone.");
      return row;
    },
  };
}
