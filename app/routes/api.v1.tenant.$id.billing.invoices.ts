// GET /api/v1/tenant/{id}/billing/invoices: page by page, newest first.
import { listInvoices as readInvoices } from "#app/domain/billing/invoices.ts";
import { apiResource, reads } from "#app/web/api/endpoint.ts";
import { invoiceWire, listInvoices } from "#app/web/api/payment-endpoints.ts";

const resource = apiResource(
  reads(listInvoices, async ({ tx, query: { limit, cursor, status } }) => {
    const { invoices, next } = await readInvoices(tx, { limit, after: cursor, status });
    return { data: invoices.map(invoiceWire), next_cursor: next };
  }),
);

export const loader = resource;
export const action = resource;
