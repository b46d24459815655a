// Stripe behind the port of billing: the real SDK against Stripe or any server that speaks its protocol.
// https://docs.stripe.com/api
import type Stripe from "stripe";
import type { BillingProvider, ProviderCustomer } from "#app/domain/billing/ports.ts";
import { AppError } from "#app/platform/errors.ts";
import { catalogueOf } from "./catalogue.ts";
import { clocksOf } from "./clocks.ts";
import { type Connection, connectStripe, isKeyOfAnother, type StripeConfig, stripeCode } from "./connection.ts";
import { invoicesOf } from "./invoices.ts";
import { checkoutFrom, customerFrom, idOf, seconds } from "./map.ts";
import { lineOf, subscriptionsOf } from "./subscriptions.ts";

/** Connects the port. Nothing is called before the first use. */
export function createStripeBilling(config: StripeConfig): BillingProvider {
  const connection = connectStripe(config);
  const { metricOf, ...catalogue } = catalogueOf(connection);
  return {
    ...catalogue,
    ...customersOf(connection, config.testClocks ?? false),
    ...clocksOf(connection),
    ...checkoutsOf(connection),
    ...portalOf(connection),
    ...subscriptionsOf(connection, metricOf),
    ...invoicesOf(connection, metricOf),
  };
}

function customersOf(
  { sdk, read, write }: Connection,
  testClocks: boolean,
): Pick<BillingProvider, "createCustomer" | "customer" | "customerBehind"> {
  async function show(customerId: string): Promise<ProviderCustomer | null> {
    const [customer, subscriptions, taxIds] = await Promise.all([
      sdk.customers.retrieve(customerId, { expand: ["invoice_settings.default_payment_method", "test_clock"] }),
      sdk.subscriptions.list({ customer: customerId, limit: 10, expand: ["data.default_payment_method"] }),
      sdk.customers.listTaxIds(customerId, { limit: 10 }),
    ]);
    return customer.deleted ? null : customerFrom(customer, subscriptions.data, taxIds.data);
  }
  /** Made under another name or address than the tenant's present ones. Stripe's search is behind by up to a minute. */
  async function madeBefore(tenantId: string): Promise<Stripe.Customer> {
    const { data } = await read(() => sdk.customers.search({ query: `metadata['tenant_id']:'${tenantId}'` }));
    if (data[0]) return data[0];
    throw new AppError("unavailable", "Stripe doesn't find the account that it has just made.", { retryAfter: 60 });
  }
  return {
    async createCustomer({ tenantId, name, email }, key) {
      const fields = { name, ...(email !== null && { email }), metadata: { tenant_id: tenantId } };
      // A failure of Stripe's own may hide that the work was done, and a key is forgotten after a day.
      const known = async (): Promise<Stripe.Customer | undefined> => {
        if (email === null) return undefined;
        const { data } = await sdk.customers.list({ email, limit: 100 });
        return data.find(({ metadata }) => metadata.tenant_id === tenantId);
      };
      // Stripe puts a customer on a clock only while making it.
      const clock = testClocks
        ? await write(`${key}:clock`, (options) =>
            sdk.testHelpers.testClocks.create({ frozen_time: seconds(new Date()), name: tenantId }, options),
          )
        : null;
      const fresh = { ...fields, ...(clock && { test_clock: clock.id }) };
      try {
        return await write(key, async (options) =>
          customerFrom((await known()) ?? (await sdk.customers.create(fresh, options)), [], []),
        );
      } catch (error) {
        if (!isKeyOfAnother(error)) throw error;
        return customerFrom(await madeBefore(tenantId), [], []);
      }
    },
    async customerBehind({ type, id }) {
      const expand = { expand: ["charge"] };
      const { charge } = await read<{ charge: string | Stripe.Charge | null }>(() =>
        type === "dispute" ? sdk.disputes.retrieve(id, expand) : sdk.refunds.retrieve(id, expand),
      );
      return typeof charge === "object" && charge ? idOf(charge.customer) : null;
    },
    async customer(customerId) {
      try {
        return await read(() => show(customerId));
      } catch (error) {
        if (stripeCode(error) === "resource_missing") return null;
        throw error;
      }
    },
  };
}

function checkoutsOf({
  sdk,
  read,
  write,
}: Connection): Pick<BillingProvider, "openCheckout" | "checkout" | "expireCheckout"> {
  const checkout = async (id: string) => checkoutFrom(await read(() => sdk.checkout.sessions.retrieve(id)));
  return {
    openCheckout: ({ tenantId, customerId, prices, trialEnd, successUrl, cancelUrl }, key) =>
      write(key, async (options) => {
        const session = await sdk.checkout.sessions.create(
          {
            mode: "subscription",
            customer: customerId,
            client_reference_id: tenantId,
            metadata: { tenant_id: tenantId },
            line_items: prices.map(lineOf),
            subscription_data: {
              metadata: { tenant_id: tenantId },
              ...(trialEnd && { trial_end: seconds(trialEnd) }),
            },
            allow_promotion_codes: true,
            tax_id_collection: { enabled: true },
            // Stripe asks for both where tax ids of a known customer are collected.
            customer_update: { name: "auto", address: "auto" },
            success_url: successUrl,
            cancel_url: cancelUrl,
          },
          options,
        );
        return checkoutFrom(session);
      }),
    checkout,
    async expireCheckout(id) {
      if ((await checkout(id)).status !== "open") return;
      await write(`expire:${id}`, (options) => sdk.checkout.sessions.expire(id, {}, options));
    },
  };
}

/** Ours, so that an account needs nothing but keys; told by the metadata. */
const PORTAL: Stripe.BillingPortal.ConfigurationCreateParams = {
  metadata: { foyer: "1" },
  features: {
    customer_update: { enabled: true, allowed_updates: ["email", "address", "tax_id"] },
    invoice_history: { enabled: true },
    payment_method_update: { enabled: true },
    subscription_cancel: { enabled: true, mode: "at_period_end" },
  },
};

function portalOf({ sdk, read, write }: Connection): Pick<BillingProvider, "openPortal"> {
  let configuration: string | null = null;
  async function configured(): Promise<string> {
    if (configuration) return configuration;
    const { data } = await read(() => sdk.billingPortal.configurations.list({ active: true, limit: 100 }));
    const own = data.find(({ metadata }) => metadata?.foyer === "1");
    const found =
      own ?? (await write("portal:1", (options) => sdk.billingPortal.configurations.create(PORTAL, options)));
    configuration = found.id;
    return found.id;
  }
  return {
    async openPortal({ customerId, returnUrl, flow }) {
      const own = await configured();
      const after = { type: "redirect" as const, redirect: { return_url: returnUrl } };
      const { url } = await read(() =>
        sdk.billingPortal.sessions.create({
          customer: customerId,
          configuration: own,
          return_url: returnUrl,
          ...(flow === "payment_method" && {
            flow_data: { type: "payment_method_update" as const, after_completion: after },
          }),
        }),
      );
      return { url };
    },
  };
}
