// Against what the contract of Stripe's client is held: the simulator, and a test account where one is named.
import Stripe from "stripe";
import type { BillingProvider } from "#app/domain/billing/ports.ts";
import { createStripeBilling } from "#app/integrations/stripe/client.ts";
import { KEY, setUp } from "./simulator-support.ts";

const account = process.env.STRIPE_TEST_SECRET_KEY;
if (!account) console.info("STRIPE_TEST_SECRET_KEY is not set: the contract is held against the simulator alone.");
if (account && !/^(sk|rk)_test_/.test(account)) throw new Error("STRIPE_TEST_SECRET_KEY is no key of a test account.");

export interface Target {
  billing: BillingProvider;
  /** The official SDK, for arranging what the port has no need to do. */
  sdk: Stripe;
  close(): Promise<void>;
}
export const targets: { name: string; open: () => Promise<Target>; patience: number }[] = [
  {
    name: "the simulator",
    patience: 1_000,
    async open() {
      const { server, stripe, close } = await setUp();
      return { billing: createStripeBilling({ apiKey: KEY, apiBase: server.url }), sdk: stripe, close };
    },
  },
  ...(account
    ? [
        {
          name: "Stripe",
          patience: 120_000,
          open: async () => ({
            billing: createStripeBilling({ apiKey: account, apiBase: null }),
            sdk: new Stripe(account),
            close: async () => {},
          }),
        },
      ]
    : []),
];
