// POST /api/v1/tenant/{id}/billing/payment: pays what is due, or says where to.
import { payWhatIsDue } from "#app/domain/billing/requests.ts";
import { apiResource, performs } from "#app/web/api/endpoint.ts";
import { pay, paymentWire } from "#app/web/api/payment-endpoints.ts";

const resource = apiResource(
  performs(pay, async ({ services, actor, body }) =>
    paymentWire(await payWhatIsDue(services, actor, { invoiceId: body.invoice_id, plan: body.plan })),
  ),
);

export const loader = resource;
export const action = resource;
