// What may be asked of the list of invoices. May reach the browser.
import { z } from "zod";

export const InvoiceFilter = z.object({
  status: z.enum(["open", "paid", "uncollectible", "void"]).optional().catch(undefined),
  /** As the page before says. */
  cursor: z.uuid().optional().catch(undefined),
});
export type InvoiceFilter = z.infer<typeof InvoiceFilter>;
