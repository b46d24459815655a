// Owns the list of all endpoints of Stripe's API that the simulator has.
import { checkoutEndpoints } from "./checkout-state.ts";
import { couponEndpoints } from "./coupons.ts";
import { customerEndpoints, deleteCustomer } from "./customers.ts";
import { eventEndpoints } from "./event-endpoints.ts";
import { invoiceEndpoints } from "./invoice-endpoints.ts";
import { meterEndpoints } from "./meters.ts";
import { paymentEndpoints } from "./payment-endpoints.ts";
import { paymentMethodEndpoints } from "./payment-methods.ts";
import { portalEndpoints } from "./portal.ts";
import { productEndpoints } from "./products.ts";
import type { Endpoint } from "./routes.ts";
import { scheduleEndpoints } from "./schedules.ts";
import { setupIntentEndpoints } from "./setup-intents.ts";
import { subscriptionEndpoints } from "./subscription-endpoints.ts";
import { end } from "./subscription-status.ts";
import { testClockEndpoints } from "./test-clocks.ts";

export const endpoints: Endpoint[] = [
  ...customerEndpoints,
  {
    method: "DELETE",
    path: "/v1/customers/{id}",
    accepts: "",
    run: ({ world, id }) =>
      deleteCustomer(world, id, (subscription) => void end(world, subscription, "cancellation_requested")),
  },
  ...productEndpoints,
  ...couponEndpoints,
  ...meterEndpoints,
  ...paymentMethodEndpoints,
  ...setupIntentEndpoints,
  ...paymentEndpoints,
  ...subscriptionEndpoints,
  ...scheduleEndpoints,
  ...invoiceEndpoints,
  ...checkoutEndpoints,
  ...portalEndpoints,
  ...eventEndpoints,
  ...testClockEndpoints,
];
